import { existsSync } from "node:fs";
import { type CrashCase, crashRounds, killProcess, seedOf, type Victim } from "../harness/crash.ts";
import { binaryPath, start } from "../e2e/binary.ts";
import { makeDatabase, readDatabase } from "../engine/load.ts";
import { openServer, type TestServer } from "./server.ts";

const ROUNDS = Deno.env.get("DTEG_LONG") ? 30 : 3;
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

/** A run of the binary in the scene's folder, with places of its own for temporary files and records. */
function run({ folder }: Scene, args: readonly string[]): Victim {
  const child = start(["run", ...args, "--json"], {
    cwd: folder,
    env: { HOME: `${folder}/home`, TMPDIR: `${folder}/tmp`, DTEG_CACHE_DIR: `${folder}/cache` },
  });
  const decoder = new TextDecoder();
  const ended = child.output().then(({ code, stdout, stderr }) => ({
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  }));
  return { pid: child.pid, ended };
}

const woundsOf = ({ server }: Scene): CrashCase["wounds"] => ({
  "kill -9 of dteg": killProcess,
  "an immediate stop of the server": async () => {
    await server.kill();
    await server.restart();
  },
});

/** A reader on a connection of its own, by psql; it comes back when the server does. */
function watch({ server, db }: Scene): { stop(): Promise<ReadonlySet<string>> } {
  const seen = new Set<string>();
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      try {
        for (const line of (await server.psql(`${DIGEST} FROM t;\n`.repeat(2), { db })).split("\n")) seen.add(line);
      } catch (error) {
        if (
          !/connect|terminat|shut|starting up|recovery|closed|accepting|SYSCALL|reset|EOF|No such file|refused|crash/i
            .test(String(error))
        ) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    }
  })();
  looking.catch(() => {}); // told by stop()
  return {
    async stop() {
      isOver = true;
      await looking;
      return seen;
    },
  };
}

async function debrisOf({ server, db, folder }: Scene): Promise<readonly string[]> {
  const stages = await server.psql("SELECT relname FROM pg_class WHERE relname LIKE '\\_dteg\\_stage%'", { db });
  const temporary = [...Deno.readDirSync(`${folder}/tmp`)].map(({ name }) => name);
  return [...(stages ? stages.split("\n") : []), ...temporary];
}

/** A load into table `t` of the scene's database, which holds old rows. */
function intoPostgres(
  scene: Scene,
  { args, old, source, after }: {
    readonly args: readonly string[];
    readonly old: string;
    /** SQL that makes the source, once. */
    readonly source: string;
    /** Query of the rows that the target has in the end. */
    readonly after: string;
  },
): CrashCase {
  const { server, db } = scene;
  const psql = (sql: string) => server.psql(sql, { db });
  return {
    prepare: async () => {
      await psql(`DROP TABLE IF EXISTS t, _dteg_state; CREATE TABLE t ${TARGET}; INSERT INTO t ${old}; ${source}`);
    },
    start: () => run(scene, args),
    wounds: woundsOf(scene),
    target: () => psql(`${DIGEST} FROM t`),
    before: () => psql(`${DIGEST} FROM (${old}) t`),
    after: () => psql(`${DIGEST} FROM (${after}) t`),
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
      start: () => run(scene, ["--from", url, "--stream", "public.src", "--to", "t.duckdb", "--into", "main.t", "-y"]),
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
    for (const [name, make] of Object.entries(CASES)) {
      await t.step(name, async () => {
        const folder = await Deno.makeTempDir({ prefix: "dteg-crash-" });
        for (const part of ["tmp", "home"]) await Deno.mkdir(`${folder}/${part}`);
        try {
          const scene = { server, folder, db: await server.createDatabase() };
          await crashRounds(await make(scene), { rounds: ROUNDS, seed });
        } finally {
          await Deno.remove(folder, { recursive: true });
        }
      });
    }
  },
});
