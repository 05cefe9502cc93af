import { deepEqual } from "node:assert/strict";
import { checkEdges, checkModes, checkNames, checkTables } from "../contract/loads.ts";
import { runLosses } from "../contract/run_losses.ts";
import { fromBinary } from "../contract/start_dteg.ts";
import { defineValueTests } from "../contract/value_tests.ts";
import { VALUES } from "../contract/values/every_value.ts";

const dteg = fromBinary();
const { bench, plugs } = await defineValueTests(dteg);

for (const source of plugs) {
  Deno.test(`on_loss: what a target lacks of ${source.end} is NULL, or its row set aside`, async () => {
    for (const mode of ["null", "reject"] as const) {
      deepEqual(await runLosses({ values: VALUES, source, targets: plugs, dteg, bench }, mode), []);
    }
  });
}

for (const target of plugs) {
  Deno.test(`loads into ${target.end}: names, tables, modes, counts and edges`, async (t) => {
    const loading = { target, dteg, bench };
    await t.step("each column has a name of its own, told by plan, the same each time", () => checkNames(loading));
    await t.step("a table may have any name", () => checkTables(loading));
    await t.step("each way of writing leaves what it says, and counts it", () => checkModes(loading));
    await t.step("no rows, and a limit", () => checkEdges(loading));
  });
}
