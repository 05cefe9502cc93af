import assert from "node:assert/strict";
import { openServer } from "../../postgres/server.ts";
import { runLine } from "../fake_platform.ts";
import { tempFolder } from "./temp_folder.ts";

Deno.test("the project of init --template postgres runs, twice the same", async () => {
  await using server = await openServer();
  await using folder = await tempFolder();
  const db = await server.createDatabase();
  const setting = { folder: folder.path, env: { DATABASE_URL: server.url(db) } };
  assert.equal((await runLine(["init", "--template", "postgres"], setting)).exit, 0);
  for (const _ of [1, 2]) {
    const { exit, err } = await runLine(["run", "orders", "totals"], setting);
    assert.equal(exit, 0, err);
    assert.equal(await server.psql("SELECT count(*), sum(total) FROM raw.orders", { db }), "8|849.50");
    assert.equal(await server.psql("SELECT postcode FROM raw.orders WHERE id = 1", { db }), "01069");
    const asked = await runLine(
      ["query", "SELECT * FROM totals ORDER BY status", "--on", "reports", "--format", "csv"],
      setting,
    );
    assert.equal(asked.out, "status,orders,total\ncancelled,1,5.25\nopen,2,19.90\npaid,5,824.35\n");
  }
});
