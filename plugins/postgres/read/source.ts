import {
  type Batch,
  DtegError,
  formatName,
  type Host,
  quoteTable,
  type ReadRequest,
  type Source,
} from "../../../sdk/mod.ts";
import {
  columnsOf,
  columnsOfQuery,
  describeRelations,
  findRelation,
  listRelations,
  type PgColumn,
} from "../catalog.ts";
import { checkReading } from "../connect/check_session.ts";
import { execute } from "../connect/execute.ts";
import { parametersFor } from "../connect/for_host.ts";
import type { PostgresConfig } from "../mod.ts";
import type { Parameters } from "../parameters.ts";
import { takeSession } from "../pool.ts";
import type { PgSession } from "../session.ts";
import { copyReader } from "./copy_reader.ts";
import { cursorCopyReader } from "./cursor_copy.ts";
import { pgCursor, requireSameFile, warnOfLate, withCursor } from "./cursor_read.ts";
import { digestRows } from "./digest.ts";
import { extensionBatch } from "./extension_batch.ts";
import { keepSnapshot, pictureOf, type Snapshot } from "./picture.ts";
import { readEnd } from "./read_end.ts";
import type { Reading } from "./reading.ts";
import { scanFault } from "./scan_fault.ts";
import { serverQuery } from "./server_query.ts";
import { watchTable } from "./table_watch.ts";

/** Reads tables, views and queries of a server. */
export function postgresSource(config: PostgresConfig, host: Host): Source {
  let parameters: Parameters | undefined;
  let opened: Promise<PgSession> | undefined;
  const resolved = () => parameters ??= parametersFor(config, host);
  const open = () => opened ??= takeSession(resolved(), host);

  return {
    async check(step) {
      if (step) await checkReading({ parameters: resolved(), host, step });
      else await open();
    },
    async *discover(filter = () => true) {
      const session = await open();
      const relations = await listRelations(session);
      const wanted = relations.filter(({ name, isPartition }) => !isPartition && filter(name)); // the whole table has a partition's rows
      for await (const { columns: _, ...stream } of describeRelations(session, wanted)) yield stream;
    },
    async open(request) {
      const session = await open();
      const whole = {
        ...await whatToRead(session, request),
        parameters: resolved(),
        session,
        host,
        request,
        whatToRead,
      };
      if (whole.columns.length === 0) {
        const label = "sql" in request.stream ? "the query" : formatName(request.stream);
        host.log.warn(`${label} has no columns: its rows hold nothing, and none is loaded`);
      }
      const cursor = pgCursor(whole);
      if (cursor) {
        warnOfLate(whole, cursor);
        await requireSameFile(whole, cursor);
      }
      const reading = cursor ? withCursor(whole, cursor, { hasLate: true }) : whole;
      // a wrong condition or a missing right is told before anything moves; the server refuses a constant already here
      await session.fields(serverQuery(reading)).catch((error) => {
        const fault = scanFault(error, { columns: reading.columns, label: session.label, action: "read from" });
        const table = reading.relation && formatName(reading.relation.name); // the server says it without its schema
        throw table
          ? fault.with({ hint: fault.hint?.replace(/^GRANT SELECT ON \S+/, `GRANT SELECT ON ${table}`) })
          : fault;
      });
      const verify = await watchTable(reading);
      const format = request.accepts.find((format) => format === "pgcopy" || format === "scan");
      if (format === "pgcopy" && request.text.length === 0 && reading.columns.length > 0) {
        for (const name of request.drop) pick(reading.columns, [{ name }]);
        return { ...cursor ? await cursorCopyReader(whole, cursor) : await copyReader(reading), verify };
      }
      const snapshotAt = new Date().toISOString();
      const end = cursor ? readEnd(whole, cursor) : undefined;
      const kept: { snapshot?: Promise<Snapshot> } = {};
      const letGo = async () => {
        const snapshot = await kept.snapshot?.catch(() => undefined); // who asked for it was told
        await snapshot?.session.query("ROLLBACK").catch(() => {}); // a lost connection has ended it
        await snapshot?.session[Symbol.asyncDispose]();
        delete kept.snapshot;
      };
      const keep = request.keepsPicture
        ? async (id: string) => {
          await letGo(); // of an attempt before
          await (kept.snapshot = keepSnapshot(whole, id));
        }
        : undefined;
      const batch = await extensionBatch(reading, { end, keep });
      return {
        schema: batch.schema,
        complete: cursor?.fresh === undefined,
        ...(cursor !== undefined && { cursor: cursor?.column.name ?? null }),
        ...(end && { end: end.result }),
        snapshotAt,
        parts: [{ id: "0" }],
        read: () => Promise.resolve<Batch>({ ...batch, unitBytes: () => unitBytes(reading) }),
        verify,
        ...(keep && {
          picture: pictureOf(async () => {
            if (!kept.snapshot) throw new DtegError("internal", "more of a picture is asked before it was taken");
            return await kept.snapshot;
          }, whole),
        }),
        [Symbol.asyncDispose]: letGo,
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
        parts: 1,
        settings: {},
      };
      return await extensionBatch({
        ...await whatToRead(session, request),
        parameters: resolved(),
        session,
        host,
        request,
        whatToRead,
      });
    },
    async *digest(request) {
      const session = await open();
      const whole = { ...request, drop: [], text: [], accepts: [], parts: 1, settings: {} };
      const summed = { ...request, ...await whatToRead(session, whole) };
      const found = await session.transaction(
        () => Array.fromAsync(digestRows((sql) => session.query(sql), summed)),
        { mode: "READ ONLY" },
      );
      yield* found;
    },
    execute: (sql) => execute(sql, { parameters: resolved(), host }),
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

/** Bytes of the first rows that DuckDB would hold at once. */
async function unitBytes(reading: Reading): Promise<number> {
  const rows = `SELECT * FROM (${serverQuery(reading)}) q LIMIT 2048`;
  const [row] = await reading.session.query(`SELECT sum(octet_length(t::text)) AS bytes FROM (${rows}) t`);
  return Number(row?.bytes ?? 0);
}
