import assert from "node:assert/strict";
import pg from "pg";
import { openServer } from "../postgres/server.ts";
import { randomOf } from "../harness/random.ts";
import { openLoads } from "./loads.ts";

/** Rounds of a mode; more of them under `./task test -- --long`. */
const ROUNDS = Deno.env.get("DTEG_LONG") === "1" ? 200 : 12;
const WRITERS = 3;

const server = await openServer();

const STREAMS = {
  "append without a key": "{ name: t, cursor: at }",
  "append with a key": "{ name: t, cursor: at, key: id, write: append }",
  "merge": "{ name: t, cursor: at, key: id }",
} as const;

for (const [mode, stream] of Object.entries(STREAMS)) {
  Deno.test(`${mode}: under churn with transactions that commit late the target is what the source is`, async () => {
    const seed = Number(Deno.env.get("DTEG_SEED") ?? Math.floor(Math.random() * 2 ** 32));
    const random = randomOf(seed);
    console.log(`    seed ${seed}`);
    const db = await server.createDatabase(), out = await server.createDatabase();
    const rowsOf = (of: string) => server.psql("SELECT id, v, at FROM t ORDER BY id, v, at", { db: of });
    await server.psql("CREATE TABLE t (id int, v text, at timestamptz); CREATE INDEX ON t (at)", { db });
    await using loads = await openLoads(
      `version: 1\nname: p\nsource: "${server.url(db)}"\nstreams: [${stream}]\ndestination: "${server.url(out)}"\n`,
    );
    const writers = await Promise.all(Array.from({ length: WRITERS }, async () => {
      const client = new pg.Client({ connectionString: server.url(db) });
      await client.connect();
      return { client, isOpen: false };
    }));
    let id = 0;
    const pick = (count: number) => Math.floor(random() * count);

    /** One step of a writer: its clock is that of its transaction's begin, as `now()` is in real tables. */
    async function step({ client, isOpen }: (typeof writers)[number]): Promise<boolean> {
      if (!isOpen) {
        await client.query(`BEGIN; ${random() < 0.5 ? "SELECT now()" : "SAVEPOINT a"}`);
        return true;
      }
      const dice = random();
      if (dice < 0.35) {
        await client.query(dice < 0.05 ? "ROLLBACK" : "COMMIT");
        return false;
      }
      const doesUpdate = mode === "merge" && dice < 0.6 && id > 0;
      await client.query(
        doesUpdate
          ? `SET LOCAL lock_timeout = '20ms'; SAVEPOINT u; UPDATE t SET v = v || 'u', at = now() WHERE id = ${
            1 + pick(id)
          }`
          : `SAVEPOINT b; INSERT INTO t SELECT ${mode === "append without a key" ? pick(5) : ++id} + i, 'v${
            pick(3)
          }', ` +
            `date_trunc('second', now()) FROM generate_series(1, ${
              mode === "append without a key" ? 1 + pick(3) : 1
            }) i`,
      ).catch(() => client.query("ROLLBACK TO SAVEPOINT u"));
      return true;
    }

    for (let round = 0; round < ROUNDS; round++) {
      for (let at = 0; at < 1 + pick(8); at++) {
        const writer = writers[pick(WRITERS)];
        writer.isOpen = await step(writer);
      }
      await loads.load();
    }
    for (const { client } of writers) {
      await client.query("COMMIT");
      await client.end();
    }
    await loads.load();
    assert.equal(await rowsOf(out), await rowsOf(db), `seed ${seed}`);
    const { inserted, updated } = await loads.load();
    assert.deepEqual([inserted, updated], [0, 0]);
  });
}

addEventListener("unload", () => void server[Symbol.asyncDispose]());
