import assert from "node:assert/strict";
import { makeDatabase } from "../../engine/load.ts";
import { parametersOf } from "../../../plugins/mysql/parameters.ts";
import { connect } from "../../../plugins/mysql/session.ts";
import { loadLock, takeOver } from "../../../plugins/mysql/write/names_held.ts";
import { openServer } from "../server.ts";
import { cutAt } from "./act_wire.ts";
import { type Loading, openLoading } from "./loading.ts";

type Test = (loading: Loading) => Promise<void>;

const server = await openServer();

/** A rule on a database of its own. */
const rule = (name: string, test: Test) =>
  Deno.test(`MariaDB: ${name}`, async () => {
    await using loading = await openLoading(server);
    await test(loading);
    assert.equal(await loading.debris(), "");
  });

/** A user with some rights on a database, and a URL for it. */
async function userWith(rights: string, { db }: Loading): Promise<string> {
  await server.sql(
    `CREATE OR REPLACE USER lesser@'127.0.0.1' IDENTIFIED BY 'pw'; GRANT ${rights} ON \`${db}\`.* TO lesser@'127.0.0.1'`,
  );
  return server.url(db, { user: "lesser", password: "pw" });
}

/** Global settings while something runs. */
async function withSettings(settings: Readonly<Record<string, string>>, step: () => Promise<void>): Promise<void> {
  const names = Object.keys(settings);
  const before = (await server.sql(`SELECT ${names.map((name) => `@@GLOBAL.${name}`).join(", ")}`)).split("\t");
  const set = (values: readonly string[]) =>
    server.sql(names.map((name, index) => `SET GLOBAL ${name} = ${values[index]}`).join(";"));
  await set(Object.values(settings));
  try {
    await step();
  } finally {
    await set(before);
  }
}

rule("a user without the right to make tables is refused before anything moves", async (loading) => {
  const error = await loading.refused("id\n1\n", "t", { to: await userWith("SELECT, INSERT", loading) });
  assert.deepEqual([error.code, error.phase], ["connection.forbidden", "before"]);
  assert.match(error.message, /CREATE command denied/);
});

rule("a database that is not there, and a wrong password, are told", async ({ refused }) => {
  assert.equal((await refused("id\n1\n", "t", { to: server.url("nowhere") })).code, "connection.no_database");
  assert.equal((await refused("id\n1\n", "t", { to: server.url("x", { password: "no" }) })).code, "connection.auth");
});

rule("a server that is read-only is told before anything moves", async (loading) => {
  const to = await userWith("ALL", loading);
  await withSettings({ read_only: "1" }, async () => {
    const error = await loading.refused("id\n1\n", "t", { to });
    assert.deepEqual([error.code, error.phase], ["target.read_only", "before"]);
  });
});

rule("a reader that never ends does not hold up a replace for ever, nor does a row that is locked", async (loading) => {
  const { load, refused, sql } = loading;
  for (const table of ["t", "u"]) await load("id,v\n1,a\n", table, { write: "merge", key: ["id"] });
  await withSettings({ lock_wait_timeout: "1", innodb_lock_wait_timeout: "1" }, async () => {
    const reader = sql("BEGIN; SELECT * FROM t FOR UPDATE; SELECT * FROM u FOR UPDATE; SELECT SLEEP(6)");
    await new Promise((resolve) => setTimeout(resolve, 500));
    const [swap, update] = await Promise.all([
      refused("id\n1\n", "t", { table: { primaryKey: ["id"] } }),
      refused("id,v\n1,b\n", "u", { write: "merge", key: ["id"] }),
    ]);
    assert.deepEqual([swap.code, update.code], ["target.locked", "target.locked"]);
    await reader;
  });
  assert.equal(await sql("SELECT * FROM t UNION ALL SELECT * FROM u"), "1\ta\n1\ta");
});

rule("tables and keys that InnoDB does not take are refused with its limits", async ({ refused }) => {
  const list = (count: number, name: string) =>
    Array.from({ length: count }, (_, index) => `${name}${index}`).join(",");
  const texts = await refused(`${list(500, "t")}\n${list(500, "x".repeat(50))}\n`, "t");
  assert.equal(texts.code, "schema.incompatible");
  assert.match(texts.hint ?? "", /197 of them long texts/);
  const columns = await refused(`${list(1100, "n")}\n${list(1100, "")}\n`, "t");
  assert.equal(columns.code, "schema.incompatible");
  const parts = await refused(`${list(40, "n")}\n${list(40, "")}\n`, "t", {
    table: { primaryKey: list(40, "n").split(",") },
  });
  assert.equal(parts.code, "schema.incompatible");
  const long = await refused(`k,v\n${"é".repeat(769)},1\n`, "t", { table: { primaryKey: ["k"] } });
  assert.deepEqual([long.code, long.column], ["data.value", "k"], long.message);
  assert.match(long.message, /varchar\(768\)/);
});

rule("rows that break a rule of the table are refused with the rule, or the column", async ({ refused, sql }) => {
  await sql("CREATE TABLE t (id int PRIMARY KEY, v varchar(9) NOT NULL, CONSTRAINT positive CHECK (id > 0))");
  const write = "append";
  const doubled = await refused("id,v\n1,a\n1,b\n", "t", { write });
  assert.deepEqual([doubled.code, /Duplicate entry '1' for key 'PRIMARY'/.test(doubled.message)], [
    "data.constraint",
    true,
  ]);
  const missing = await refused("id,v\n1,\n", "t", { write });
  assert.deepEqual([missing.code, missing.column], ["data.constraint", "v"]);
  const broken = await refused("id,v\n-1,a\n", "t", { write });
  assert.match(broken.message, /positive/);
  assert.equal(await sql("SELECT COUNT(*) FROM t"), "0");
});

rule("doubles and NULL of a primary key that is asked for are refused, also by INSERT", async ({ refused }) => {
  const table = { primaryKey: ["id"] };
  for (const local_infile of ["ON", "OFF"]) {
    await withSettings({ local_infile }, async () => {
      assert.equal((await refused("id,v\n1,a\n1,b\n", "t", { table })).code, "data.constraint");
      const missing = await refused("id,v\n,a\n", "t", { table });
      assert.deepEqual([missing.code, missing.column], ["data.key_null", "id"]);
    });
  }
});

rule(
  "a row that is larger than a packet is refused where only INSERT is left, and smaller ones are sent in pieces",
  async (loading) => {
    const { refused, load, sql, folder } = loading;
    await makeDatabase(`${folder}/wide.duckdb`, "SELECT repeat('x', 2000000) AS v");
    await makeDatabase(`${folder}/rows.duckdb`, "SELECT i AS id, repeat('x', 300000) AS v FROM range(10) t(i)");
    await withSettings({ local_infile: "OFF", max_allowed_packet: "1048576" }, async () => {
      const error = await refused("", "t", { from: "wide.duckdb", stream: "main.t" });
      assert.equal(error.code, "data.value");
      assert.match(error.message, /row 1 takes 20000\d\d bytes, and the server takes at most 1044480/);
      await load("", "rows", { from: "rows.duckdb", stream: "main.t" });
    });
    assert.equal(await sql("SELECT COUNT(*), SUM(LENGTH(v)) FROM `rows`"), "10\t3000000");
  },
);

rule("a connection that is lost in the middle of the rows is told, and nothing is left", async (loading) => {
  const { refused, sql, load } = loading;
  using wire = cutAt(server.port, { words: "LOAD DATA LOCAL", cut: "before" });
  const to = server.url(loading.db, { options: "sslmode=disable" }).replace(`:${server.port}/`, `:${wire.port}/`);
  assert.equal((await refused("id\n1\n", "t", { to })).code, "connection.lost");
  assert.equal(await sql("SHOW TABLES LIKE 't'"), "");
  await load("id\n1\n", "t");
});

Deno.test("MariaDB: what the server says of its binary log stops no load; a disk that is full is told, and nothing is left", async () => {
  await using full = await openServer({
    options: {
      "log-bin": "bin",
      "binlog-format": "STATEMENT",
      "innodb-file-per-table": "0",
      "innodb-data-file-path": "ibdata1:12M:autoextend:max:16M",
    },
  });
  await using loading = await openLoading(full);
  const { refused, folder, sql, load } = loading;
  await load("id\n1\n", "t");
  await load("id\n1\n", "t", { write: "append" });
  await load("id\n1\n", "t");
  await makeDatabase(`${folder}/much.duckdb`, "SELECT i AS id, repeat('x', 4000) AS v FROM range(5000) t(i)");
  const error = await refused("", "t", { from: "much.duckdb", stream: "main.t" });
  assert.equal(error.code, "environment.disk_full");
  assert.equal(await sql("SELECT * FROM t"), "1");
  assert.equal(await loading.debris(), "");
});

Deno.test("MariaDB: a session that the network has cut off is ended by the next one of its load", async () => {
  const { signal } = new AbortController();
  const parameters = parametersOf({ url: server.url() });
  await using cutOff = await connect(parameters, { signal });
  await using next = await connect(parameters, { signal });
  const name = loadLock("db", "0123456789abcdef");
  await takeOver(cutOff, name);
  await takeOver(next, name);
  const [row] = await next.query(`SELECT IS_USED_LOCK('${name}') = CONNECTION_ID() AS own`);
  assert.equal(row.own, "1");
  await assert.rejects(cutOff.query("SELECT 1"));
});
