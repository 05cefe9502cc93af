import { deepEqual, equal, match } from "node:assert/strict";
import { asUser } from "../../e2e/user.ts";
import { openServer } from "../server.ts";
import { openPooler } from "./pooler.ts";

const SIZE = 4;
const server = await openServer();
await server.psql("CREATE DATABASE source; CREATE DATABASE target");
await server.psql(
  `CREATE TABLE t AS SELECT i AS id, i::numeric(12, 2) AS n, md5(i::text) AS v, repeat('x', 120) AS wide,
    timestamptz '2024-01-01' + i * interval '1 minute' AS at, ARRAY[i, NULL] AS list FROM generate_series(1, 200000) i`,
  { db: "source" },
);
const sum = (table: string) => `SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY id)) FROM ${table} t`;
const wanted = await server.psql(sum("t"), { db: "source" });
const held = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'`;

/** What each connection of the pool says, one a line. */
async function everywhere(url: string, sql: string): Promise<string[]> {
  const { parametersOf } = await import("../../../plugins/postgres/parameters.ts");
  const { connect } = await import("../../../plugins/postgres/session.ts");
  await using session = await connect(parametersOf({ url }), { signal: new AbortController().signal });
  const said = new Set<string>();
  for (let n = 0; n < 2 * SIZE; n++) said.add(JSON.stringify(await session.query(sql)));
  return [...said];
}

Deno.test("through PgBouncer in transaction mode all arrives, both ways, and nothing is left of a session", () =>
  asUser(async (user) => {
    await using pooler = await openPooler(server, { size: SIZE });
    const from = ["--from", pooler.url("source"), "--stream", "t"], to = ["--to", pooler.url("target")];
    const state = "SELECT current_setting('TimeZone') AS zone, current_setting('search_path') AS path, " +
      "current_setting('DateStyle') AS dates, current_setting('row_security') AS policies, " +
      "(SELECT count(*) FROM pg_prepared_statements) AS prepared, " +
      "(SELECT count(*) FROM pg_class WHERE relpersistence = 't') AS temporary";
    const before = [await everywhere(pooler.url("source"), state), await everywhere(pooler.url("target"), state)];
    equal((await user.load([...from, ...to])).written, 200000);
    equal(await server.psql(sum("t"), { db: "target" }), wanted);
    await user.load([...from, "--to", "o.parquet"]);
    await user.load(["--from", "o.parquet", ...to, "--into", "again.t", "--key", "id"]);
    equal(
      await server.psql("SELECT count(*), sum(id), sum(n) FROM again.t", { db: "target" }),
      "200000|20000100000|20000100000.00",
    );
    const { unchanged, inserted } = await user.load([...from, ...to, "--write", "merge", "--key", "id"]);
    deepEqual([unchanged, inserted], [200000, 0]);
    const appended = await user.load([...from, ...to, "--write", "append", "--into", "more.t"]);
    equal(appended.inserted, 200000);
    deepEqual([await everywhere(pooler.url("source"), state), await everywhere(pooler.url("target"), state)], before);
    equal(await server.psql(held), "0");
    equal(await server.psql("SELECT count(*) FROM pg_class WHERE relname ~ '^_dteg_stage'", { db: "target" }), "0");
  }));

Deno.test("what PgBouncer does not take of a session is told", () =>
  asUser(async (user) => {
    await using pooler = await openPooler(server, { size: SIZE });
    for (const [options, word] of [["statement_timeout=5", "statement_timeout"], ["options=-c%20a.b%3D1", "options"]]) {
      const failed = await user.fails([
        "run",
        "--from",
        pooler.url("source", options),
        "--stream",
        "t",
        "--to",
        "o.csv",
      ]);
      deepEqual([failed.code, failed.exit], ["connector.config", 2]);
      match(failed.message, new RegExp(`unsupported startup parameter: ${word}`));
    }
  }));
