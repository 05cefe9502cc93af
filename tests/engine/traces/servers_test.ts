import { equal } from "node:assert/strict";
import { inProject } from "../../commands/state/project.ts";
import { openServer as openMariadb } from "../../mysql/server.ts";
import { openServer as openPostgres } from "../../postgres/server.ts";
import { loadsWithColumns, straightLoad } from "./load_columns.ts";
import { undoneLoads } from "./undo.ts";

const postgres = await openPostgres();
const mariadb = await openMariadb();

Deno.test("load columns tell the run of each row in PostgreSQL, and equal rows keep theirs", async () =>
  await loadsWithColumns({ to: postgres.url(await postgres.createDatabase()), merges: true }));

Deno.test("load columns tell the run of each row in MariaDB, and equal rows keep theirs", async () =>
  await loadsWithColumns({ to: mariadb.url(await mariadb.createDatabase()), merges: true }));

Deno.test("rows that go from PostgreSQL to PostgreSQL as they are get load columns too, and the table keeps no default", async () => {
  const [from, to] = [await postgres.createDatabase(), await postgres.createDatabase()];
  await postgres.psql("CREATE TABLE s AS SELECT * FROM (VALUES (1, 'a'), (2, 'b')) v(id, v)", { db: from });
  await straightLoad({
    from: postgres.url(from),
    to: postgres.url(to),
    query: async (run) =>
      (await postgres.psql(
        `SELECT id, v, (_dteg_run_id = '${run}' AND now() - _dteg_loaded_at < '1 minute' AND NOT EXISTS (SELECT 1 FROM pg_attrdef))::int FROM t ORDER BY id`,
        { db: to },
      )).trim(),
  });
});

Deno.test("rows that go from MariaDB to MariaDB as they are get load columns too", async () => {
  const [from, to] = [await mariadb.createDatabase(), await mariadb.createDatabase()];
  await mariadb.sql("CREATE TABLE s (id int, v text); INSERT INTO s VALUES (1, 'a'), (2, 'b')", { db: from });
  await straightLoad({
    from: mariadb.url(from),
    to: mariadb.url(to),
    query: async (run) =>
      (await mariadb.sql(
        `SELECT CONCAT_WS('|', id, v, _dteg_run_id = '${run}' AND ABS(TIMESTAMPDIFF(SECOND, _dteg_loaded_at, UTC_TIMESTAMP())) < 60) FROM t ORDER BY id`,
        { db: to },
      )).trim(),
  });
});

Deno.test("a replace, an append and a merge into PostgreSQL are taken back, with their state, and a view stays", async () => {
  const db = await postgres.createDatabase();
  const hang = () => postgres.psql("CREATE VIEW seen AS SELECT id FROM t; GRANT SELECT ON t TO PUBLIC", { db });
  await undoneLoads({ to: postgres.url(db), merges: true, hang });
});

Deno.test("a replace, an append and a merge into MariaDB are taken back, with their state, and a view stays", async () => {
  const db = await mariadb.createDatabase();
  const hang = () => mariadb.sql("CREATE VIEW seen AS SELECT id FROM t", { db });
  await undoneLoads({ to: mariadb.url(db), merges: true, hang });
});

Deno.test("what a MariaDB load replaced is kept also when it died right behind its RENAME", async () => {
  const db = await mariadb.createDatabase(), to = mariadb.url(db);
  const yaml = (rest: string) =>
    `version: 1\nname: p\nsource: in.csv\ndestination: ${to}\nstreams:\n  - { name: in, ${rest} }\n`;
  await inProject({ "p.yaml": yaml("into: t, keep: 1"), "u.yaml": yaml("into: u") }, async ({ ok, write }) => {
    for (const n of [1, 2]) {
      await write("in.csv", `id\n${n}\n`);
      await ok("run", "p.yaml");
    }
    const kept = (await mariadb.sql("SHOW TABLES LIKE '\\_dteg\\_kept%'", { db })).trim();
    const [run, load] = (await mariadb.sql("SELECT run_id, load_id FROM _dteg_state", { db })).trim().split("\t");
    await mariadb.sql(`RENAME TABLE ${kept} TO _dteg_old_${run}_${load}`, { db });
    await ok("run", "u.yaml"); // takes away what dead runs left
    await ok("undo", run, "-y");
    equal(await mariadb.sql("SELECT id FROM t; SHOW TABLES", { db }), "1\n_dteg_lease\n_dteg_state\nt\nu");
  });
});
