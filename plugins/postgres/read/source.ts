import { type Batch, DtegError, type Host, quoteTable, type ReadRequest, type Source } from "../../../sdk/mod.ts";
import {
  columnsOf,
  columnsOfQuery,
  describeRelations,
  findRelation,
  listRelations,
  type PgColumn,
} from "../catalog.ts";
import type { PostgresConfig } from "../mod.ts";
import { type Parameters, parametersOf } from "../parameters.ts";
import { takeSession } from "../pool.ts";
import type { PgSession } from "../session.ts";
import { copiedType, copyForm } from "../type_map.ts";
import { extensionBatch } from "./extension_batch.ts";
import { type Reading, restOf } from "./reading.ts";
import { serverQuery } from "./server_query.ts";

/** Reads tables, views and queries of a server. */
export function postgresSource(config: PostgresConfig, host: Host): Source {
  let parameters: Parameters | undefined;
  let opened: Promise<PgSession> | undefined;
  const resolved = () => parameters ??= parametersOf(config);
  const open = () => opened ??= takeSession(resolved(), host);

  return {
    async check() {
      await open();
    },
    async *discover(filter = () => true) {
      const session = await open();
      const relations = await listRelations(session);
      const wanted = relations.filter(({ name, isPartition }) => !isPartition && filter(name)); // the whole table has a partition's rows
      for await (const { columns: _, ...stream } of describeRelations(session, wanted)) yield stream;
    },
    async open(request) {
      const session = await open();
      const reading = { ...await whatToRead(session, request), parameters: resolved(), session, host, request };
      await session.fields(serverQuery(reading)); // a wrong condition or a missing right is told before anything moves
      const snapshotAt = new Date().toISOString();
      const batch = request.accepts.find((format) => format === "pgcopy" || format === "scan") === "pgcopy" &&
          request.text.length === 0 && reading.columns.length > 0
        ? copyBatch(reading)
        : await extensionBatch(reading);
      return {
        schema: batch.schema,
        complete: true,
        snapshotAt,
        parts: [{ id: "0" }],
        read: () => Promise.resolve<Batch>(batch),
        verify: () => Promise.resolve(), // one statement is one snapshot
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    async query(sql) {
      const session = await open();
      const request: ReadRequest = {
        stream: { sql },
        columns: [],
        drop: [],
        text: [],
        accepts: ["scan"],
        settings: {},
      };
      return await extensionBatch({
        ...await whatToRead(session, request),
        parameters: resolved(),
        session,
        host,
        request,
      });
    },
    async [Symbol.asyncDispose]() {
      const session = await opened?.catch(() => undefined); // who opened it reported it
      await session?.[Symbol.asyncDispose]();
    },
  };
}

async function whatToRead(
  session: PgSession,
  { stream, columns: wanted }: ReadRequest,
): Promise<Pick<Reading, "columns" | "relation" | "from">> {
  if ("sql" in stream) {
    const sql = stream.sql.trim().replace(/(;\s*)+$/, "");
    const columns = await columnsOfQuery(session, sql);
    refuseTwins(columns);
    return { columns: pick(columns, wanted), from: `(${sql}\n) q` };
  }
  const relation = await findRelation(session, stream);
  const columns = pick(await columnsOf(session, relation.oid), wanted);
  return { columns, relation, from: quoteTable(relation.name.schema, relation.name.name) };
}

/** No column of a query could be told from another one of its name. */
function refuseTwins(columns: readonly PgColumn[]): void {
  const names = columns.map(({ name }) => name);
  const twin = names.find((name, index) => names.indexOf(name) < index);
  if (twin === undefined) return;
  throw new DtegError("column.duplicate", `the query gives several columns the name ${JSON.stringify(twin)}`, {
    column: twin,
    hint: "give each its own name in the query: SELECT a.id AS a_id, b.id AS b_id",
  });
}

function pick(columns: readonly PgColumn[], wanted: ReadRequest["columns"]): readonly PgColumn[] {
  if (wanted.length === 0) return columns;
  return wanted.map(({ name }) => {
    const found = columns.find((column) => column.name === name);
    if (found) return found;
    throw new DtegError(
      "column.unknown",
      `the stream has no column ${JSON.stringify(name)}; it has ${
        columns.map((column) => column.name).slice(0, 12).join(", ")
      }`,
      { column: name },
    );
  });
}

/** Binary COPY, as another PostgreSQL takes it. Types that the other server may not have go as text. */
function copyBatch(reading: Reading): Batch & { readonly kind: "bytes" } {
  const { session, request } = reading;
  for (const name of request.drop) pick(reading.columns, [{ name }]);
  const columns = reading.columns.filter(({ name }) => !request.drop.includes(name));
  const list = columns.map(copyForm).join(", ");
  const sql = `COPY (SELECT ${list} ${restOf(reading)}) TO STDOUT (FORMAT binary)`;
  const schema = columns.map((column) => ({
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    native: { system: "postgres", type: copiedType(column) },
    ...(column.comment !== undefined && { comment: column.comment }),
  }));
  return { kind: "bytes", format: "pgcopy", schema, stream: session.copyOut(sql) };
}
