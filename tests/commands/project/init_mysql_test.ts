import assert from "node:assert/strict";
import { openServer } from "../../mysql/server.ts";
import { runLine } from "../fake_platform.ts";
import { tempFolder } from "./temp_folder.ts";

Deno.test("the project of init --template mysql loads every table by its own key, twice the same", async () => {
  await using server = await openServer();
  await using folder = await tempFolder();
  const db = await server.createDatabase();
  await server.sql("CREATE TABLE a (id int PRIMARY KEY, t varchar(10)); INSERT INTO a VALUES (1, 'x'), (2, 'y')", {
    db,
  });
  await server.sql("CREATE TABLE b (t varchar(10)); INSERT INTO b VALUES ('z')", { db });
  const setting = { folder: folder.path, env: { DATABASE_URL: server.url(db) } };
  assert.equal((await runLine(["init", "--template", "mysql"], setting)).exit, 0);
  for (const _ of [1, 2]) {
    const { exit, err } = await runLine(["run", "tables"], setting);
    assert.equal(exit, 0, err);
    for (const [table, rows] of [["a", "id,t\n1,x\n2,y\n"], ["b", "t\nz\n"]]) {
      const sql = `SELECT * FROM "${db}".${table} ORDER BY ALL`;
      const asked = await runLine(["query", sql, "--on", "warehouse", "--format", "csv"], setting);
      assert.equal(asked.out, rows);
    }
  }
});
