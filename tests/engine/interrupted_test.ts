import assert from "node:assert/strict";
import { openBench } from "./load.ts";

for (const interruptAt of ["run.started", "stream.started", "stream.progress"] as const) {
  Deno.test(`a run that is interrupted at ${interruptAt} ends with an error, and loads nothing`, async () => {
    const rows = interruptAt === "stream.progress" ? 4_000_000 : 1000; // it comes ten times a second
    await using bench = await openBench({ "a.csv": `id,text\n${"1,some words that take their time\n".repeat(rows)}` });
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
