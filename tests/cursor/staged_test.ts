import assert from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { type Loads, openLoads } from "./loads.ts";

const yaml = (source: string, stream: string, to = "duckdb://out.duckdb") =>
  `version: 1\nname: p\nsource: "${source}"\nstreams:\n  - ${stream}\ndestination: "${to}"\n`;

async function query({ folder }: Loads, sql: string, path = "out.duckdb"): Promise<string[]> {
  const instance = await DuckDBInstance.create(`${folder}/${path}`);
  const connection = await instance.connect();
  const rows = (await connection.runAndReadAll(sql)).getRowsJson().map((row) => row.join("|"));
  connection.closeSync();
  instance.closeSync();
  return rows.toSorted();
}

Deno.test("a file that grows is read from the last value on, and equal rows of that value are counted", async () => {
  await using loads = await openLoads(yaml("in.csv", "{ name: in, cursor: n }"));
  loads.write("in.csv", "n,v\n1,a\n2,b\n2,b\n");
  assert.deepEqual([(await loads.load()).inserted, (await loads.load()).inserted], [3, 0]);
  loads.write("in.csv", "n,v\n1,a\n2,b\n2,b\n2,b\n2,c\n10,d\n,e\n");
  const { read, inserted, filtered, cursor, warnings } = await loads.load();
  assert.deepEqual({ read, inserted, filtered, cursor }, { read: 5, inserted: 3, filtered: 2, cursor: "10" });
  assert.match(warnings[0], /^1 row without n was not read/);
  assert.deepEqual(await query(loads, `SELECT * FROM "in"`), ["10|d", "1|a", "2|b", "2|b", "2|b", "2|c"]);
});

Deno.test("a merge of files by cursor updates what changed, and the last of a key wins", async () => {
  await using loads = await openLoads(yaml("in.ndjson", "{ name: in, cursor: at, key: id }"));
  loads.write(
    "in.ndjson",
    '{"id":1,"at":"2024-01-01T00:00:00Z","v":"a"}\n{"id":2,"at":"2024-01-02T00:00:00Z","v":"b"}\n',
  );
  assert.equal((await loads.load()).inserted, 2);
  loads.write(
    "in.ndjson",
    '{"id":1,"at":"2024-01-03T00:00:00Z","v":"a2"}\n{"id":1,"at":"2024-01-04T00:00:00Z","v":"a3"}\n{"id":2,"at":"2024-01-01T00:00:00Z","v":"old"}\n',
  );
  const { read, updated, filtered } = await loads.load();
  assert.deepEqual({ read, updated, filtered }, { read: 2, updated: 1, filtered: 1 });
  assert.deepEqual(await query(loads, `SELECT id, v FROM "in"`), ["1|a3", "2|b"]);
});

Deno.test("a DuckDB file is read by cursor, with names that differ only in the case of what is not its key", async () => {
  await using loads = await openLoads(
    yaml("duckdb://in.duckdb", "{ name: t, cursor: ts, lag: 1h, late: lag }", "csv://out/"),
  );
  await query(loads, "CREATE TABLE t (ts TIMESTAMP, d DECIMAL(30,5), l INT[])", "in.duckdb").catch(() => []);
  await query(
    loads,
    "INSERT INTO t VALUES ('2024-01-01 10:00', 1.5, [1, NULL]), ('2024-01-01 10:30', NULL, NULL)",
    "in.duckdb",
  );
  assert.deepEqual([(await loads.load()).inserted, (await loads.load()).filtered], [2, 2]);
  await query(loads, "INSERT INTO t VALUES ('2024-01-01 09:31', 2, []), ('2024-01-01 09:29', 3, [])", "in.duckdb");
  const { inserted, cursor } = await loads.load();
  assert.deepEqual([inserted, cursor], [1, "2024-01-01 10:30:00"]);
  assert.deepEqual([(await loads.load()).inserted, (await loads.load({ fullRefresh: true })).inserted], [0, 4]);
  assert.equal((await loads.load()).inserted, 0);
});

Deno.test("a cursor without an order, not there, or with a lag that does not fit is refused", async () => {
  await using loads = await openLoads();
  loads.write("in.ndjson", '{"id":1,"j":{"a":1},"t":"x"}\n');
  const codeOf = async (stream: string) => {
    loads.write("pipeline.yaml", yaml("in.ndjson", stream));
    const { code, message } = await loads.refused();
    return `${code}: ${message}`;
  };
  assert.match(
    await codeOf("{ name: in, cursor: j }"),
    /^stream.cursor: column "j" is .*, which has no order to read by$/,
  );
  assert.match(
    await codeOf("{ name: in, cursor: idd }"),
    /^column.unknown: .*has no column "idd", which is to be its cursor$/,
  );
  assert.match(
    await codeOf("{ name: in, cursor: id, write: replace }"),
    /^pipeline.invalid: .*reads all, and yet has a cursor$/,
  );
  assert.match(
    await codeOf("{ name: in, cursor: id, columns: { id: { drop: true } } }"),
    /^stream.cursor: .*is not among the columns/,
  );
  assert.match(await codeOf("{ name: in, cursor: id, late: lag }"), /^pipeline.invalid: late: lag .* wants a lag$/);
  assert.match(
    await codeOf("{ name: in, cursor: id, columns: { t: { mask: hash } } }"),
    /^stream.cursor: .*values that are masked/,
  );
});
