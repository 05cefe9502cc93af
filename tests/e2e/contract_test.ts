import { checkEdges, checkModes, checkNames, checkTables } from "../contract/loads.ts";
import { fromBinary } from "../contract/start_dteg.ts";
import { defineValueTests } from "../contract/value_tests.ts";

const dteg = fromBinary();
const { bench, plugs } = await defineValueTests(dteg);

for (const target of plugs) {
  Deno.test(`loads into ${target.end}: names, tables, modes, counts and edges`, async (t) => {
    const loading = { target, dteg, bench };
    await t.step("each column has a name of its own, told by plan, the same each time", () => checkNames(loading));
    await t.step("a table may have any name", () => checkTables(loading));
    await t.step("each way of writing leaves what it says, and counts it", () => checkModes(loading));
    await t.step("no rows, and a limit", () => checkEdges(loading));
  });
}
