import { deepEqual, equal, match } from "node:assert/strict";
import { duckdbConnector } from "../../../plugins/duckdb/mod.ts";
import { fileConnector } from "../../../plugins/file/mod.ts";
import { postgresConnector } from "../../../plugins/postgres/mod.ts";
import type { ColumnRule, PipelineStream } from "../../../runtime/config/pipeline.ts";
import { runPipelines } from "../../../runtime/engine/run.ts";
import { openRejectStore } from "../../../runtime/store/reject_store.ts";
import { readBack, readDatabase } from "../../engine/load.ts";
import { openServer } from "../server.ts";

const server = await openServer();
const db = await server.createDatabase();
await server.psql(
  `CREATE TABLE odd (id int PRIMARY KEY, n numeric(9,2), a int[], v numeric);
   INSERT INTO odd VALUES (1, 1.25, '{1,2}', 1.5), (2, 'NaN', '{3}', 2), (3, 3, '[0:1]={4,5}', 3), (4, NULL, NULL, NULL);
   CREATE TABLE wide (id int, n numeric(9,2)); INSERT INTO wide SELECT i, CASE WHEN i = 700000 THEN 'NaN'::numeric ELSE i % 100 END FROM generate_series(1, 1000000) i;`,
  { db },
);

type Options = Partial<Pick<PipelineStream, "onLoss" | "rows" | "select">> & {
  readonly columns?: readonly ColumnRule[];
  readonly table?: string;
};

/** Loads a table of the server into a file of a folder of its own. */
async function load(to: string, { columns = [], table = "odd", ...stream }: Options) {
  const folder = await Deno.makeTempDir({ prefix: "dteg-loss-" });
  const rejects = openRejectStore(`${folder}/state`);
  const connector = to.endsWith(".duckdb") ? "duckdb" : "file";
  const { report, error } = await runPipelines({
    run: "r1",
    version: "test",
    pipelines: [{
      name: "p",
      path: null,
      source: { connector: "postgres", config: { url: server.url(db) }, label: "server", folder },
      destination: { connector, config: { path: to }, label: to, folder },
      streams: [{
        name: `public.${table}`,
        into: connector === "duckdb" ? "t" : undefined,
        write: "replace",
        key: ["id"],
        select: [],
        columns,
        adopt: true,
        numbers: "number",
        table: {},
        settings: {},
        ...stream,
      }],
      settings: {},
      onError: "continue",
      tags: [],
    }],
    connectors: [fileConnector, duckdbConnector, postgresConnector],
    limits: { threads: 2, memory: 1e9 },
    tempParent: folder,
    signal: new AbortController().signal,
    emit: () => {},
    mask: (text) => text,
    maskKey: () => Promise.resolve(""),
    rejects: () => Promise.resolve(rejects),
    confirm: () => Promise.resolve(true),
  });
  const read = () =>
    to.endsWith(".duckdb") ? readDatabase(`${folder}/${to}`) : readBack(
      to.endsWith(".csv") ? `read_csv('${folder}/${to}', all_varchar = true)` : `read_parquet('${folder}/${to}')`,
    );
  return {
    stream: report.pipelines[0].streams[0],
    error,
    read,
    kept: rejects.list().flatMap((set) => [...rejects.rows(set)]),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

for (const to of ["out.duckdb", "out.parquet", "out.csv"]) {
  Deno.test(`values that PostgreSQL has and ${to} has not: stop, NULL, text, or the row set aside`, async () => {
    await using stopped = await load(to, {});
    equal(stopped.error?.code, "data.value");
    await using nearest = await load(to, { onLoss: "allow" });
    equal(nearest.error?.code, "data.value"); // no number is near to NaN

    await using empty = await load(to, { onLoss: "null" });
    deepEqual((await empty.read()).rows, [
      ["1", "1.25", "[1,2]", "1.5"],
      ["2", null, "[3]", "2"],
      ["3", "3.00", null, "3"],
      ["4", null, null, null],
    ]);
    deepEqual(empty.stream.changed, [{ column: "n", to: "null", values: 1 }, { column: "a", to: "null", values: 1 }]);

    await using aside = await load(to, { onLoss: "reject" });
    deepEqual((await aside.read()).rows, [["1", "1.25", "[1,2]", "1.5"], ["4", null, null, null]]);
    deepEqual([aside.stream.read, aside.stream.written, aside.stream.rejected], [4, 2, 2]);
    deepEqual(aside.kept.map(({ column, value, key, row }) => ({ column, value, key, row })), [
      { column: "n", value: "NaN", key: { id: "2" }, row: { id: "2", n: "NaN", a: "[3]", v: "2" } },
      {
        column: "a",
        value: "[0:1]={4,5}",
        key: { id: "3" },
        row: { id: "3", n: "3.00", a: "[0:1]={4,5}", v: "3" },
      },
    ]);

    const columns = ["n", "a"].map((name) => ({ name, drop: false, onLoss: "text" as const }));
    await using text = await load(to, { columns });
    const { types, rows } = await text.read();
    deepEqual([types.n, types.a], ["VARCHAR", "VARCHAR"]);
    deepEqual(rows.map(([, n, a]) => [n, a]), [["1.25", "{1,2}"], ["NaN", "{3}"], ["3.00", "[0:1]={4,5}"], [
      null,
      null,
    ]]);
  });
}

Deno.test("a declared type is obeyed row by row", async () => {
  const columns = [{ name: "v", type: { kind: "int64" }, drop: false }] as const;
  const only = { columns, select: ["id", "v"] };
  await using stopped = await load("out.duckdb", only);
  equal(stopped.error?.code, "data.value");
  await using aside = await load("out.duckdb", { ...only, rows: "reject" });
  deepEqual((await aside.read()).rows, [["2", "2"], ["3", "3"], ["4", null]]);
  deepEqual(aside.kept.map(({ value, wanted }) => [value, wanted]), [["1.5", "bigint"]]);
  await using near = await load("out.duckdb", { ...only, onLoss: "allow" });
  deepEqual((await near.read()).rows, [["1", "2"], ["2", "2"], ["3", "3"], ["4", null]]);
});

Deno.test("a table that is large enough to be read by its pages is judged as a small one", async () => {
  await using empty = await load("out.duckdb", { table: "wide", onLoss: "null" });
  equal(empty.stream.written, 1_000_000);
  deepEqual(empty.stream.changed, [{ column: "n", to: "null", values: 1 }]);
  match(empty.stream.warnings.join(), /on_loss: null/);
});
