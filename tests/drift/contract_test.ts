import assert from "node:assert/strict";
import { openServer as openMariadb } from "../mysql/server.ts";
import { openServer as openPostgres } from "../postgres/server.ts";
import { duckdbTarget, openDrifting, type Said, type Target } from "./drifting.ts";
import { mariadbTarget, postgresTarget } from "./servers.ts";

const postgres = await openPostgres();
const mariadb = await openMariadb();
Deno.test.afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await mariadb[Symbol.asyncDispose]();
});

/** A change of a source's table `(id INTEGER, a INTEGER, b VARCHAR)` with the rows `1|10|x` and `2|20|y`, and what comes of it. */
interface Drift {
  readonly name: string;
  /** What the source has then, in place of the old table. */
  readonly then: string;
  readonly isMergedToo?: true;
  /** What each contract makes of it. */
  readonly comes: readonly Outcome[];
}

interface Outcome {
  readonly contract: NonNullable<Said["contract"]>;
  /** The error; the target stays as it was. */
  readonly code?: string;
  /** Columns of the target, where they became others: words of {@linkcode TYPES}. */
  readonly columns?: string;
  /** Rows that came to the two. */
  readonly rows?: readonly string[];
  /** Rows of before, where they became others. */
  readonly before?: readonly string[];
  readonly rejected?: number;
  readonly warns?: RegExp;
}

const BEFORE = ["1|10|x", "2|20|y"];
const COLUMNS = "id int32, a int32, b text";

const DRIFTS: readonly Drift[] = [
  {
    name: "added",
    isMergedToo: true,
    then: "SELECT 3::INTEGER id, 30::INTEGER a, 'z' b, 'new' c UNION ALL SELECT 4, 40, 'w', NULL",
    comes: [
      {
        contract: {},
        columns: `${COLUMNS}, c text`,
        before: ["1|10|x|", "2|20|y|"],
        rows: ["3|30|z|new", "4|40|w|"],
      },
      { contract: { columns: "freeze" }, code: "contract.columns" },
      { contract: { columns: "reject" }, rows: ["4|40|w"], rejected: 1 },
      { contract: { columns: "ignore" }, rows: ["3|30|z", "4|40|w"], warns: /column c is not in the target: 1 value/ },
    ],
  },
  {
    name: "dropped",
    then: "SELECT 3::INTEGER id, 30::INTEGER a",
    comes: [
      { contract: {}, rows: ["3|30|"], warns: /column b is not in the load/ },
      { contract: { columns: "freeze" }, code: "contract.columns" },
      { contract: { columns: "reject" }, rows: ["3|30|"], warns: /column b is not in the load/ },
      { contract: { columns: "ignore" }, rows: ["3|30|"], warns: /column b is not in the load/ },
    ],
  },
  {
    name: "renamed",
    then: "SELECT 3::INTEGER id, 30::INTEGER a, 'z' bb",
    comes: [
      {
        contract: {},
        columns: `${COLUMNS}, bb text`,
        before: ["1|10|x|", "2|20|y|"],
        rows: ["3|30||z"],
        warns: /column b is not in the load/,
      },
      { contract: { columns: "freeze" }, code: "contract.columns" },
      { contract: { columns: "reject" }, rejected: 1, warns: /column b is not in the load/ },
      { contract: { columns: "ignore" }, rows: ["3|30|"], warns: /column bb is not in the target: 1 value/ },
    ],
  },
  {
    name: "widened",
    isMergedToo: true,
    then: "SELECT 3::INTEGER id, 5000000000::BIGINT a, 'z' b UNION ALL SELECT 4, 40, 'w'",
    comes: [
      { contract: {}, columns: "id int32, a int64, b text", rows: ["3|5000000000|z", "4|40|w"] },
      { contract: { types: "freeze" }, code: "contract.types" },
      { contract: { types: "reject" }, rows: ["4|40|w"], rejected: 1 },
    ],
  },
  {
    name: "narrowed",
    then: "SELECT 3::SMALLINT id, 30::SMALLINT a, 'z' b",
    comes: [
      { contract: {}, rows: ["3|30|z"] },
      { contract: { types: "freeze" }, code: "contract.types" },
      { contract: { types: "reject" }, rows: ["3|30|z"] },
    ],
  },
  {
    name: "other",
    then: "SELECT 3::INTEGER id, '30' a, 'z' b UNION ALL SELECT 4, 'forty', 'w'",
    comes: [
      { contract: {}, code: "contract.types" },
      { contract: { types: "freeze" }, code: "contract.types" },
      { contract: { types: "reject" }, rows: ["3|30|z"], rejected: 1 },
    ],
  },
  {
    name: "fraction",
    then: "SELECT 3::INTEGER id, 30.5::DOUBLE a, 'z' b UNION ALL SELECT 4, 40.0, 'w'",
    comes: [
      { contract: {}, columns: "id int32, a float64, b text", rows: ["3|30.5|z", "4|40|w"] },
      { contract: { types: "freeze" }, code: "contract.types" },
      { contract: { types: "reject" }, rows: ["4|40|w"], rejected: 1 },
    ],
  },
  {
    name: "reordered",
    then: "SELECT 'z' b, 30::INTEGER a, 3::INTEGER id",
    comes: [
      { contract: {}, rows: ["3|30|z"] },
      { contract: { columns: "freeze", types: "freeze" }, rows: ["3|30|z"] },
      { contract: { columns: "reject", types: "reject" }, rows: ["3|30|z"] },
    ],
  },
  {
    name: "both",
    isMergedToo: true,
    then: "SELECT 3::INTEGER id, 5000000000::BIGINT a, 'new' c",
    comes: [
      {
        contract: {},
        columns: "id int32, a int64, b text, c text",
        before: ["1|10|x|", "2|20|y|"],
        rows: ["3|5000000000||new"],
        warns: /column b is not in the load/,
      },
      { contract: { columns: "evolve", types: "freeze" }, code: "contract.types" },
      { contract: { columns: "freeze", types: "evolve" }, code: "contract.columns" },
      {
        contract: { columns: "ignore" },
        columns: "id int32, a int64, b text",
        rows: ["3|5000000000|"],
        warns: /c is not/,
      },
    ],
  },
];

const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PostgreSQL: { int32: "integer", int64: "bigint", float64: "double precision", text: "text" },
  MariaDB: { int32: "int(11)", int64: "bigint(20)", float64: "double", text: "longtext" },
  DuckDB: { int32: "INTEGER", int64: "BIGINT", float64: "DOUBLE", text: "VARCHAR" },
};

const TARGETS: Readonly<Record<string, (folder: string) => Promise<Target>>> = {
  PostgreSQL: async () => postgresTarget(postgres, await postgres.createDatabase()),
  MariaDB: async () => mariadbTarget(mariadb, await mariadb.createDatabase()),
  DuckDB: (folder) => Promise.resolve(duckdbTarget(`${folder}/out.duckdb`)),
};

interface Case {
  readonly table: string;
  readonly drift: Drift;
  readonly outcome: Outcome;
  readonly write: "append" | "merge";
}

const CASES = DRIFTS.flatMap((drift) =>
  drift.comes.flatMap((outcome, index) =>
    (["append", "merge"] as const).filter((write) => write === "append" || drift.isMergedToo).map((write): Case => ({
      table: `${drift.name}_${index}_${write}`,
      drift,
      outcome,
      write,
    }))
  )
);

for (const [name, open] of Object.entries(TARGETS)) {
  Deno.test(`${name}: each kind of drift comes to what the contract says, and a plan says it before`, async () => {
    await using drifting = await openDrifting();
    const target = await open(drifting.folder);
    const typesOf = (columns: string) => columns.replace(/\w+(?=,|$)/g, (word) => TYPES[name][word] ?? word);
    const streamOf = ({ table, write, outcome: { contract } }: Case): Said => ({
      name: `main.${table}`,
      into: table,
      write,
      key: write === "merge" ? ["id"] : [],
      contract,
    });
    await drifting.source(
      CASES.map(({ table }) =>
        `CREATE TABLE ${table} AS SELECT 1::INTEGER id, 10::INTEGER a, 'x' b UNION ALL SELECT 2, 20, 'y'`
      ).join(";\n"),
    );
    const first = await drifting.load(target.end, CASES.map(streamOf));
    for (const [table, { error }] of first) assert.equal(error, null, `${table}: ${error?.message}`);
    await drifting.source(
      CASES.map(({ table, drift }) => `CREATE OR REPLACE TABLE ${table} AS ${drift.then}`).join(";\n"),
    );

    const planned = await drifting.plan(target.end, CASES.map(streamOf));
    for (const { table } of CASES) assert.deepEqual(await target.rows(table), BEFORE, `${table} after the plan`);
    const reports = await drifting.load(target.end, CASES.map(streamOf));
    for (const one of CASES) {
      const { table, outcome: { code = null, columns = COLUMNS, rows = [], before = BEFORE, rejected = 0, warns } } =
        one;
      const at = `${table} with ${JSON.stringify(one.outcome.contract)}`;
      const { error, warnings, ...counts } = reports.get(table)!;
      const plan = planned.get(table)!;
      assert.equal(error?.code ?? null, code, `${at}: ${error?.message}`);
      assert.equal(plan.error?.code ?? null, code, `plan of ${at}: ${plan.error?.message}`);
      assert.equal(await target.columns(table), typesOf(code ? COLUMNS : columns), at);
      assert.deepEqual(await target.rows(table), code ? BEFORE : [...before, ...rows].toSorted(), at);
      assert.equal(plan.statements.length > 0, !code && columns !== COLUMNS, `${at}: ${plan.statements}`);
      if (code) continue;
      assert.deepEqual([counts.rejected, counts.written], [rejected, rows.length], at);
      if (warns) assert.match(warnings.join("\n"), warns, at);
      else assert.deepEqual(warnings, [], at);
    }
    const again = await drifting.load(target.end, CASES.filter(({ outcome }) => !outcome.code).map(streamOf));
    for (const [table, { error }] of again) assert.equal(error, null, `${table} again: ${error?.message}`);
  });
}
