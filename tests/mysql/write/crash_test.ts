import { existsSync } from "node:fs";
import { type CrashCase, crashRounds, killProcess, seedOf } from "../../harness/crash.ts";
import { chosenCases, inScene, lookAllTheTime, roundsOf, startVictim, temporaryFiles } from "../../harness/victim.ts";
import { binaryPath } from "../../e2e/binary.ts";
import { openServer, type TestServer } from "../server.ts";

const ROWS = 20_000;
const LOOK_EVERY = 50; // milliseconds
const TARGET = "(id bigint, v longtext, n decimal(12,2), at datetime(6))";
/** Rows of MariaDB; every third has a NULL, texts with what needs quotes. */
const rowsOf = (from: number, upTo: number, word: string) =>
  `SELECT seq AS id, IF(seq % 3 = 0, NULL, CONCAT('${word}, "', seq, '"')) AS v, CAST(seq / 100 AS DECIMAL(12,2)) AS n, ` +
  `CAST('2024-01-01' + INTERVAL seq * 1500000 MICROSECOND AS DATETIME(6)) AS at FROM seq_${from}_to_${upTo}`;
const DIGEST = "SELECT CONCAT(COUNT(*), ':', COALESCE(SUM(CRC32(CONCAT_WS('|', id, COALESCE(v, '<>'), n, at))), 0))";

interface Scene {
  readonly server: TestServer;
  readonly folder: string;
  readonly db: string;
}

const woundsOf = ({ server }: Scene): CrashCase["wounds"] => ({
  "kill -9 of dteg": killProcess,
  "kill -9 of the server": async () => {
    await server.kill();
    await server.start();
  },
});

const AWAY = /ERROR (2002|2006|2013|2026|1053|1927)|connect|lost|gone|shutdown/i;

/** A reader on connections of its own; it comes back when the server does. */
const watch = ({ server, db }: Scene) =>
  lookAllTheTime(async () => {
    try {
      return (await server.sql(`${DIGEST} FROM t;\n`.repeat(3), { db })).split("\n");
    } catch (error) {
      if (!AWAY.test(String(error))) throw error;
    }
  }, { every: LOOK_EVERY });

async function debrisOf({ server, db, folder }: Scene): Promise<readonly string[]> {
  const tables = await server.sql("SHOW TABLES WHERE Tables_in_" + db + " REGEXP '^_dteg_(stage|mark|old)'", { db });
  const pending = await server.sql("SELECT pending FROM _dteg_state WHERE pending IS NOT NULL", { db });
  return [...(tables ? tables.split("\n") : []), ...(pending ? [pending] : []), ...temporaryFiles(folder)];
}

/** A load of a CSV into table `t` of the scene's database, which holds old rows. */
async function intoMariadb(
  scene: Scene,
  { args, old, dress = "DO 0", content, after, twice }: {
    readonly args: readonly string[];
    readonly old: string;
    /** SQL that changes the table before a round. */
    readonly dress?: string;
    /** Query of the rows of the file. */
    readonly content: string;
    /** Query of the rows that the target has in the end. */
    readonly after: string;
    /** The same after a second load, where that is not the same. */
    readonly twice?: string;
  },
): Promise<CrashCase> {
  const { server, db, folder } = scene;
  const sql = (text: string) => server.sql(text, { db });
  const lines = await sql(
    `SELECT CONCAT(id, ',', COALESCE(CONCAT('"', REPLACE(v, '"', '""'), '"'), ''), ',', n, ',', at) FROM (${content}) s`,
  );
  await Deno.writeTextFile(`${folder}/in.csv`, `id,v,n,at\n${lines}\n`);
  return {
    prepare: async () => {
      await sql(`DROP TABLE IF EXISTS t, _dteg_state; CREATE TABLE t ${TARGET}; INSERT INTO t ${old}; ${dress}`);
    },
    start: () => startVictim(folder, ["in.csv", "--to", server.url(db), "--into", "t", ...args]),
    wounds: woundsOf(scene),
    target: () => sql(`${DIGEST} FROM t`),
    before: () => sql(`${DIGEST} FROM (${old}) t`),
    after: () => sql(`${DIGEST} FROM (${after}) t`),
    ...(twice !== undefined && { twice: () => sql(`${DIGEST} FROM (${twice}) t`) }),
    watch: () => watch(scene),
    debris: () => debrisOf(scene),
  };
}

const OLD = rowsOf(1, 500, "old"), NEW = rowsOf(1, ROWS, "new"), LATER = rowsOf(1000, ROWS, "new");
const OLDER = rowsOf(1, 5000, "old"), MERGED = `${rowsOf(1, 999, "old")} UNION ALL ${LATER}`;

const CASES: Readonly<Record<string, (scene: Scene) => Promise<CrashCase>>> = {
  "replace by name": (scene) => intoMariadb(scene, { args: ["-y"], old: OLD, content: NEW, after: NEW }),
  "merge": (scene) =>
    intoMariadb(scene, {
      args: ["--write", "merge", "--key", "id"],
      old: OLDER,
      dress: "ALTER TABLE t ADD PRIMARY KEY (id)",
      content: LATER,
      after: MERGED,
    }),
};

/** Those of the long tests. */
const MORE_CASES: typeof CASES = {
  "replace of a table that others depend on": (scene) =>
    intoMariadb(scene, {
      args: ["-y"],
      old: OLD,
      dress: "ALTER TABLE t ADD UNIQUE (id)",
      content: NEW,
      after: NEW,
    }),
  "append": (scene) =>
    intoMariadb(scene, {
      args: ["--write", "append"],
      old: OLD,
      content: NEW,
      after: `${OLD} UNION ALL ${NEW}`,
      twice: `${OLD} UNION ALL ${NEW} UNION ALL ${NEW}`,
    }),
};

Deno.test({
  name: "MariaDB: a load that is killed, or whose server is, is made right by a plain rerun",
  ignore: !existsSync(binaryPath()),
  async fn(t) {
    const seed = seedOf("mysql crash");
    await using server = await openServer();
    for (const [name, make] of chosenCases(Deno.env.get("DTEG_LONG") ? { ...CASES, ...MORE_CASES } : CASES)) {
      await t.step(name, async () => {
        await inScene(async (folder) => {
          const scene = { server, folder, db: await server.createDatabase() };
          await crashRounds(await make(scene), { rounds: roundsOf(), seed });
        });
      });
    }
  },
});
