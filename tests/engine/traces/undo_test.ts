import { deepEqual, equal, match } from "node:assert/strict";
import { inProject } from "../../commands/state/project.ts";
import { makeDatabase } from "../load.ts";
import { undoneLoads } from "./undo.ts";

Deno.test("a replace, an append and a merge into DuckDB are taken back, with their state", () =>
  undoneLoads({ to: "out.duckdb", merges: true }));

Deno.test("a replace and an append into a folder are taken back, with their state", () =>
  undoneLoads({ to: "parquet://out/", on: "out/", appends: true }));

Deno.test("a replace of one file is taken back, with its state", () => undoneLoads({ to: "out.csv", from: "out" }));

Deno.test("a DuckDB table that keeps its index in a replace gets its rows back", () =>
  inProject({
    "in.csv": "id,v\n1,a\n",
    "p.yaml":
      "version: 1\nname: p\nsource: in.csv\ndestination: out.duckdb\nkeep: 1\nstreams:\n  - { name: in, into: t, write: replace, table: { indexes: [v] } }\n",
  }, async ({ ok, json, write }) => {
    await ok("run", "p.yaml");
    await write("in.csv", "id,v\n2,b\n");
    await ok("run", "p.yaml");
    equal((await json("undo", "last", "-y")).error, null);
    const sql = "SELECT id, v, (SELECT count(*) FROM duckdb_indexes()) AS n FROM t";
    equal(await ok("query", sql, "--on", "out.duckdb", "--format", "csv"), "id,v,n\n1,a,1\n");
  }));

const TWO = {
  "a.csv": "id\n1\n",
  "b.csv": "id\n1\n",
  "p.yaml": "version: 1\nname: p\nsource: { use: file, config: { path: ./, format: csv } }\ndestination: out.duckdb\n" +
    "streams:\n  - { name: a, write: replace, keep: 1 }\n  - { name: b, write: replace }\n",
};

Deno.test("all streams of a run are taken back or none; one of them by its name", () =>
  inProject(TWO, async ({ ok, json, write, code }) => {
    await ok("run", "p.yaml");
    for (const name of ["a.csv", "b.csv"]) await write(name, "id\n2\n");
    await ok("run", "p.yaml");
    const rows = () => ok("query", "SELECT a.id AS a, b.id AS b FROM a, b", "--on", "out.duckdb", "--format", "csv");
    const whole = await json("undo", "last", "-y");
    deepEqual([whole.error?.code, whole.exit], ["undo.impossible", 1]);
    equal(await rows(), "a,b\n2,2\n");
    const slip = await json("undo", "last", "aa", "-y");
    match(`${slip.error?.code}: ${slip.error?.message}`, /^undo.impossible: .* has loaded no stream "aa"/);
    await ok("undo", "last", "a", "-y");
    equal(await rows(), "a,b\n1,2\n");
    equal(await code("undo", "r0000000", "-y"), "run.not_found");
  }));

Deno.test("what is kept is no stream of a source, and goes when it is wanted no longer", () =>
  inProject(TWO, async ({ ok, write }) => {
    const tables = () =>
      ok("query", "SELECT table_name FROM duckdb_tables() ORDER BY 1", "--on", "out.duckdb", "--format", "csv");
    await ok("run", "p.yaml");
    await ok("run", "p.yaml");
    match(await tables(), /^table_name\n_dteg_kept_r\w+_a\n_dteg_state\na\nb\n$/);
    match(await ok("plan", "p.yaml"), /ALTER TABLE "main"\."a" RENAME TO "_dteg_kept_RUN_a";/);
    match(await ok("state", "show", "p", "a", "--to", "out.duckdb"), /keeps +what r\w+ replaced/);
    equal((await ok("discover", "out.duckdb")).includes("_dteg"), false);
    await write("p.yaml", TWO["p.yaml"].replace(", keep: 1", ""));
    await ok("run", "p.yaml");
    equal(await tables(), "table_name\n_dteg_state\na\nb\n");
  }));

Deno.test("after a change of the pipeline's name what is taken back leaves a state under the new one", () =>
  inProject({ "in.csv": "id\n1\n" }, async ({ ok, json, write }) => {
    const load = async (name: string, id: number) => {
      await write("in.csv", `id\n${id}\n`);
      await write(
        "p.yaml",
        `version: 1\nname: ${name}\nsource: in.csv\ndestination: out.duckdb\nstreams:\n  - { name: in, keep: 2 }\n`,
      );
      await ok("run", "p.yaml");
    };
    await load("old", 1);
    await load("old", 2);
    await ok("state", "rename", "old", "new", "--to", "out.duckdb");
    await load("new", 3);
    await load("new", 4);
    for (const id of [3, 2]) {
      await ok("undo", (await json("state", "list", "--to", "out.duckdb")).result.states[0].run, "-y");
      equal(await ok("query", 'FROM "in"', "--on", "out.duckdb", "--format", "csv"), `id\n${id}\n`);
    }
    const { states } = (await json("state", "list", "--to", "out.duckdb")).result;
    deepEqual(states.map(({ pipeline }) => pipeline), ["new"]);
  }));

Deno.test("a table of somebody else that was replaced is theirs again, and odd and long names are kept", () =>
  inProject({}, async ({ folder, ok, json, write }) => {
    const name = `Odd "name" ${"길".repeat(80)}`, table = `"${name.replaceAll('"', '""')}"`;
    await makeDatabase(`${folder}/out.duckdb`, "SELECT 7 AS id");
    await ok("query", `ALTER TABLE t RENAME TO ${table}`, "--on", "out.duckdb", "--allow-writes");
    await write("in.csv", "id\n1\n");
    await write(
      "p.yaml",
      JSON.stringify({
        version: 1,
        name: "p",
        source: "in.csv",
        destination: "out.duckdb",
        keep: 1,
        streams: [{ name: "in", into: table }],
      }),
    );
    await ok("run", "p.yaml", "-y");
    await ok("undo", "last", "-y");
    equal(await ok("query", `FROM ${table}`, "--on", "out.duckdb", "--format", "csv"), "id\n7\n");
    deepEqual((await json("state", "list", "--to", "out.duckdb")).result.states, []);
    equal((await json("run", "p.yaml")).error?.code, "plan.confirm");
  }));

Deno.test("versions that an scd2 added are taken back where they tell their run and closed none", () =>
  inProject({}, async ({ ok, json, write }) => {
    const load = async (words: string, rows: string) => {
      await write("in.csv", `id,v\n${rows}`);
      await write(
        "p.yaml",
        `version: 1\nname: p\nsource: in.csv\ndestination: out.duckdb\nstreams:\n  - { name: in, into: t, write: scd2, key: id${words} }\n`,
      );
      await ok("run", "p.yaml");
    };
    const undo = async () => (await json("undo", "last", "-y")).error?.code;
    const rows = () => ok("query", "SELECT id, v FROM t ORDER BY id, v", "--on", "out.duckdb", "--format", "csv");
    await load("", "1,a\n");
    equal(await undo(), "undo.impossible");
    await load(", load_columns: true", "1,a\n2,b\n");
    equal(await undo(), undefined);
    equal(await rows(), "id,v\n1,a\n");
    await load(", load_columns: true", "1,x\n");
    equal(await undo(), "undo.impossible");
    equal(await rows(), "id,v\n1,a\n1,x\n");
  }));
