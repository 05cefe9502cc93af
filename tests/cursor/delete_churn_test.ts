import assert from "node:assert/strict";
import { openServer as openMariadb } from "../mysql/server.ts";
import { openServer as openPostgres } from "../postgres/server.ts";
import { openLoads } from "./loads.ts";

const postgres = await openPostgres();
const mariadb = await openMariadb();
Deno.test.afterAll(async () => {
  await postgres[Symbol.asyncDispose]();
  await mariadb[Symbol.asyncDispose]();
});

type Run = (sql: string) => Promise<string>;
interface End {
  readonly url: string;
  readonly run: Run;
}

const ENDS = {
  async PostgreSQL(): Promise<End> {
    const db = await postgres.createDatabase();
    return { url: postgres.url(db), run: (sql) => postgres.psql(sql, { db }) };
  },
  async MariaDB(): Promise<End> {
    const db = await mariadb.createDatabase();
    return { url: mariadb.url(db), run: (sql) => mariadb.sql(sql, { db }) };
  },
};
type Name = keyof typeof ENDS;

/** How rows that are gone are found, and whether they stay with a mark. */
const MODES = [
  { words: "delete: remove", isMark: false, isWhen: false },
  { words: "delete: remove\n    cursor: c", isMark: false, isWhen: false },
  { words: "delete: mark\n    cursor: c", isMark: true, isWhen: false },
  { words: "delete: mark", isMark: true, isWhen: false },
  { words: "delete: remove\n    delete_when: gone = 1\n    cursor: c", isMark: false, isWhen: true },
] as const;

/** Keys of one number, and of a number and a text whose case counts. */
const KEYS = [["id"], ["id", "k"]] as const;

function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed;;) {
    state = (state * 1664525 + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

interface Row {
  readonly id: number;
  readonly k: string;
  v: string;
  c: number;
  gone: number;
}

async function churn({ from, to, mode, key, seed }: {
  readonly from: Name;
  readonly to: Name;
  readonly mode: (typeof MODES)[number];
  readonly key: readonly string[];
  readonly seed: number;
}): Promise<void> {
  const source = await ENDS[from](), target = await ENDS[to]();
  const isMysql = from === "MariaDB";
  await source.run(
    `CREATE TABLE t (id bigint, k varchar(10)${
      isMysql ? " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" : ""
    }, v text, c bigint, gone int)`,
  );
  if (!isMysql) await source.run("CREATE INDEX ON t (id)"); // ranges are summed over an index where there is one
  await using loads = await openLoads(
    `version: 1\nsource: "${source.url}"\ndestination: "${target.url}"\nstreams:\n  - name: t\n    into: ${
      to === "MariaDB" ? "t" : "public.t"
    }\n    write: merge\n    key: [${key.join(", ")}]\n    ${mode.words}\n`,
  );
  const random = randomNumbers(seed);
  const pick = (n: number) => Math.floor(random.next().value * n);
  const rows = new Map<string, Row>();
  const loaded = new Map<string, { readonly text: string; isMarked: boolean }>();
  let clock = 0;
  const named = (id: number, k: string) => key.length > 1 ? `${id}|${k}` : String(id);
  for (let round = 0; round < 4; round++) {
    const statements: string[] = [];
    for (let step = 0; step < 12; step++) {
      const id = (pick(30) - 10) * 100000, k = key.length > 1 ? ["a", "A", "b'"][pick(3)] : "a", name = named(id, k);
      const at = `id = ${id} AND k = '${k.replace("'", "''")}'`;
      const row = rows.get(name), dice = pick(10);
      if (!row) {
        const made = { id, k, v: `v${pick(100)}`, c: ++clock, gone: 0 };
        rows.set(name, made);
        statements.push(`INSERT INTO t VALUES (${id}, '${k.replace("'", "''")}', '${made.v}', ${made.c}, 0)`);
      } else if (dice < 4) {
        rows.delete(name);
        statements.push(`DELETE FROM t WHERE ${at}`);
      } else if (dice < 6) {
        row.gone = 1 - row.gone;
        row.c = ++clock;
        statements.push(`UPDATE t SET gone = ${row.gone}, c = ${row.c} WHERE ${at}`);
      } else {
        row.v = `w${pick(100)}`;
        row.c = ++clock;
        statements.push(`UPDATE t SET v = '${row.v}', c = ${row.c} WHERE ${at}`);
      }
    }
    await source.run(statements.join(";\n"));
    if (rows.size === 0) continue;
    const report = await loads.load();
    let deleted = 0;
    for (const [name, one] of loaded) {
      const row = rows.get(name), isGone = mode.isWhen ? row?.gone === 1 : !row;
      if (!isGone || one.isMarked) continue;
      deleted++;
      if (mode.isMark) one.isMarked = true;
      else loaded.delete(name);
    }
    for (const [name, { id, k, v, gone }] of rows) {
      if (mode.isWhen && gone === 1) continue;
      loaded.set(name, { text: `${id}|${k}|${v}`, isMarked: false });
    }
    const at = mode.isMark ? "CASE WHEN _dteg_deleted_at IS NULL THEN 'there' ELSE 'gone' END" : "'there'";
    const list = to === "MariaDB" ? `CONCAT_WS('|', id, k, v, ${at})` : `concat_ws('|', id, k, v, ${at})`;
    const found = (await target.run(`SELECT ${list} FROM t`)).split("\n").filter(Boolean).toSorted();
    const wanted = [...loaded.values()].map(({ text, isMarked }) => `${text}|${isMarked ? "gone" : "there"}`)
      .toSorted();
    assert.deepEqual(found, wanted, `round ${round}, seed ${seed}`);
    assert.equal(report.deleted, deleted, `round ${round}, seed ${seed}`);
  }
}

const PAIRS: readonly (readonly [Name, Name])[] = [
  ["PostgreSQL", "PostgreSQL"],
  ["PostgreSQL", "MariaDB"],
  ["MariaDB", "PostgreSQL"],
  ["MariaDB", "MariaDB"],
];

for (const [pair, [from, to]] of PAIRS.entries()) {
  for (const [index, mode] of MODES.entries()) {
    if ((pair + index) % 2 === 1) continue; // the ends share no code that depends on both
    const key = KEYS[index % KEYS.length];
    Deno.test(`deletes from ${from} to ${to}, by ${key.join(" and ")}: ${mode.words.replace(/\s+/g, " ")}`, async () => {
      await churn({ from, to, mode, key, seed: 7 + index });
    });
  }
}
