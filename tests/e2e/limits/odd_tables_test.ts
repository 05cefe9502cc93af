import { deepEqual, equal, match } from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { openServer } from "../../postgres/server.ts";
import { asUser, type User } from "../user.ts";

const server = await openServer();
await server.psql("CREATE DATABASE source; CREATE DATABASE target");
const inSource = (sql: string) => server.psql(sql, { db: "source" });
const TARGET = server.url("target");

/** PostgreSQL's most columns; short texts and truth values, since a row has no more than 8 kB there. */
const WIDE = Array.from({ length: 1600 }, (_, index) => `c${index}`);
const cell = (index: number, row: number) =>
  index % 2 ? String(row === 1) : index % 4 ? `t${row}` : row === 1 ? "" : `é${row}`;
const ROWS = [1, 2, 3].map((row) => WIDE.map((_, index) => cell(index, row)).join("|"));
const TYPES = WIDE.map((_, index) => index % 2 ? "boolean" : "text");

await inSource(
  `CREATE TABLE wide (${WIDE.map((name, index) => `${name} ${TYPES[index]}`)});
  INSERT INTO wide VALUES ${[1, 2, 3].map((row) => `(${WIDE.map((_, index) => `'${cell(index, row)}'`)})`)};
  CREATE TABLE nothing (id int PRIMARY KEY, v text, at timestamptz);
  CREATE TABLE bare (); INSERT INTO bare DEFAULT VALUES; INSERT INTO bare DEFAULT VALUES;
  CREATE TABLE keyless (a int, b text); INSERT INTO keyless VALUES (1, 'x'), (1, 'x'), (NULL, NULL);
  CREATE TABLE made (id int GENERATED ALWAYS AS IDENTITY, v int, twice int GENERATED ALWAYS AS (v * 2) STORED);
  INSERT INTO made (v) VALUES (10), (20);
  CREATE VIEW seen AS SELECT v, twice FROM made WHERE v > 10;
  CREATE MATERIALIZED VIEW kept AS SELECT v FROM made`,
);

const ENDS = ["csv", "ndjson", "parquet", "duckdb", "postgres"] as const;
type EndName = (typeof ENDS)[number];

/** The words that read a table which {@linkcode fill} made at an end. */
function sourceOf(end: EndName, table: string): readonly string[] {
  if (end === "postgres") return ["--from", server.url("source"), "--stream", table];
  if (end === "duckdb") return ["--from", "in.duckdb", "--stream", table];
  return ["--from", `in/${table}.${end}`];
}

function targetOf(end: EndName): readonly string[] {
  if (end === "postgres") return ["--to", TARGET, "--into", "t"];
  return end === "duckdb" ? ["--to", "out.duckdb", "--into", "t"] : ["--to", `out.${end}`];
}

/** All rows at an end, fields joined by `|`, read without dteg; NULL is `∅`. */
async function rowsAt(user: User, end: EndName, columns: readonly string[]): Promise<readonly string[]> {
  const list = columns.map((name) => `coalesce(CAST("${name}" AS VARCHAR), '∅')`);
  if (end === "postgres") {
    const text = list.reduce<string[]>((parts, one, index) => {
      parts[Math.floor(index / 50)] = [parts[Math.floor(index / 50)], one].filter(Boolean).join(", ");
      return parts;
    }, []).map((some) => `concat_ws('|', ${some})`);
    const found = await server.psql(`SELECT concat_ws('|', ${text}) FROM t ORDER BY 1`, { db: "target" });
    return found === "" ? [] : found.split("\n");
  }
  const from = {
    csv: "read_csv('out.csv', all_varchar = true, header = true, allow_quoted_nulls = false)",
    ndjson: "read_json('out.ndjson', format = 'newline_delimited')",
    parquet: "'out.parquet'",
    duckdb: "out.t",
  }[end].replace(/'(out\.\w+)'/, `'${user.folder}/$1'`);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    if (end === "duckdb") await connection.run(`ATTACH '${user.folder}/out.duckdb' AS out (READ_ONLY)`);
    const result = await connection.runAndReadAll(`SELECT concat_ws('|', ${list}) FROM ${from} ORDER BY 1`);
    return result.getRows().map(([row]) => String(row));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The tables of PostgreSQL as files and in DuckDB, made by dteg. */
async function fill(user: User, table: string): Promise<void> {
  for (const format of ["csv", "ndjson", "parquet"]) {
    await user.load([...sourceOf("postgres", table), "--to", `in/${table}.${format}`]);
  }
  await user.load([...sourceOf("postgres", table), "--to", "in.duckdb", "--into", table]);
}

/** Every pair with `--long`; else each end once as a source and once as a target. */
const WIDE_PAIRS = ENDS.flatMap((from, index) =>
  Deno.env.get("DTEG_LONG") === "1" ? ENDS.map((to) => ({ from, to })) : [{ from, to: ENDS[(index + 2) % ENDS.length] }]
);

Deno.test("1,600 columns arrive over every pair of ends", () =>
  asUser(async (user) => {
    await fill(user, "wide");
    for (const { from, to } of WIDE_PAIRS) {
      const { written } = await user.load([...sourceOf(from, "wide"), ...targetOf(to), "-y"]);
      equal(written, 3, `${from} to ${to}`);
      deepEqual(await rowsAt(user, to, WIDE), ROWS.toSorted(), `${from} to ${to}`);
    }
  }));

Deno.test("an empty table keeps its columns over every pair that can hold them", () =>
  asUser(async (user) => {
    await fill(user, "nothing");
    const typed = ENDS.filter((end) => end !== "ndjson"); // an empty file of records has no columns
    for (const from of typed) {
      for (const to of typed) {
        const { read, written } = await user.load([...sourceOf(from, "nothing"), ...targetOf(to), "-y"]);
        deepEqual([read, written, await rowsAt(user, to, ["id", "v", "at"])], [0, 0, []], `${from} to ${to}`);
      }
    }
    equal(user.read("in/nothing.ndjson"), "");
  }));

Deno.test("views, tables without key, generated and identity columns are read as what they show", () =>
  asUser(async (user) => {
    const cases: Readonly<Record<string, readonly [columns: readonly string[], rows: readonly string[]]>> = {
      keyless: [["a", "b"], ["1|x", "1|x", "∅|∅"]],
      made: [["id", "v", "twice"], ["1|10|20", "2|20|40"]],
      seen: [["v", "twice"], ["20|40"]],
      kept: [["v"], ["10", "20"]],
    };
    for (const [table, [columns, rows]] of Object.entries(cases)) {
      for (const to of ["duckdb", "postgres"] as const) {
        await user.load([...sourceOf("postgres", table), ...targetOf(to), "-y"]);
        deepEqual(await rowsAt(user, to, columns), rows, `${table} to ${to}`);
      }
    }
  }));

Deno.test("rows without columns are not loaded, which is told; a table that is there is emptied", () =>
  asUser(async (user) => {
    for (const to of ["csv", "duckdb", "postgres"] as const) {
      await user.load([...sourceOf("postgres", "keyless"), ...targetOf(to), "-y"]);
      const { written, warnings } = await user.load([...sourceOf("postgres", "bare"), ...targetOf(to), "-y"]);
      deepEqual([written, warnings.length], [0, 1]);
      match(warnings[0], /^public\.bare has no columns: its rows hold nothing, and none is loaded$/);
      if (to === "csv") equal(user.read("out.csv"), "");
      else deepEqual(await rowsAt(user, to, ["a"]), []);
    }
  }));
