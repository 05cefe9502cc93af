import assert from "node:assert/strict";
import { asUser, type User } from "../e2e/user.ts";
import { openServer, type TestServer } from "../postgres/server.ts";

const ROWS = 320_000;
const SUM = "SELECT count(*) || ':' || sum(hashtextextended(t::text, 0)::numeric) FROM";

interface Scene extends User {
  readonly server: TestServer;
  readonly db: string;
  sql(text: string): Promise<string>;
}

/** A run that was killed when at least one part of its load was durable. */
async function killed({ start, sql }: Scene): Promise<void> {
  const child = start(["run", "p.yaml", "--json", "--threads", "1"]);
  const ended = child.output();
  let isOver = false;
  ended.then(() => isOver = true);
  const parts = async () =>
    Number(
      await sql("SELECT to_regclass('big_copy._dteg_ledger')") &&
        await sql("SELECT count(*) FROM big_copy._dteg_ledger"),
    );
  for (let found = 0; !isOver && found === 0;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (!isOver) child.kill("SIGSTOP");
    found = await parts();
    if (found === 0 && !isOver) child.kill("SIGCONT");
  }
  assert.ok(!isOver, "the load was over before it was killed");
  child.kill("SIGKILL");
  await ended;
}

/** The next run, and what it tells. */
async function again({ dteg }: Scene): Promise<string> {
  const { code, stdout, stderr } = await dteg(["run", "p.yaml", "--json"]);
  assert.equal(code, 0, stderr);
  const [{ read, written }] = JSON.parse(stdout).result.pipelines[0].streams;
  assert.deepEqual([read, written], [ROWS, ROWS]);
  return stderr;
}

const RULES: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async "a load that was killed goes on with the parts that are there"(scene) {
    await killed(scene);
    assert.match(await again(scene), /big_copy\.big: \d parts? of an earlier run are there; the load goes on/);
  },
  async "a source that was changed since is noticed: the load starts over, and says so"(scene) {
    await killed(scene);
    await scene.sql("UPDATE big SET note = 'other' WHERE id = 1");
    await scene.sql("SELECT pg_sleep(0.1)");
    assert.match(
      await again(scene),
      /source, pipeline or target are others than when a load was broken off; it starts over/,
    );
  },
  async "parts that nobody goes on with go by `dteg clean`"(scene) {
    await killed(scene);
    const { stdout } = await scene.dteg(["clean", "--to", scene.server.url(scene.db), "--json"]);
    const found = JSON.parse(stdout).result.found.map(({ what }: { what: string }) => what);
    assert.ok(found.includes("parts of a load of big_copy.big that was broken off"), found.join());
    assert.doesNotMatch(await again(scene), /earlier run|starts over/);
  },
};

Deno.test("resume: static", async (t) => {
  await using server = await openServer();
  for (const [rule, test] of Object.entries(RULES)) {
    await t.step(rule, () =>
      asUser(async (user) => {
        const db = await server.createDatabase();
        const sql = (text: string) => server.psql(text, { db });
        await sql(
          `CREATE TABLE big AS SELECT g AS id, repeat(md5(g::text), 9) AS note FROM generate_series(1, ${ROWS}) g`,
        );
        const url = server.url(db);
        const streams = [{ name: "public.big", into: "big_copy.big", resume: "static" }];
        user.write("p.yaml", JSON.stringify({ version: 1, source: url, destination: url, streams }));
        await test({ ...user, server, db, sql });
        assert.equal(await sql(`${SUM} big_copy.big t`), await sql(`${SUM} big t`));
        assert.equal(
          await sql("SELECT relname FROM pg_class WHERE relname LIKE '\\_dteg\\_part%' AND relkind = 'r'"),
          "",
        );
        assert.equal(await sql("SELECT count(*) FROM big_copy._dteg_ledger"), "0");
      }));
  }
});
