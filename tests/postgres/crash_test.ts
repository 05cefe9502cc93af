import { existsSync } from "node:fs";
import { type CrashCase, crashRounds, killProcess, seedOf } from "../harness/crash.ts";
import { chosenCases, inScene, lookAllTheTime, roundsOf, startVictim, temporaryFiles } from "../harness/victim.ts";
import { binaryPath } from "../e2e/binary.ts";
import { makeDatabase, readDatabase } from "../engine/load.ts";
import { openServer, type TestServer } from "./server.ts";

const ROWS = 20_000;
const LOOK_EVERY = 50; // milliseconds
const TARGET = "(id bigint, v text, n numeric(12,2), at timestamp)";
/** Rows of PostgreSQL; every third has a NULL, texts with what needs quotes. */
const rowsOf = (from: number, upTo: number, word: string) =>
  `SELECT i AS id, CASE WHEN i % 3 = 0 THEN NULL ELSE '${word}, "' || i || '"' END AS v, (i / 100.0)::numeric(12,2) AS n, ` +
  `timestamp '2024-01-01' + i * interval '1 second 500 ms' AS at FROM generate_series(${from}::bigint, ${upTo}) i`;
const DIGEST = "SELECT count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)), 0)";

interface Scene {
  readonly server: TestServer;
  readonly folder: string;
  readonly db: string;
}

const woundsOf = ({ server }: Scene): CrashCase["wounds"] => ({
  "kill -9 of dteg": killProcess,
  "an immediate stop of the server": async () => {
    await server.kill();
    await server.restart();
  },
});

const AWAY =
  /connect|terminat|shut|starting up|recovery|closed|accepting|SYSCALL|reset|EOF|No such file|refused|crash/i;

/** A reader on a connection of its own, by psql; it comes back when the server does. */
const watch = ({ server, db }: Scene) =>
  lookAllTheTime(async () => {
    try {
      return (await server.psql(`${DIGEST} FROM t;\n`.repeat(2), { db })).split("\n");
    } catch (error) {
      if (!AWAY.test(String(error))) throw error;
    }
  }, { every: LOOK_EVERY });

async function debrisOf({ server, db, folder }: Scene): Promise<readonly string[]> {
  const stages = await server.psql("SELECT relname FROM pg_class WHERE relname LIKE '\\_dteg\\_stage%'", { db });
  return [...(stages ? stages.split("\n") : []), ...temporaryFiles(folder)];
}

/** A load into table `t` of the scene's database, which holds old rows. */
function intoPostgres(
  scene: Scene,
  { args, old, source, after, twice }: {
    readonly args: readonly string[];
    readonly old: string;
    /** SQL that makes the source, once. */
    readonly source: string;
    /** Query of the rows that the target has in the end. */
    readonly after: string;
    /** The same after a second load, where that is not the same. */
    readonly twice?: string;
  },
): CrashCase {
  const { server, db } = scene;
  const psql = (sql: string) => server.psql(sql, { db });
  return {
    prepare: async () => {
      await psql(`DROP TABLE IF EXISTS t, _dteg_state; CREATE TABLE t ${TARGET}; INSERT INTO t ${old}; ${source}`);
    },
    start: () => startVictim(scene.folder, args),
    wounds: woundsOf(scene),
    target: () => psql(`${DIGEST} FROM t`),
    before: () => psql(`${DIGEST} FROM (${old}) t`),
    after: () => psql(`${DIGEST} FROM (${after}) t`),
    ...(twice !== undefined && { twice: () => psql(`${DIGEST} FROM (${twice}) t`) }),
    watch: () => watch(scene),
    debris: () => debrisOf(scene),
  };
}

const CASES: Readonly<Record<string, (scene: Scene) => Promise<CrashCase>>> = {
  "CSV to PostgreSQL, replace": async (scene) => {
    await makeCsv(scene, rowsOf(1, ROWS, "new"));
    return intoPostgres(scene, {
      args: ["in.csv", "--to", scene.server.url(scene.db), "--into", "public.t", "-y"],
      old: rowsOf(1, 500, "old"),
      source: "",
      after: rowsOf(1, ROWS, "new"),
    });
  },
  "CSV to PostgreSQL, append": async (scene) => {
    await makeCsv(scene, rowsOf(1, ROWS, "new"));
    const [old, once] = [rowsOf(1, 500, "old"), rowsOf(1, ROWS, "new")];
    return intoPostgres(scene, {
      args: ["in.csv", "--to", scene.server.url(scene.db), "--into", "public.t", "--write", "append"],
      old,
      source: "",
      after: `${old} UNION ALL ${once}`,
      twice: `${old} UNION ALL ${once} UNION ALL ${once}`,
    });
  },
  "PostgreSQL to PostgreSQL, append": (scene) => {
    const url = scene.server.url(scene.db);
    const [old, once] = [rowsOf(1, 500, "old"), rowsOf(1, ROWS, "new")];
    return Promise.resolve(intoPostgres(scene, {
      args: ["--from", url, "--stream", "public.src", "--to", url, "--into", "public.t", "--write", "append"],
      old,
      source: `DROP TABLE IF EXISTS src; CREATE TABLE src AS ${once}`,
      after: `${old} UNION ALL ${once}`,
      twice: `${old} UNION ALL ${once} UNION ALL ${once}`,
    }));
  },
  "PostgreSQL to PostgreSQL, merge": (scene) => {
    const url = scene.server.url(scene.db);
    const args = ["--from", url, "--stream", "public.src", "--to", url, "--into", "public.t"];
    return Promise.resolve(intoPostgres(scene, {
      args: [...args, "--write", "merge", "--key", "id"],
      old: rowsOf(1, 5000, "old"),
      source: `ALTER TABLE t ADD PRIMARY KEY (id); DROP TABLE IF EXISTS src; CREATE TABLE src AS ${
        rowsOf(1000, ROWS, "new")
      }`,
      after: `${rowsOf(1, 999, "old")} UNION ALL ${rowsOf(1000, ROWS, "new")}`,
    }));
  },
  "PostgreSQL to PostgreSQL, replace by rename": (scene) => {
    const url = scene.server.url(scene.db);
    return Promise.resolve(intoPostgres(scene, {
      args: ["--from", url, "--stream", "public.src", "--to", url, "--into", "public.t", "-y"],
      old: rowsOf(1, 500, "old"),
      source: `DROP TABLE IF EXISTS src; CREATE TABLE src AS ${rowsOf(1, ROWS, "new")}`,
      after: rowsOf(1, ROWS, "new"),
    }));
  },
  "CSV to PostgreSQL, merge": async (scene) => {
    await makeCsv(scene, rowsOf(1000, ROWS, "new"));
    return intoPostgres(scene, {
      args: ["in.csv", "--to", scene.server.url(scene.db), "--into", "public.t", "--write", "merge", "--key", "id"],
      old: rowsOf(1, 5000, "old"),
      source: "ALTER TABLE t ADD PRIMARY KEY (id)",
      after: `${rowsOf(1, 999, "old")} UNION ALL ${rowsOf(1000, ROWS, "new")}`,
    });
  },
  "PostgreSQL to PostgreSQL, replace of a table that others depend on": (scene) => {
    const url = scene.server.url(scene.db);
    const args = ["--from", url, "--stream", "public.src", "--to", url, "--into", "public.t", "-y"];
    return Promise.resolve(intoPostgres(scene, {
      args,
      old: rowsOf(1, 500, "old"),
      source: `DROP TABLE IF EXISTS src; CREATE TABLE src AS ${rowsOf(1, ROWS, "new")}; ALTER TABLE t ADD UNIQUE (id)`,
      after: rowsOf(1, ROWS, "new"),
    }));
  },
  "PostgreSQL to DuckDB, replace": async (scene) => {
    const { server, db, folder } = scene;
    const path = `${folder}/t.duckdb`;
    const url = server.url(db);
    await server.psql(`CREATE TABLE src AS ${rowsOf(1, ROWS, "new")}`, { db });
    const lines = async (rows: Promise<string>) => (await rows).split("\n").toSorted().join("\n");
    const inPostgres = (query: string) =>
      lines(server.psql(`SELECT concat_ws('|', id, coalesce(v, 'NULL'), n, at) FROM (${query}) q`, { db }));
    return {
      async prepare() {
        for (const file of [path, `${path}.wal`]) if (existsSync(file)) await Deno.remove(file);
        await makeDatabase(
          path,
          "SELECT 1::BIGINT AS id, 'old' AS v, 1::DECIMAL(12,2) AS n, TIMESTAMP '2024-01-01' AS at",
        );
      },
      start: () =>
        startVictim(scene.folder, [
          "--from",
          url,
          "--stream",
          "public.src",
          "--to",
          "t.duckdb",
          "--into",
          "main.t",
          "-y",
        ]),
      wounds: woundsOf(scene),
      async target() {
        const { rows } = await readDatabase(path);
        return rows.map((row) => row.map((value) => value ?? "NULL").join("|")).toSorted().join("\n");
      },
      before: () => inPostgres("SELECT 1 AS id, 'old' AS v, 1::numeric(12,2) AS n, timestamp '2024-01-01' AS at"),
      after: () => inPostgres("TABLE src"),
      debris: () => debrisOf(scene),
    };
  },
};

async function makeCsv({ server, folder, db }: Scene, query: string): Promise<void> {
  await Deno.writeTextFile(
    `${folder}/in.csv`,
    `${await server.psql(`COPY (${query}) TO STDOUT (FORMAT csv, HEADER)`, { db })}\n`,
  );
}

Deno.test({
  name: "PostgreSQL: a load that is killed, or whose server is, is made right by a plain rerun",
  ignore: !existsSync(binaryPath()),
  async fn(t) {
    const seed = seedOf("crash");
    await using server = await openServer();
    for (const [name, make] of chosenCases(CASES)) {
      await t.step(name, async () => {
        await inScene(async (folder) => {
          const scene = { server, folder, db: await server.createDatabase() };
          await crashRounds(await make(scene), { rounds: roundsOf(), seed });
        });
      });
    }
  },
});
