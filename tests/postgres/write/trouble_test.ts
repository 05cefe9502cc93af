import { deepEqual, equal, match } from "node:assert/strict";
import { asUser } from "../../e2e/user.ts";
import { openServer, PASSWORD } from "../server.ts";

const server = await openServer({ settings: { deadlock_timeout: "500ms" } });
const rest = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const rows = Array.from({ length: 2000 }, (_, id) => `${id},new\n`).join("");

/** A database with a table of 2000 old rows, and SQL in it. */
async function database() {
  const db = await server.createDatabase();
  const psql = (sql: string) => server.psql(sql, { db });
  await psql(
    "CREATE TABLE t (id bigint PRIMARY KEY, v text); INSERT INTO t SELECT i, 'old' FROM generate_series(0, 1999) i",
  );
  return { db, psql };
}
const debris = "SELECT count(*) FROM pg_class WHERE relname ~ '^_dteg_stage'";
const merge = ["--into", "t", "--write", "merge", "--key", "id"];

Deno.test("a deadlock ends one try, and the next one loads", () =>
  asUser(async (user) => {
    const { db, psql } = await database();
    user.write("in.csv", `id,v\n${rows}`);
    // it takes what dteg takes, in the other order, and stays the second to wait: the server ends dteg's transaction
    const other = psql(`BEGIN; LOCK TABLE t IN EXCLUSIVE MODE; SELECT pg_sleep(2);
      SET LOCAL deadlock_timeout = '20s'; SELECT pg_advisory_xact_lock(hashtextextended('dteg table public.t', 0)); COMMIT`);
    const { updated, warnings } = await user.load([
      "in.csv",
      "--to",
      server.url(db, { options: "options=-c%20deadlock_timeout%3D4s" }),
      ...merge,
    ]);
    await other;
    equal(updated, 2000);
    match(warnings.join("\n"), /retrying .*deadlock detected/);
    equal(await psql("SELECT v, count(*) FROM t GROUP BY v"), "new|2000");
    equal(await psql(debris), "0");
  }));

Deno.test("a transaction that cannot be serialized is tried again", () =>
  asUser(async (user) => {
    const { db, psql } = await database();
    await psql(
      "CREATE ROLE strict_one LOGIN SUPERUSER PASSWORD 'x'; ALTER ROLE strict_one SET default_transaction_isolation = 'repeatable read'",
    );
    user.write("in.csv", `id,v\n${rows}`);
    const other = psql("BEGIN; UPDATE t SET v = 'between' WHERE id < 5; SELECT pg_sleep(2); COMMIT");
    await rest(300);
    const { updated, warnings } = await user.load([
      "in.csv",
      "--to",
      server.url(db, { user: "strict_one", password: "x" }),
      ...merge,
    ]);
    await other;
    equal(updated, 2000);
    match(warnings.join("\n"), /retrying .*could not serialize access/);
    equal(await psql("SELECT v, count(*) FROM t GROUP BY v"), "new|2000");
  }));

Deno.test("a statement that takes longer than it may ends the load, and the table is as it was", () =>
  asUser(async (user) => {
    const { db, psql } = await database();
    await psql(
      `CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.01); RETURN new; END';
      CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION slow()`,
    );
    user.write("in.csv", `id,v\n${rows}`);
    const { code, exit, message } = await user.fails([
      "run",
      "in.csv",
      "--to",
      server.url(db, { options: "statement_timeout=1" }),
      ...merge,
    ]);
    deepEqual([code, exit], ["connection.timeout", 1]);
    match(message, /canceling statement due to statement timeout/);
    equal(await psql("SELECT v, count(*) FROM t GROUP BY v"), "old|2000");
    equal(await psql(debris), "0");
  }));

Deno.test("a password that has expired is a login that fails", () =>
  asUser(async (user) => {
    await server.psql("CREATE ROLE late LOGIN PASSWORD 'p' VALID UNTIL '2020-01-01'");
    const url = server.url("postgres", { user: "late", password: "p" });
    const { code, exit, message } = await user.fails(["run", "--from", url, "--stream", "t", "--to", "o.csv"]);
    deepEqual([code, exit], ["connection.auth", 3]);
    match(message, /password authentication failed for user "late"/);
  }));

Deno.test("a server with all its connections taken is told as such", () =>
  asUser(async (user) => {
    await server.psql(`CREATE ROLE plain LOGIN PASSWORD '${PASSWORD}'`);
    const { connect } = await import("../../../plugins/postgres/session.ts");
    const { parametersOf } = await import("../../../plugins/postgres/parameters.ts");
    const parameters = parametersOf({ url: server.url() });
    const { signal } = new AbortController();
    const taken = await Promise.all(Array.from({ length: 38 }, () => connect(parameters, { signal })));
    const { code, exit, message } = await user.fails([
      "run",
      "--from",
      server.url("postgres", { user: "plain" }),
      "--stream",
      "t",
      "--to",
      "o.csv",
    ]);
    await Promise.all(taken.map((session) => session[Symbol.asyncDispose]()));
    deepEqual([code, exit], ["connection.too_many", 3]);
    match(message, /remaining connection slots are reserved|too many clients/);
  }));

Deno.test("a table of another server, by postgres_fdw, is read and loaded into as its own table", () =>
  asUser(async (user) => {
    const far = await database();
    const here = await database();
    await here.psql(`CREATE EXTENSION postgres_fdw; CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw
      OPTIONS (host '127.0.0.1', port '${server.port}', dbname '${far.db}');
      CREATE USER MAPPING FOR postgres SERVER far OPTIONS (user 'postgres', password '${PASSWORD}');
      CREATE FOREIGN TABLE away (id bigint, v text) SERVER far OPTIONS (table_name 't')`);
    const from = ["--from", server.url(here.db), "--stream", "away"];
    await user.load([...from, "--to", "o.csv"]);
    equal(user.read("o.csv").trimEnd().split("\n").length, 2001);
    await user.load([...from, "--to", server.url(here.db), "--into", "copied"]);
    equal(
      await here.psql("SELECT md5(string_agg(c::text, '' ORDER BY id)) FROM copied c"),
      await far.psql("SELECT md5(string_agg(t::text, '' ORDER BY id)) FROM t"),
    );
    const { code, message } = await user.fails(["run", "o.csv", "--to", server.url(here.db), "--into", "away", "-y"]);
    equal(code, "schema.incompatible");
    match(message, /public\.away is no table/);
  }));
