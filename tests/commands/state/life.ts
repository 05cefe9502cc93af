import { deepEqual, equal, match } from "node:assert/strict";
import { inProject } from "./project.ts";

const ROWS = "id,n\n1,1\n2,2\n3,3\n";

/** The life of a state in one kind of target: listed, set, reset, renamed, exported and imported. */
export async function lifeOfState(to: string, { write = "append" }: { readonly write?: "append" | "replace" } = {}) {
  const keyed = write === "append" ? "cursor: n, write: append" : "write: replace";
  const pipeline = (name: string) =>
    `version: 1\nname: ${name}\nsource: in.csv\ndestination: ${to}\nstreams:\n  - { name: in, ${keyed} }\n`;
  const files = {
    "pipelines/shop.yaml": pipeline("shop"),
    "pipelines/store.yaml": pipeline("store"),
    "pipelines/in.csv": ROWS,
  };
  await inProject(files, async ({ run, ok, json, code, read, write: put }) => {
    const states = async (...words: string[]) => (await json("state", "list", ...words)).result.states;
    const brief = async () => (await states()).map((one) => [one.pipeline, one.stream, one.value]);
    deepEqual(await states("shop"), []);
    equal(await code("state", "show", "shop"), "state.none");
    await ok("run", "shop");
    const value = write === "append" ? "3" : null;
    deepEqual(await brief(), [["shop", "in", value]]);
    const there = ["--to", to.replace("../", "")];
    equal((await states(...there)).length, 1);

    const wrong = await json("state", "show", "shop", "inn");
    equal(wrong.error?.code, "state.none");
    equal(wrong.error?.hint, "did you mean in?");
    match(await ok("state", "show", "shop", "in"), /stream {6}in of pipeline shop\ntarget/);

    if (write === "append") {
      equal(await code("state", "set", "shop", "in", "2"), "plan.confirm");
      equal(await code("state", "set", "shop", "in", "two", "-y"), "state.invalid");
      deepEqual(await brief(), [["shop", "in", "3"]]);
      const set = await run("state", "set", "shop", "in", "4", "-y");
      deepEqual([set.exit, set.out], [0, "set in of shop: n 3 → 4\n"]);
      match(set.err, /appended without a key/);
      await put("pipelines/in.csv", `${ROWS}4,4\n`);
      const [after] = (await json("run", "shop")).result.pipelines[0].streams;
      deepEqual([after.written, after.cursor], [1, "4"]);
      equal(await code("state", "reset", "shop", "in"), "plan.confirm");
      await ok("state", "reset", "shop", "-y");
      deepEqual(await brief(), [["shop", "in", null]]);
      const [again] = (await json("run", "shop")).result.pipelines[0].streams;
      deepEqual([again.written, again.cursor], [4, "4"]); // a second time: the reset said so
    } else {
      equal(await code("state", "set", "shop", "in", "2", "-y"), "state.none");
      match(await ok("state", "reset", "shop", "-y"), /nothing to reset/);
    }

    const before = await states("shop");
    await ok("state", "export", "shop", "-o", "kept.json");
    equal((await json("state", "rename", "shop", "store")).result.to, "store");
    equal(await code("state", "rename", "shop", "store"), "state.none");
    deepEqual((await states("store")).map((one) => ({ ...one, pipeline: "shop" })), before);
    deepEqual(await states("shop"), []);
    if (write === "append") {
      const hint = (await json("run", "shop")).result.pipelines[0].streams[0].warnings;
      if (!/\/$|csv$/.test(to)) match(hint.join(), /`dteg state rename store shop` before the run/);
    }
    const kept = await read("kept.json");
    await put("later.json", kept.replace('"version": 1', '"version": 2'));
    equal(await code("state", "import", "later.json", "-y"), "state.invalid");
    await put(
      "other.json",
      kept.replace(/"target": "[^"]*",\n {2}"connector"/, '"target": "elsewhere",\n  "connector"'),
    );
    await put("other.json", kept.replace(/"connector": "\w+"/, '"connector": "bigquery"'));
    equal(await code("state", "import", "other.json", "-y"), "state.invalid");
    if (write === "replace") { // one file holds one state
      equal(await code("state", "import", "kept.json", "-y"), "state.exists");
      await ok("state", "rename", "store", "shop");
    }
    equal(await code("state", "import", "kept.json"), "plan.confirm");
    await ok("state", "import", "kept.json", "-y");
    deepEqual(await states("shop"), before);
    if (!/\/$|csv$/.test(to)) equal(await code("state", "rename", "store", "shop"), "state.exists");
  });
}
