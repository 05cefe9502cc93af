import {
  DtegError,
  type DuckSession,
  findTable,
  type Host,
  quoteName,
  quoteTable,
  type ReadRequest,
  type ScanBatch,
  type Source,
} from "../../sdk/mod.ts";
import { withInterval } from "./cursor_condition.ts";
import { databasePath, isFile, listTables, openToRead } from "./database.ts";
import { digestKeys } from "./digest.ts";
import { describeTables } from "./describe_tables.ts";
import { catalogueOf, type FileCatalogue } from "./file_catalogue.ts";
import type { DuckdbConfig } from "./mod.ts";
import { inPieces, unitBytes } from "./wide_rows.ts";

/** Reads tables, views and queries of a database file. */
export function duckdbSource(config: DuckdbConfig, host: Host): Source {
  let opened: ReturnType<typeof openToRead> | undefined;
  const open = () => opened ??= openToRead(config, host);

  return {
    async check() {
      await open();
    },
    async *discover(filter = () => true) {
      const { session, catalog } = await open();
      yield* describeTables(session, { catalog, filter });
    },
    async open(request) {
      const { session, catalog } = await open();
      const snapshotAt = new Date().toISOString();
      const batch = await readBatch({ session, catalog, known: catalogueOf(host, catalog) }, request);
      return {
        schema: batch.schema,
        complete: true,
        snapshotAt,
        parts: [{ id: "0" }],
        read: () => Promise.resolve(batch),
        verify: () => Promise.resolve(), // one statement is one snapshot
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    async *digest(request) {
      yield* digestKeys(await open(), request);
    },
    async query(sql) {
      const { session, catalog } = await open();
      return await queryBatch(session, catalog, sql);
    },
    async execute(sql) {
      const path = databasePath(config, host);
      if (!isFile(path)) await open(); // tells what is wrong: a statement makes no database
      const session = await host.duckdb();
      await session.run(`USE ${quoteTable(await session.attach(path), "main")}`);
      await session.run(sql);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

interface OpenFile {
  readonly session: DuckSession;
  readonly catalog: string;
  readonly known: FileCatalogue;
}

async function readBatch({ session, catalog, known }: OpenFile, request: ReadRequest): Promise<ScanBatch> {
  const { stream, columns, where, limit } = request;
  const list = columns.length ? columns.map(({ name }) => quoteName(name)).join(", ") : "*";
  const rest = `${where === undefined ? "" : ` WHERE (${where}\n)`}${limit === undefined ? "" : ` LIMIT ${limit}`}`;
  if ("sql" in stream) {
    const asked = await queryBatch(session, catalog, stream.sql);
    const sql = withInterval(stream.sql, asked.schema, request);
    const inner = sql === stream.sql ? asked : await queryBatch(session, catalog, sql);
    return await session.scan(`SELECT ${list} FROM (${inner.query}) q${rest}`);
  }
  const tables = await listTables(session, catalog);
  const { schema, name } = findTable(stream, tables.map((table) => table.name));
  const batch = await session.scan(`SELECT ${list} FROM ${quoteTable(catalog, schema, name)}${rest}`);
  const found = await known.find(session, { schema, name });
  const wide = { session, catalog, table: { schema, name }, schema: batch.schema };
  const condition = where === undefined ? "" : ` AND (${where}\n)`;
  const comments = new Map(found?.columns.map((column) => [column.name, column.comment]));
  return {
    ...batch,
    ...(found && !found.isView && {
      unitBytes: () => unitBytes(wide),
      inPieces: async () => {
        const query = await inPieces(wide, { list, condition });
        return query &&
          (await session.scan(limit === undefined ? query : `SELECT * FROM (${query}) LIMIT ${limit}`)).query;
      },
    }),
    schema: batch.schema.map((column) => {
      const comment = comments.get(column.name);
      return comment === undefined ? column : { ...column, comment };
    }),
  };
}

/** A query of the user, with the database as its default. */
async function queryBatch(session: DuckSession, catalog: string, sql: string): Promise<ScanBatch> {
  await session.run(`USE ${quoteTable(catalog, "main")}`);
  const reading = `SELECT * FROM (${sql.replace(/[;\s]+$/, "")}\n)`; // so that it can only read; a last line may be a comment
  try {
    return await session.scan(reading);
  } catch (error) {
    if (
      !(error instanceof DtegError) ||
      !/^Parser Error/.test(error.cause instanceof Error ? error.cause.message : error.message)
    ) throw error;
    throw error.with({ hint: "a query is one statement that reads: SELECT, FROM, WITH or VALUES" });
  }
}
