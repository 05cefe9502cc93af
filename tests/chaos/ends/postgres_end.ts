import pg from "pg";
import { openFaultProxy } from "../fault_proxy.ts";
import { POSTGRES_WIRE } from "../frames.ts";
import { csvOf } from "../rows.ts";
import type { TestServer } from "../../postgres/server.ts";
import { digestQuery, NONE, type SourceEnd, type TargetEnd } from "./end.ts";

const DIGEST = digestQuery({
  from: "public.t",
  line: "id || '|' || COALESCE(v, '<null>') || '|' || n || '|' || to_char(at, 'YYYY-MM-DD HH24:MI:SS.US')",
  md5: (text) => `md5(${text})`,
  number: (hex) => `('x' || ${hex})::bit(32)::bigint`,
  text: (parts) => parts.join(" || ':' || "),
});
const AWAY =
  /connect|terminat|shut|starting up|recovery|closed|accepting|ended|SYSCALL|reset|EOF|No such file|refused|crash/i;

async function openEnd(server: TestServer) {
  const db = await server.createDatabase();
  const wire = await openFaultProxy(server.port, POSTGRES_WIRE);
  const url = server.url(db, { options: "sslmode=disable" }).replace(`:${server.port}/`, `:${wire.port}/`);
  return {
    db,
    wire,
    config: { use: "postgres", config: { url } },
    server: { kill: () => server.kill(), start: () => server.restart() },
    psql: (sql: string) => server.psql(sql, { db }),
  };
}

export async function postgresSource(server: TestServer, folder: string): Promise<SourceEnd> {
  const { psql, ...end } = await openEnd(server);
  await psql("CREATE TABLE src (id bigint PRIMARY KEY, v text, n numeric(12,2), at timestamp, checksum text)");
  const file = `${folder}/rows.csv`;
  return {
    ...end,
    stream: "public.src",
    async put(rows) {
      await Deno.writeTextFile(file, csvOf(rows));
      await psql(`BEGIN; TRUNCATE src; COPY src FROM '${file}' (FORMAT csv, HEADER); COMMIT`);
    },
    [Symbol.asyncDispose]: () => end.wire[Symbol.asyncDispose](),
  };
}

export async function postgresTarget(server: TestServer): Promise<TargetEnd> {
  const { psql, ...end } = await openEnd(server);
  const own = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
  let looker: Promise<pg.Client> | undefined;
  return {
    ...end,
    into: "public.t",
    async clear() {
      const tables = await psql(own);
      if (tables) await psql(`DROP TABLE ${tables.split("\n").map((name) => `"${name}"`).join()} CASCADE`);
    },
    digest: async () => await psql("SELECT to_regclass('public.t') IS NULL") === "t" ? NONE : await psql(DIGEST),
    async look() {
      try {
        looker ??= connected(server.url(end.db, { options: "sslmode=disable" }));
        return String(Object.values((await (await looker).query(DIGEST)).rows[0])[0]);
      } catch (error) {
        if (/relation "public.t" does not exist/.test(String(error))) return NONE;
        (await looker?.catch(() => undefined))?.end().catch(() => {});
        looker = undefined;
        if (!AWAY.test(String(error))) throw error;
      }
    },
    async debris() {
      const stages = await psql(`${own} AND relname LIKE '\\_dteg\\_stage%'`);
      return stages ? stages.split("\n") : [];
    },
    async [Symbol.asyncDispose]() {
      await (await looker?.catch(() => undefined))?.end();
      await end.wire[Symbol.asyncDispose]();
    },
  };
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {}); // told by the next query
  await client.connect();
  return client;
}
