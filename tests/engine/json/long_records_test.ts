import assert from "node:assert/strict";
import { openBench, readDatabase } from "../load.ts";

Deno.test("a record of 20 MB is read, also one with numbers that a double would change", async () => {
  const text = "x".repeat(20 << 20);
  await using bench = await openBench({ "in.ndjson": `{"v":"short"}\n{"v":"${text}","n":0.10000000000000000001}\n` });
  const { error } = await bench.load("in.ndjson");
  assert.equal(error, undefined);
  const { rows } = await readDatabase(`${bench.folder}/out.duckdb`);
  assert.deepEqual(rows.map(([v, n]) => [v?.length, n]), [[5, null], [text.length, "0.10000000000000000001"]]);
});

Deno.test("a record that is longer than any that can be read is refused with its line", async () => {
  await using bench = await openBench({ "in.ndjson": `{"v":1}\n{"v":"${"x".repeat(140 << 20)}"}\n` });
  const { error } = await bench.load("in.ndjson");
  assert.deepEqual([error?.code, error?.path, error?.line], ["json.invalid", "in.ndjson", 2]);
});
