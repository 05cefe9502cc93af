import assert from "node:assert/strict";
import type { DtegError } from "../../../sdk/mod.ts";
import { type Bench, type Content, type LoadOptions, openBench, readBack, readDatabase, writeQuery } from "../load.ts";

/** Loads files that DuckDB alone wrote from queries, and reads the table. */
async function loaded(queries: readonly string[], options: LoadOptions = {}): Promise<Content | DtegError> {
  await using bench = await openBench();
  for (const [index, query] of queries.entries()) await parquet(bench, `f${index}`, query);
  const { error } = await bench.load("f*.parquet", options);
  return error ?? await readDatabase(`${bench.folder}/out.duckdb`);
}

const parquet = (bench: Bench, name: string, query: string) =>
  writeQuery(query, `${bench.folder}/${name}.parquet`, "FORMAT parquet");

const EXACT: Readonly<Record<string, readonly [sql: string, type: string, shown?: string]>> = {
  "unsigned 64 bits": ["18446744073709551615::UBIGINT", "UBIGINT"],
  "38 digits": ["'1234567890123456789012345678.0123456789'::DECIMAL(38,10)", "DECIMAL(38,10)"],
  "floats": ["-0.0::DOUBLE", "DOUBLE"],
  "the least float": ["5e-324::DOUBLE", "DOUBLE"],
  "NaN": ["'NaN'::FLOAT", "FLOAT"],
  "nanoseconds": ["TIMESTAMP_NS '2024-01-01 00:00:00.123456789'", "TIMESTAMP_NS"],
  "a local moment": ["TIMESTAMP '2024-03-10 02:30:00.123456'", "TIMESTAMP"],
  "an instant": ["TIMESTAMPTZ '2024-03-10 02:30:00+09'", "TIMESTAMP WITH TIME ZONE"],
  "the first day": ["DATE '0001-01-01'", "DATE"],
  "bytes": ["'\\x00\\xFF'::BLOB", "BLOB"],
  "an enum": ["'a'::ENUM('a','b')", "VARCHAR"],
  "a list": ["[9007199254740993, NULL]", "BIGINT[]"],
  "a struct": ["{'a': 9007199254740993, 'b': ['x', NULL]}", "STRUCT(a BIGINT, b VARCHAR[])"],
  "a map": [
    "MAP {'k': 1.5::DECIMAL(4,1)}",
    'STRUCT("key" VARCHAR, "value" DECIMAL(4,1))[]',
    "[{'key': k, 'value': 1.5}]",
  ],
  "NULL": ["NULL::VARCHAR", "VARCHAR"],
};

for (const [what, [sql, type, shown]] of Object.entries(EXACT)) {
  Deno.test(`parquet: ${what}: exact`, async () => {
    const { rows } = await readBack(`(SELECT ${sql} AS v)`);
    assert.deepEqual(await loaded([`SELECT ${sql} AS v`]), { types: { v: type }, rows: shown ? [[shown]] : rows });
  });
}

Deno.test("parquet: columns of several files meet by name", async () => {
  const found = await loaded(["SELECT 1 AS a, 2 AS b", "SELECT 4 AS b, 3 AS a", "SELECT 5 AS a"]);
  assert.deepEqual(found, { types: { a: "INTEGER", b: "INTEGER" }, rows: [["1", "2"], ["3", "4"], ["5", null]] });
});

Deno.test("parquet: types of several files are widened where that is exact", async () => {
  const found = await loaded([
    "SELECT '1234567890123456789012345678901234567.1'::DECIMAL(38,1) AS v, 1::TINYINT AS w",
    "SELECT '0.1234567890123'::DECIMAL(38,13) AS v, 9007199254740993 AS w",
  ]);
  assert.deepEqual(found, {
    types: { v: "VARCHAR", w: "BIGINT" },
    rows: [["1234567890123456789012345678901234567.1", "1"], ["0.1234567890123", "9007199254740993"]],
  });
});

Deno.test("parquet: types of several files that no type holds are refused, unless one is declared", async () => {
  const queries = ["SELECT 9007199254740993 AS v", "SELECT 1.5::DOUBLE AS v"];
  const error = await loaded(queries) as DtegError;
  assert.deepEqual([error.code, error.path, error.column], ["schema.lossy", "f1.parquet", "v"]);
  assert.deepEqual(await loaded(queries, { columns: { v: { type: "text" } } }), {
    types: { v: "VARCHAR" },
    rows: [["9007199254740993"], ["1.5"]],
  });
  const value = await loaded(queries, { columns: { v: { type: "double" } } }) as DtegError;
  assert.equal(value.message, 'column "v" holds "9007199254740993", which is no double');
});

Deno.test("parquet: a declared type holds the value, or the row is refused", async () => {
  const holds = async (sql: string, type: string) => {
    const found = await loaded([`SELECT ${sql} AS v`], { columns: { v: { type } } });
    return "rows" in found ? found.rows[0][0] : (found as DtegError).code;
  };
  assert.deepEqual(
    [
      await holds("1.5::DOUBLE", "bigint"),
      await holds("2.0::DOUBLE", "bigint"),
      await holds("0.1::DOUBLE", "real"),
      await holds("0.123456::DECIMAL(8,6)", "decimal(18,4)"),
      await holds("TIMESTAMP_NS '2024-01-01 00:00:00.000000001'", "timestamp"),
      await holds("TIMESTAMP '2024-01-01 00:00:00'", "timestamptz"),
      await holds("TIMESTAMPTZ '2024-01-01 00:00:00+00'", "date"),
      await holds("[1.50, 2]", "json"),
      await holds("'\\xFF'::BLOB", "text"),
    ],
    [
      "data.value",
      "2",
      "data.value",
      "data.value",
      "data.value",
      "schema.lossy",
      "schema.lossy",
      "[1.50,2.00]",
      "\\xff",
    ],
  );
});

Deno.test("parquet: a damaged file is refused by name", async () => {
  await using bench = await openBench();
  await parquet(bench, "whole", "SELECT range AS id FROM range(1000)");
  const bytes = await Deno.readFile(`${bench.folder}/whole.parquet`);
  await bench.write("cut.parquet", bytes.slice(0, -40));
  await bench.write("no.parquet", "id,v\n1,a\n");
  for (const name of ["cut.parquet", "no.parquet"]) {
    const { error } = await bench.load(name);
    assert.deepEqual([error?.code, error?.path], ["file.corrupt", name]);
    assert.ok(!error?.message.includes(bench.folder));
  }
});

Deno.test("parquet: folders of the form key=value add no column", async () => {
  await using bench = await openBench();
  await Deno.mkdir(`${bench.folder}/code=007`);
  await parquet(bench, "code=007/a", "SELECT 1 AS id, 'f' AS filename");
  const { error } = await bench.load("code=*/*.parquet", { settings: { filename_column: "file" } });
  assert.equal(error, undefined);
  const { rows } = await readDatabase(`${bench.folder}/out.duckdb`);
  assert.deepEqual(rows, [["1", "f", "code=007/a.parquet"]]);
});
