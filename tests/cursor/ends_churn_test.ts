import assert from "node:assert/strict";
import { randomOf } from "../harness/random.ts";
import { openServer as openMariadb } from "../mysql/server.ts";
import { openServer as openPostgres } from "../postgres/server.ts";
import { duckdbEnd, mariadbEnd, postgresEnd, type TestEnd } from "./ends.ts";
import { openLoads } from "./loads.ts";

/** Rounds of a pair; more of them under `./task test -- --long`. */
const ROUNDS = Deno.env.get("DTEG_LONG") === "1" ? 200 : 3;

const postgres = await openPostgres(), mariadb = await openMariadb();

type EndName = "PostgreSQL" | "MariaDB" | "DuckDB";
const PAIRS: readonly (readonly [EndName, EndName])[] = [
  ["MariaDB", "PostgreSQL"],
  ["PostgreSQL", "MariaDB"],
  ["MariaDB", "DuckDB"],
  ["DuckDB", "MariaDB"],
];
const MODES = {
  "append without a key": "",
  "append with a key": "key: id, write: append, ",
  "merge": "key: id, ",
} as const;
const CURSORS = ["time", "instant", "bigint", "decimal(30,10)"] as const;

/** How late a row may come: so many steps of the clock. */
const LATE = 20;
const START = Date.UTC(2024, 0, 31, 23, 59, 50);

for (const [from, to] of PAIRS) {
  for (const [mode, words] of Object.entries(MODES)) {
    Deno.test(`${from} to ${to}, ${mode}: under churn, late rows and backfills the target is what the source is`, async () => {
      const seed = Number(Deno.env.get("DTEG_SEED") ?? Math.floor(Math.random() * 2 ** 32));
      const random = randomOf(seed);
      const pick = (count: number) => Math.floor(random() * count);
      const cursor = CURSORS[pick(CURSORS.length)], isTime = cursor === "time" || cursor === "instant";
      console.log(`    seed ${seed}, ${cursor}`);
      await using loads = await openLoads();
      const open = (name: EndName, path: string): TestEnd | Promise<TestEnd> =>
        name === "PostgreSQL"
          ? postgresEnd(postgres)
          : name === "MariaDB"
          ? mariadbEnd(mariadb)
          : duckdbEnd(`${loads.folder}/${path}.duckdb`);
      const source = await open(from, "in"), target = await open(to, "out");
      const type = isTime ? source[cursor] : cursor;
      await source.run(`CREATE TABLE t (id bigint, v varchar(40), ts ${type})`);
      const isQuery = pick(2) === 1;
      const stream = isQuery
        ? `name: t, sql: "SELECT x.* FROM t x WHERE {{ interval }} AND x.id > -1", cursor: x.ts`
        : "name: t, cursor: ts";
      loads.write(
        "pipeline.yaml",
        `version: 1\nname: p\nsource: "${source.url}"\nstreams:\n  - { ${stream}, into: t, late: lag, ${words}lag: ${
          isTime ? "20s" : LATE
        } }\ndestination: "${target.url}"\n`,
      );
      const valueOf = (step: number) =>
        isTime
          ? new Date(START + step * 1000).toISOString().replace("T", " ").replace("Z", "123")
          : `${step}${cursor === "bigint" ? "" : ".0000000001"}`;
      const literal = (step: number) => isTime ? `'${valueOf(step)}'` : valueOf(step);
      const list = (end: TestEnd) => `SELECT id, v, ${isTime ? end.text("ts") : "ts"} FROM t`;

      let id = 0, clock = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const statements = Array.from({ length: 1 + pick(6) }, () => {
          clock += pick(8);
          const dice = random();
          if (dice < 0.1) {
            return `INSERT INTO t VALUES (${++id}, 'none', ${mode === "merge" ? "NULL" : literal(clock)})`;
          }
          if (dice < 0.45 && mode === "merge") {
            return `UPDATE t SET v = concat(v, 'u'), ts = ${literal(clock)} WHERE id = ${
              1 + pick(id + 1)
            } AND length(v) < 30`;
          }
          const late = clock - pick(Math.min(LATE, clock + 1));
          const key = mode === "append without a key" ? pick(4) : ++id;
          return `INSERT INTO t VALUES (${key}, 'v${pick(3)}', ${literal(late)})`;
        });
        await source.run(statements.join("; "));
        if (random() < 0.4) {
          const start = pick(clock + 10), end = start + 1 + pick(40);
          const interval = { start: valueOf(start), ...(random() < 0.8 && { end: valueOf(end) }) };
          if (mode !== "append without a key") await loads.load({ interval });
          else await loads.load({ interval }).catch(({ code }) => assert.equal(code, "stream.cursor"));
        }
        await loads.load();
        assert.deepEqual(
          await target.rows(list(target)),
          await source.rows(list(source)),
          `seed ${seed}, round ${round}`,
        );
      }
      const { inserted, updated } = await loads.load();
      assert.deepEqual([inserted, updated], [0, 0]);
      if (mode !== "append without a key") {
        for (let start = 0; start <= clock; start += 25) {
          await loads.load({ interval: { start: valueOf(start), end: valueOf(start + 25) } });
        }
        assert.deepEqual(
          await target.rows(list(target)),
          await source.rows(list(source)),
          `seed ${seed}, in intervals`,
        );
      }
    });
  }
}

Deno.test("MariaDB is asked for what may be new, by the index of the cursor", async () => {
  await using loads = await openLoads();
  const source = await mariadbEnd(mariadb);
  await source.run(
    "CREATE TABLE t (id int PRIMARY KEY, ts datetime(6), INDEX (ts)); " +
      "INSERT INTO t SELECT seq, '2024-01-01' + INTERVAL seq SECOND FROM seq_1_to_20000",
  );
  loads.write(
    "pipeline.yaml",
    `version: 1\nname: p\nsource: "${source.url}"\nstreams: [ { name: t, key: id, cursor: ts, lag: 10s } ]\ndestination: out.duckdb\n`,
  );
  const rowsRead = async () => {
    const found = await source.rows(
      "SHOW GLOBAL STATUS WHERE Variable_name IN ('Handler_read_next', 'Handler_read_rnd_next')",
    );
    assert.equal(found.length, 2);
    return found.reduce((sum, row) => sum + Number(row.split("|")[1]), 0);
  };
  await loads.load();
  await source.run("INSERT INTO t VALUES (20001, '2024-02-01')");
  const before = await rowsRead();
  const { read, inserted } = await loads.load();
  assert.deepEqual({ read, inserted }, { read: 12, inserted: 1 });
  assert.ok(await rowsRead() - before < 1000);
  const again = await rowsRead();
  assert.equal((await loads.load({ interval: { start: "2024-01-01 00:01", end: "2024-01-01 00:02" } })).unchanged, 60);
  assert.ok(await rowsRead() - again < 1000);
});

addEventListener("unload", () => {
  void postgres[Symbol.asyncDispose]();
  void mariadb[Symbol.asyncDispose]();
});
