import assert from "node:assert/strict";
import { openBench, readDatabase } from "../load.ts";

const APPEND = { to: "t.duckdb", stream: { write: "append" as const } };

Deno.test("csv: what comes into a table that stays must be the table's type to the letter; a declared type is more lenient", async () => {
  await using bench = await openBench({ "f.csv": "id,v\n1,1\n" });
  assert.equal((await bench.load("f.csv", APPEND)).error, undefined);
  await bench.write("f.csv", "id,v\n2,007\n");
  const { error } = await bench.load("f.csv", APPEND);
  assert.equal(error?.code, "data.value");
  assert.equal(
    error?.message,
    'column "v" holds "007", which is no bigint, the type that the target has for it, to the letter',
  );
  assert.equal(error?.line, 2);
  const declared = await bench.load("f.csv", { ...APPEND, columns: { v: { type: "bigint" } } });
  assert.equal(declared.error, undefined);
  assert.deepEqual((await readDatabase(`${bench.folder}/t.duckdb`)).rows, [["1", "1"], ["2", "7"]]);
});

Deno.test("csv: a condition that cannot be read, or cannot tell case twins apart, is refused before a row is read", async () => {
  await using bench = await openBench({ "f.csv": "id,v\n1,1\n", "twins.csv": "V,v\na,b\n" });
  const unknown = await bench.load("f.csv", { to: "t.duckdb", stream: { where: "idd > 1" } });
  assert.equal(unknown.error?.code, "stream.where");
  const twins = await bench.load("twins.csv", { to: "t.duckdb", stream: { where: "v = 'b'" } });
  assert.equal(twins.error?.code, "stream.where");
  assert.equal(twins.error?.column, "v");
});
