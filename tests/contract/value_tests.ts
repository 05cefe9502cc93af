import assert from "node:assert/strict";
import { type Ends, openEnds } from "./ends/every_end.ts";
import { runPairs } from "./run_pairs.ts";
import type { Dteg } from "./start_dteg.ts";
import { VALUES } from "./values/every_value.ts";

/** A test for each source, with a step for each target: every value arrives exactly, or the run says no. */
export async function defineValueTests(dteg: Dteg): Promise<Ends> {
  const ends = await openEnds();
  const { bench, plugs } = ends;
  for (const source of plugs) {
    Deno.test(`values of ${source.end}: exact or loud at every target`, async (t) => {
      const faults = await runPairs({ values: VALUES, source, targets: plugs, dteg, bench });
      for (const { end } of plugs) {
        await t.step(`into ${end}`, () => assert.deepEqual(faults[end], []));
      }
    });
  }
  return ends;
}
