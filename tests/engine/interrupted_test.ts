import assert from "node:assert/strict";
import { openBench } from "./load.ts";

for (const interruptAt of ["run.started", "stream.started", "stream.progress"] as const) {
  Deno.test(`a run that is interrupted at ${interruptAt} ends with an error, and loads nothing`, async () => {
    await using bench = await openBench({ "a.csv": `id\n${"1\n".repeat(200_000)}` });
    const { report, error } = await bench.load("a.csv", { interruptAt });
    assert.equal(error?.code, "cancelled");
    assert.deepEqual([report?.status, report?.written], ["cancelled", 0]);
  });
}

Deno.test("a signal behind the last commit changes nothing: all rows are loaded, and the run is well", async () => {
  await using bench = await openBench({ "a.csv": "id\n1\n" });
  const { report, error } = await bench.load("a.csv", { interruptAt: "stream.ended" });
  assert.deepEqual([error, report?.status, report?.written], [undefined, "ok", 1]);
});
