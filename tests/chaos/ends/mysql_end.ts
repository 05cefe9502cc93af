import { createConnection } from "mysql2";
import { openFaultProxy } from "../fault_proxy.ts";
import { MYSQL_WIRE } from "../frames.ts";
import { csvOf } from "../rows.ts";
import { PASSWORD, type TestServer } from "../../mysql/server.ts";
import { digestQuery, NONE, type SourceEnd, type TargetEnd } from "./end.ts";

const DIGEST = digestQuery({
  from: "t",
  line: "CONCAT(id, '|', COALESCE(v, '<null>'), '|', n, '|', DATE_FORMAT(at, '%Y-%m-%d %H:%i:%s.%f'))",
  md5: (text) => `MD5(${text})`,
  number: (hex) => `CAST(CONV(${hex}, 16, 10) AS UNSIGNED)`,
  text: (parts) => `CONCAT(${parts.join(", ':', ")})`,
});
const AWAY = /ECONN|EPIPE|lost|closed|gone|shutdown|socket|ENOENT/i;

async function openEnd(server: TestServer) {
  const db = await server.createDatabase();
  const wire = await openFaultProxy(server.port, MYSQL_WIRE);
  const url = server.url(db, { options: "sslmode=disable" }).replace(`:${server.port}/`, `:${wire.port}/`);
  return {
    db,
    wire,
    config: { use: "mysql", config: { url } },
    server: { kill: () => server.kill(), start: () => server.start() },
    sql: (text: string) => server.sql(text, { db }),
  };
}

export async function mysqlSource(server: TestServer, folder: string): Promise<SourceEnd> {
  const { sql, ...end } = await openEnd(server);
  await sql(
    "CREATE TABLE src (id bigint PRIMARY KEY, v longtext, n decimal(12,2), at datetime(6), checksum varchar(40))",
  );
  const file = `${folder}/rows.csv`;
  return {
    ...end,
    stream: "src",
    async put(rows) {
      await Deno.writeTextFile(file, csvOf(rows));
      await sql(
        `TRUNCATE src; LOAD DATA LOCAL INFILE '${file}' INTO TABLE src CHARACTER SET utf8mb4 ` +
          `FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' IGNORE 1 LINES (id, @v, n, at, checksum) SET v = NULLIF(@v, '')`,
      );
    },
    [Symbol.asyncDispose]: () => end.wire[Symbol.asyncDispose](),
  };
}

export async function mysqlTarget(server: TestServer): Promise<TargetEnd> {
  const { sql, ...end } = await openEnd(server);
  let looker: ReturnType<typeof createConnection> | undefined;
  const tables = async (like: string) => {
    const found = await sql(
      `SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME REGEXP '${like}'`,
    );
    return found ? found.split("\n") : [];
  };
  return {
    ...end,
    into: "t",
    async clear() {
      const all = await tables(".");
      if (all.length > 0) await sql(`DROP TABLE ${all.map((name) => `\`${name}\``).join()}`);
    },
    digest: async () => (await tables("^t$")).length === 0 ? NONE : await sql(DIGEST),
    async look() {
      try {
        looker ??= connected(server, end.db);
        return await asked(looker);
      } catch (error) {
        if (/t' doesn't exist/.test(String(error))) return NONE;
        looker?.destroy();
        looker = undefined;
        if (!AWAY.test(String(error))) throw error;
      }
    },
    async debris() {
      const pending = (await tables("^_dteg_state$")).length === 0
        ? ""
        : await sql("SELECT pending FROM _dteg_state WHERE pending IS NOT NULL");
      return [...await tables("^_dteg_(stage|mark|old)"), ...(pending ? [pending] : [])];
    },
    async [Symbol.asyncDispose]() {
      looker?.destroy();
      await end.wire[Symbol.asyncDispose]();
    },
  };
}

function connected({ port }: TestServer, database: string) {
  const client = createConnection({ host: "127.0.0.1", port, user: "root", password: PASSWORD, database });
  client.on("error", () => {}); // told by the next query
  return client;
}

const asked = (client: ReturnType<typeof createConnection>) =>
  new Promise<string>((resolve, reject) =>
    client.query(
      { sql: DIGEST, rowsAsArray: true },
      (error, rows) => error ? reject(error) : resolve(String((rows as unknown[][])[0][0])),
    )
  );
