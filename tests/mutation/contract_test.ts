import assert from "node:assert/strict";
import { openEnds } from "../contract/ends/every_end.ts";
import { runPairs } from "../contract/run_pairs.ts";
import { fromSource } from "../contract/start_dteg.ts";
import { VALUES } from "../contract/values/every_value.ts";
import { spoiledTree, type Spoiling } from "./spoiled_tree.ts";

interface ContractMutation extends Spoiling {
  readonly name: string;
  /** Words of what the suite must find. */
  readonly seen: RegExp;
}

const TEXT = "runtime/engine/move/text_form.ts";
const TEXT_CASE = 'case "other":\n      return `CAST(${ref} AS VARCHAR)`;';

/** What peers do without a word, done to what goes from DuckDB to CSV. */
const MUTATIONS: readonly ContractMutation[] = [
  {
    name: "a batch loses a row",
    file: "plugins/file/write/copy_out.ts",
    find: 'COPY (${session.text(batch, { format: "csv" })})',
    replace: 'COPY (FROM (${session.text(batch, { format: "csv" })}) OFFSET 1)',
    seen: /ids of wide/,
  },
  {
    name: "two columns change places",
    file: "runtime/engine/plan/shape.ts",
    find: "ref: refs.columns[at]",
    replace: "ref: refs.columns[at === 1 ? 2 : at === 2 ? 1 : at]",
    seen: /truth value.*wanted "true"/,
  },
  {
    name: "a text is cut at 65,535 bytes",
    file: TEXT,
    find: TEXT_CASE,
    replace: 'case "other":\n      return `left(CAST(${ref} AS VARCHAR), 65535)`;',
    seen: /one byte more than a TEXT of MySQL/,
  },
  {
    name: "a number is rounded at 15 digits",
    file: TEXT,
    find: "ELSE CAST(${ref} AS VARCHAR) END`;\n}\n\nconst TIME",
    replace: "ELSE CAST(round(${ref}::DOUBLE, 15) AS VARCHAR) END`;\n}\n\nconst TIME",
    seen: /17 digits|smallest denormal/,
  },
  {
    name: "an instant is shifted by the session's zone",
    file: TEXT,
    find: "THEN strftime(make_timestamp(epoch_us(${ref})),",
    replace: "THEN strftime(${ref} AT TIME ZONE 'America/St_Johns',",
    seen: /an instant, in sessions of odd zones/,
  },
  {
    name: "an empty text becomes NULL",
    file: TEXT,
    find: TEXT_CASE,
    replace: "case \"other\":\n      return `nullif(CAST(${ref} AS VARCHAR), '')`;",
    seen: /empty text is not NULL/,
  },
];

const { bench, plugs } = await openEnds(["duckdb", "csv"]);
const [source, target] = plugs;
const values = VALUES.filter(({ from, to }) => from.duckdb && Object.keys(to).length === 0);

for (const { name, seen, ...spoiling } of MUTATIONS) {
  Deno.test(`the contract suite goes red when ${name}`, async () => {
    await using tree = await spoiledTree(spoiling);
    const dteg = fromSource(`${tree.path}/`);
    for (const old of ["source.duckdb", "from_duckdb_csv"]) {
      await Deno.remove(`${bench.folder}/${old}`, { recursive: true }).catch(() => {}); // the first has none
    }
    const { csv = [] } = await runPairs({ values, source, targets: [target], dteg, bench });
    assert.ok(csv.some((fault) => seen.test(fault)), `not seen: ${csv.join("\n")}`);
  });
}
