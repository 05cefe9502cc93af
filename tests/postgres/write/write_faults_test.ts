import assert from "node:assert/strict";
import { cutAtCommit } from "./commit_wire.ts";
import { type Loading, openLoading } from "../loading.ts";
import { openServer, type TestServer } from "../server.ts";

type Test = (loading: Loading, server: TestServer) => Promise<void>;

/** True where a command went well; only root may mount. */
async function command(name: string, ...args: readonly string[]): Promise<boolean> {
  const { success } = await new Deno.Command(name, { args: [...args], stdout: "null", stderr: "null" }).output();
  return success;
}

const TESTS: Readonly<Record<string, Test>> = {
  async "a reply that is lost at COMMIT is asked for: the load counts once"({ load, psql, db }, server) {
    await load("id\n1\n", "public.t", { name: "a.csv", write: "append" });
    using wire = cutAtCommit(server.port, "after");
    const to = server.url(db, { options: "sslmode=disable" }).replace(`:${server.port}/`, `:${wire.port}/`);
    const report = await load("id\n2\n", "public.t", { name: "a.csv", write: "append", to });
    assert.deepEqual([report.written, report.warnings.length], [1, 1]);
    assert.equal(await psql("SELECT * FROM t ORDER BY id"), "1\n2");
  },
  async "a COMMIT that did not reach the server is a lost connection, and nothing is loaded"(
    { load, refused, psql, db, debris },
    server,
  ) {
    await load("id\n1\n", "public.t", { name: "a.csv" });
    using wire = cutAtCommit(server.port, "before");
    const to = server.url(db, { options: "sslmode=disable" }).replace(`:${server.port}/`, `:${wire.port}/`);
    const error = await refused("id\n2\n", "public.t", { name: "a.csv", to });
    assert.equal(error.code, "connection.lost");
    assert.equal(await psql("TABLE t"), "1");
    await load("id\n3\n", "public.t", { name: "a.csv" });
    assert.equal(await psql("TABLE t"), "3");
    assert.equal(await debris(), "");
  },
  async "two loads into one schema, and into one table, at once: each whole, one after the other"(
    { load, psql, debris },
  ) {
    const many = (word: string) => `id,v\n${Array.from({ length: 3000 }, (_, id) => `${id},${word}\n`).join("")}`;
    await Promise.all([load(many("a"), "fresh.a"), load(many("b"), "fresh.b")]);
    assert.equal(
      await psql("SELECT count(*) FROM fresh.a, (SELECT count(*) FROM fresh.b) b WHERE b.count = 3000"),
      "3000",
    );
    await Promise.all([load(many("a"), "fresh.t"), load(many("b"), "fresh.t")]);
    assert.match(await psql("SELECT v, count(*) FROM fresh.t GROUP BY 1"), /^[ab]\|3000$/);
    const merge = { write: "merge", key: ["id"] } as const;
    await Promise.all([load(many("a"), "fresh.m", merge), load(many("b"), "fresh.m", merge)]);
    assert.match(await psql("SELECT v, count(*) FROM fresh.m GROUP BY 1"), /^[ab]\|3000$/);
    assert.equal(await debris(), "");
  },
  async "staging tables of dead runs go with the next load; those of living runs and of others stay"(
    { load, psql, debris },
  ) {
    await psql(
      "CREATE TABLE _dteg_stage_rdead_0123456789abcdef (a int); CREATE TABLE _dteg_stage_mine (a int); " +
        "CREATE TABLE _dteg_stage_ralive_0123456789abcdef (a int)",
    );
    const living = psql("SET application_name = 'dteg ralive'; SELECT pg_sleep(4)");
    await new Promise((resolve) => setTimeout(resolve, 500));
    await load("id\n1\n", "public.t");
    assert.equal(
      (await debris()).split("\n").toSorted().join(" "),
      "_dteg_stage_mine _dteg_stage_ralive_0123456789abcdef",
    );
    await living;
  },
  async "a right that is missing is named, and nothing is made"({ refused, psql, db }, server) {
    await psql(
      "CREATE ROLE clerk LOGIN PASSWORD 'x'; CREATE TABLE t (id bigint); INSERT INTO t VALUES (1); GRANT SELECT ON t TO clerk",
    );
    const to = server.url(db, { user: "clerk", password: "x" });
    for (const into of ["public.t", "public.fresh", "elsewhere.t"]) {
      const error = await refused("id\n2\n", into, { to, write: "append" });
      assert.equal(error.code, "connection.forbidden", error.message);
    }
    await psql("GRANT CREATE ON SCHEMA public TO clerk");
    assert.equal((await refused("id\n2\n", "public.t", { to, write: "append" })).code, "connection.forbidden");
    assert.equal((await refused("id\n2\n", "public.t", { to })).code, "connection.forbidden");
    assert.equal(await psql("TABLE t"), "1");
  },
  async "row security that would hide rows from a replace stops it"({ refused, psql, db }, server) {
    await psql(
      "CREATE ROLE tenant LOGIN PASSWORD 'x'; CREATE TABLE t (id bigint); INSERT INTO t VALUES (1), (2); ALTER TABLE t ENABLE ROW LEVEL SECURITY; " +
        "CREATE POLICY p ON t USING (id = 1); GRANT ALL ON t TO tenant; GRANT CREATE ON SCHEMA public TO tenant",
    );
    const error = await refused("id\n1\n", "public.t", { to: server.url(db, { user: "tenant", password: "x" }) });
    assert.equal(error.code, "connection.forbidden");
    assert.equal(await psql("TABLE t"), "1\n2");
  },
  async "a server or a login that only reads is named so"({ refused, psql, db }, server) {
    await psql(
      "CREATE ROLE reader_only LOGIN SUPERUSER PASSWORD 'x'; ALTER ROLE reader_only SET default_transaction_read_only = on",
    );
    const error = await refused("id\n1\n", "public.t", { to: server.url(db, { user: "reader_only", password: "x" }) });
    assert.equal(error.code, "target.read_only");
  },
  async "a disk that is full is named so, and the table is as it was"({ load, refused, psql, db, folder, debris }) {
    const disk = `${folder}/disk`;
    await Deno.mkdir(disk);
    if (!await command("mount", "-t", "tmpfs", "-o", "size=6m,mode=0777", "tmpfs", disk)) return;
    try {
      await Deno.mkdir(`${disk}/ts`);
      await Deno.chmod(folder, 0o755);
      await command("chown", "postgres", `${disk}/ts`);
      await psql(`CREATE TABLESPACE small LOCATION '${disk}/ts'`);
      await psql(`ALTER DATABASE ${db} SET default_tablespace = small`);
      await load("id\n1\n", "public.t");
      const many = `id,v\n${Array.from({ length: 40_000 }, (_, id) => `${id},${"x".repeat(400)}\n`).join("")}`;
      assert.equal((await refused(many, "public.t")).code, "environment.disk_full");
      assert.equal(await psql("TABLE t"), "1");
      assert.equal(await debris(), "");
      await psql("DROP TABLE t, _dteg_state, _dteg_lease");
      await psql("DROP TABLESPACE small");
    } finally {
      await command("umount", "-l", disk);
    }
  },
  async "a table that somebody holds is waited for no longer than the login's lock_timeout"(
    { load, refused, psql, db, debris },
    server,
  ) {
    await load("id\n1\n", "public.t");
    await psql("CREATE ROLE hasty LOGIN SUPERUSER PASSWORD 'x'; ALTER ROLE hasty SET lock_timeout = '300ms'");
    const holding = psql("BEGIN; LOCK TABLE t IN EXCLUSIVE MODE; SELECT pg_sleep(60)").catch(() => {});
    const holder = "SELECT pid FROM pg_locks WHERE relation = 't'::regclass AND mode = 'ExclusiveLock' AND granted";
    while (!await psql(holder)) await new Promise((resolve) => setTimeout(resolve, 50));
    const error = await refused("id\n2\n", "public.t", { to: server.url(db, { user: "hasty", password: "x" }) });
    assert.equal(error.code, "target.locked");
    await psql(`SELECT pg_terminate_backend(pid) FROM (${holder}) h`);
    await holding;
    assert.equal(await psql("TABLE t"), "1");
    assert.equal(await debris(), "");
  },
};

Deno.test("PostgreSQL as a target: faults", async (t) => {
  await using server = await openServer();
  for (const [name, test] of Object.entries(TESTS)) {
    await t.step(name, async () => {
      await using loading = await openLoading(server);
      await test(loading, server);
    });
  }
});
