import assert from "node:assert/strict";
import { asUser } from "../e2e/user.ts";
import { openServer } from "../postgres/server.ts";
import { contest } from "./contest.ts";

Deno.test("postgres: one writer a table", async (t) => {
  await using server = await openServer();
  await t.step("staging tables of dead runs go by `dteg clean`, from all schemas", () =>
    asUser(async ({ dteg }) => {
      const db = await server.createDatabase();
      const table = "_dteg_stage_rdead_0123456789abcdef";
      await server.psql(
        `CREATE SCHEMA raw; CREATE TABLE raw.${table} (a int); CREATE TABLE raw._dteg_stage_mine (a int)`,
        {
          db,
        },
      );
      const { stdout } = await dteg(["clean", "--to", server.url(db), "--json"]);
      assert.deepEqual(JSON.parse(stdout).result.found.map(({ what }: { what: string }) => what), [
        `staging table raw.${table}`,
      ]);
      assert.equal(
        await server.psql("SELECT tablename FROM pg_tables WHERE schemaname = 'raw'", { db }),
        "_dteg_stage_mine",
      );
    }));
  await contest(t, async () => {
    const db = await server.createDatabase();
    const sql = (text: string) => server.psql(text, { db });
    return {
      to: ["--to", server.url(db), "--into", "public.t"],
      isHeld: async () =>
        await sql("SELECT to_regclass('_dteg_lease')") !== "" &&
        await sql("SELECT count(*) FROM _dteg_lease WHERE owner <> ''") !== "0",
      isMoving: async () => await sql("SELECT count(*) FROM pg_stat_progress_copy WHERE tuples_processed > 0") !== "0",
      runOut: async () => void await sql("UPDATE _dteg_lease SET until = now() - interval '1 s'"),
      rows: () => sql("SELECT id || ',' || v FROM t ORDER BY 1"),
      debris: () => sql("SELECT relname FROM pg_class WHERE relname LIKE '\\_dteg\\_stage%'"),
    };
  });
});
