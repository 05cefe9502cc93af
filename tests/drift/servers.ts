import type { TestServer as MariadbServer } from "../mysql/server.ts";
import type { TestServer as PostgresServer } from "../postgres/server.ts";
import type { Target } from "./drifting.ts";

const linesOf = (text: string) => text === "" ? [] : text.split("\n");

/** A database of PostgreSQL as a target. */
export function postgresTarget(server: PostgresServer, db: string): Target {
  const psql = (sql: string) => server.psql(sql, { db });
  return {
    end: { connector: "postgres", config: { url: server.url(db) } },
    run: psql,
    columns: (table) =>
      psql(
        `SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) FROM pg_attribute ` +
          `WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped`,
      ),
    rows: async (table) => linesOf(await psql(`TABLE ${table}`)).toSorted(),
  };
}

/** A database of MariaDB as a target. */
export function mariadbTarget(server: MariadbServer, db: string): Target {
  const run = (sql: string) => server.sql(sql, { db });
  return {
    end: { connector: "mysql", config: { url: server.url(db) } },
    run,
    columns: (table) =>
      run(
        `SELECT GROUP_CONCAT(CONCAT(COLUMN_NAME, ' ', COLUMN_TYPE) ORDER BY ORDINAL_POSITION SEPARATOR ', ') ` +
          `FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${table}'`,
      ),
    rows: async (table) =>
      linesOf(await run(`SELECT * FROM ${table}`)).map((line) =>
        line.split("\t").map((value) => value === "NULL" ? "" : value).join("|")
      ).toSorted(),
  };
}
