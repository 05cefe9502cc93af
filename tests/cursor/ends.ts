import { DuckDBInstance } from "@duckdb/node-api";
import type { TestServer as Mariadb } from "../mysql/server.ts";
import type { TestServer as Postgres } from "../postgres/server.ts";

/** A database that tests write to and read from without dteg. */
export interface TestEnd {
  /** A URL for dteg. */
  readonly url: string;
  /** Type of a time with microseconds and without a zone, and of an instant. */
  readonly time: string;
  readonly instant: string;
  run(sql: string): Promise<void>;
  /** Rows of a query in any order: values with | between them, NULL is nothing. */
  rows(sql: string): Promise<string[]>;
  /** SQL of a time or instant as text. */
  text(column: string): string;
}

const lines = (text: string, tab: string) =>
  text.split("\n").filter(Boolean).map((line) => line.replaceAll(tab, "|")).toSorted();

export async function postgresEnd(server: Postgres): Promise<TestEnd> {
  const db = await server.createDatabase();
  return {
    url: server.url(db),
    time: "timestamp",
    instant: "timestamptz",
    run: async (sql) => void await server.psql(sql, { db }),
    rows: async (sql) => lines(await server.psql(sql, { db }), "|"),
    text: (column) => `to_char(${column}::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`,
  };
}

export async function mariadbEnd(server: Mariadb): Promise<TestEnd> {
  const db = await server.createDatabase();
  return {
    url: server.url(db),
    time: "datetime(6)",
    instant: "timestamp(6) NULL",
    run: async (sql) => void await server.sql(`SET time_zone = '+00:00'; ${sql}`, { db }),
    rows: async (sql) =>
      lines(await server.sql(`SET time_zone = '+00:00'; ${sql}`, { db }), "\t").map((line) =>
        line.replaceAll("NULL", "")
      ),
    text: (column) => `date_format(${column}, '%Y-%m-%d %H:%i:%s.%f')`,
  };
}

export function duckdbEnd(path: string): TestEnd {
  const ask = async (sql: string) => {
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    const rows = (await connection.runAndReadAll(sql)).getRowsJson();
    connection.closeSync();
    instance.closeSync();
    return rows.map((row) => row.map((value) => value ?? "").join("|")).toSorted();
  };
  return {
    url: `duckdb://${path}`,
    time: "timestamp",
    instant: "timestamptz",
    run: async (sql) => void await ask(sql),
    rows: ask,
    text: (column) => `strftime(${column}::timestamp, '%Y-%m-%d %H:%M:%S.%f')`,
  };
}
