import { deepEqual, equal, match } from "node:assert/strict";
import { assertGolden } from "../../commands_view/golden.ts";
import { runLine } from "../fake_platform.ts";
import { lifeOfState } from "./life.ts";
import { inProject } from "./project.ts";

Deno.test("a state in a DuckDB file is listed, set, reset, renamed, exported and imported", () =>
  lifeOfState("../out.duckdb"));

Deno.test("a state in a folder is listed, set, reset, renamed, exported and imported", () =>
  lifeOfState("parquet://../out/"));

Deno.test("a state beside one file is listed, renamed, exported and imported", () =>
  lifeOfState("../out.csv", { write: "replace" }));

const TWO = {
  "pipelines/shop.yaml":
    'version: 1\nname: shop\nsource: { use: file, config: { path: ../data/ } }\ndestination: ../out.duckdb\ndefaults: { cursor: n, key: id }\nstreams:\n  - orders\n  - "\\"odd, 이름\\""\n',
  "pipelines/crm.yaml":
    "version: 1\nname: crm\nsource: ../data/people.csv\ndestination: ../out.duckdb\nstreams: [people]\n",
  "data/orders.csv": "id,n\n1,2024-05-01 08:00:00\n",
  "data/odd, 이름.csv": "id,n\n1,5\n",
  "data/people.csv": "id,name\n1,a\n",
};
const still = (text: string) =>
  text.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= |\n)(?<!2024-05-01 08:00:00)/g, "2026-11-28 12:00:00")
    .replaceAll(/\br[0-9a-z]{13}\b/g, "r0123456789abc").replaceAll(/\b[0-9a-f]{16}\b/g, "0123456789abcdef");

Deno.test("states of two pipelines in one target are shown in 80 columns, and only those of the named one are changed", () =>
  inProject(TWO, async ({ folder, ok, json, code }) => {
    await ok("run", "*");
    const shown = await Promise.all([["list"], ["show", "shop"], ["show", "crm"]].map(async (words) => {
      const { out } = await runLine(["state", ...words, "--no-color"], { folder, env: { TMPDIR: folder }, tty: true });
      return `$ dteg state ${words.join(" ")}\n${still(out)}\n`;
    }));
    assertGolden("state", shown.join(""));
    await ok("state", "reset", "shop", "-y");
    const { states } = (await json("state", "list")).result;
    deepEqual(
      states.map((one) => [one.pipeline, one.stream, one.value]),
      [["crm", "people", null], ["shop", '"odd, 이름"', null], ["shop", "orders", null]],
    );
    equal(await code("state", "rename", "cmr", "shop", "--to", "out.duckdb"), "state.none");
  }));

Deno.test("a table of states that an older dteg made is read, and gets what it lacks with the first change", () =>
  inProject({ "in.csv": "id,n\n1,1\n" }, async ({ ok, json }) => {
    const load = ["run", "--from", "in.csv", "--to", "out.duckdb", "--name", "p", "--key", "id", "--cursor", "n", "-q"];
    await ok(...load);
    const alter = "ALTER TABLE _dteg_state DROP COLUMN position; ALTER TABLE _dteg_state DROP COLUMN masks";
    await ok("query", alter, "--on", "out.duckdb", "--allow-writes");
    const [one] = (await json("state", "list", "--to", "out.duckdb")).result.states;
    deepEqual([one.pipeline, one.cursor], ["p", null]);
    await ok("state", "rename", "p", "q", "--to", "out.duckdb");
    const [other] = (await json("state", "list", "--to", "out.duckdb")).result.states;
    deepEqual([other.pipeline, other.masks], ["q", {}]);
  }));

Deno.test("what a run that is under way loads keeps its state, and is not taken back", () =>
  inProject({ "in.csv": "id\n1\n" }, async ({ ok, run, code, write, json }) => {
    await ok("run", "--from", "in.csv", "--to", "parquet://out/", "--name", "p", "--cursor", "id", "-q");
    await write("out/in/._dteg_lease.json", '{"token":9,"owner":"somebody"}');
    for (const words of [["set", "p", "in", "0", "-y"], ["reset", "p", "-y"], ["rename", "p", "q"]]) {
      equal(await code("state", ...words, "--to", "parquet://out/"), "state.busy");
    }
    const [{ run: id, value }] = (await json("state", "list", "--to", "parquet://out/")).result.states;
    equal(value, "1");
    match(await ok("state", "show", "p", "--to", "parquet://out/"), /loaded now {2}by another run/);
    match((await run("undo", id, "--to", "parquet://out/", "-y")).err, /nothing was kept/);
    match((await run("state", "reset", "p", "-y", "--wait", "100ms", "--to", "parquet://out/")).err, /being loaded/);
  }));

Deno.test("a target that is gone, one without state, and a pipeline that there is not are told apart", () =>
  inProject(TWO, async ({ folder, ok, json, code, run }) => {
    equal((await json("state", "list")).summary, "no state yet; a run leaves it in its target");
    equal(await code("state", "show", "shop"), "state.none");
    const slip = await json("state", "show", "shp");
    deepEqual([slip.error?.code, slip.error?.hint], ["pipeline.not_found", "did you mean shop?"]);
    match((await run("state", "shop")).err, /did you mean show\? For the state of a pipeline: `dteg state list shop`/);
    await ok("run", "shop");
    await Deno.remove(`${folder}/out.duckdb`);
    deepEqual((await json("state", "list", "shop")).result.states, []);
    equal(await code("state", "set", "shop", "orders", "2024-05-02 00:00:00", "-y"), "state.none");
  }));

Deno.test("where a target cannot be asked, the list tells what the runs of this machine reported last", () =>
  inProject(TWO, async ({ folder, ok, run, json }) => {
    await ok("run", "shop");
    await Deno.writeTextFile(
      `${folder}/pipelines/shop.yaml`,
      TWO["pipelines/shop.yaml"].replace("../out.duckdb", "postgres://u@127.0.0.1:1/none"),
    );
    const { out, err, exit } = await run("state", "list", "shop");
    equal(exit, 0);
    match(err, /cannot be asked .* of shop this is what the runs of this machine reported last/);
    match(out, /shop +orders +cursor = 2024-05-01 08:00:00/);
    const [one] = (await json("state", "list", "shop")).result.states;
    equal(one.isCurrent, false);
    equal((await json("state", "list", "--to", "postgres://u@127.0.0.1:1/none")).error?.code, "connection.refused");
  }));
