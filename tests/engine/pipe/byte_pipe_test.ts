import { equal } from "node:assert/strict";
import { openBytePipe } from "../../../runtime/engine/pipe/byte_pipe.ts";
import { csvForm } from "../../../runtime/engine/pipe/pipe_form.ts";
import { openSession } from "../stage_session.ts";

Deno.test("a pipe that nobody reads ends at once, whether DuckDB has opened its end or not", async () => {
  await using opened = await openSession();
  const { session, folder: tempDir } = opened;
  for (let round = 0; round < 60; round++) {
    for (const count of [1, 2]) {
      const scan = await session.scan(`SELECT i, repeat('x', 1000) AS t FROM range(${round % 3 * 100_000 + 1}) r(i)`);
      const began = performance.now();
      const pipe = openBytePipe(session, scan, { form: csvForm(session, scan), tempDir, count });
      if (round % 2) await new Promise((resolve) => setTimeout(resolve, round % 7));
      await pipe[Symbol.asyncDispose]();
      equal(performance.now() - began < 5000, true);
    }
  }
});
