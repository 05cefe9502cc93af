import { writeFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import {
  type DataType,
  type DuckSession,
  type Host,
  quoteName,
  quoteTable,
  quoteText,
  refusedName,
  type ScanBatch,
} from "../../../sdk/mod.ts";
import type { PgColumn, Relation } from "../catalog.ts";
import { conninfo } from "../parameters.ts";
import { localFormsQuery } from "../text_forms.ts";
import { isBoundedNumeric, isExactInDuckdb } from "../type_map.ts";
import type { EndOfRead } from "./read_end.ts";
import { countingZeros, openZeroCount, withoutNan } from "./nan_check.ts";
import type { Reading } from "./reading.ts";
import { scanFault } from "./scan_fault.ts";
import { isAsText, placeName, serverQuery, tellsLoss, toldColumns, toldName } from "./server_query.ts";

/** What is asked of the picture after the rows. */
export interface AfterRead {
  readonly end?: EndOfRead;
  /** Gets the name of its snapshot. */
  readonly keep?: (snapshot: string) => Promise<void>;
}

/**
 * Reads through DuckDB's own extension. A whole table of types that it carries exactly is scanned by page ranges in parallel; else one
 * query of the server gives the odd types as text, since the extension takes a numeric without bounds for a double.
 */
export async function extensionBatch(reading: Reading, { end, keep }: AfterRead = {}): Promise<ScanBatch> {
  const { host, columns, session } = reading;
  const duck = await host.duckdb();
  const fault = (error: unknown) => scanFault(error, { columns, label: session.label, action: "read from" });
  const table = await plainTable(reading);
  const catalog = await attach(duck, reading, table?.name.schema).catch((error) => {
    throw fault(error);
  });
  if (table) await openZeroCount(duck);
  const readAs = ({ isScanned }: { readonly isScanned: boolean }) =>
    columns.map((column, index) => ({
      ...column,
      isScanned,
      isText: isAsText(reading, column),
      tells: tellsLoss(reading, column),
      ref: `x.${quoteName(isScanned ? column.name : placeName(index))}`,
    }));
  const read = readAs({ isScanned: table !== undefined });
  const asked = (reading: Reading) => `postgres_query(${quoteText(catalog)}, ${quoteText(serverQuery(reading))})`;
  const source = table ? quoteTable(catalog, table.name.schema, table.name.name) : asked(reading);
  const told = [
    ...(table ? [] : toldColumns(reading)).map(({ column, bad }, index) => ({
      column: column.name,
      wanted: bad.wanted,
      text: `x.${quoteName(toldName(index))}`,
    })),
    ...read.filter(({ tells, isText, type }) => tells && !isText && isMoment(type)).map(({ name, type, ref }) => ({
      column: name,
      wanted: momentText(type),
      text: `CASE WHEN NOT (${isInRange(type, ref)}) THEN ${unwrapped(ref)} END`,
    })),
  ];
  const jsons = read.filter(({ tells, isText, isArray, type }) => tells && !isText && !isArray && type.kind === "json");
  told.push(...jsons.map(({ name, ref }) => ({
    column: name,
    wanted: "json elsewhere",
    text: `CASE WHEN TRY_CAST(${ref} AS JSON) IS NULL THEN ${ref} END`,
  })));
  const listOf = (columns: readonly ReadColumn[]) =>
    columns.map((column) => `${valueOf(column, duck)} AS ${quoteName(column.name)}`);
  const list = [...listOf(read), ...told.map(({ text }, index) => `${text} AS ${quoteName(refusedName(index))}`)].join(
    ", ",
  );
  const schema = read.map(({ name, type, nullable, native, comment, isText }) => ({
    name,
    type: isText ? { kind: "text" } as const : type,
    nullable,
    native,
    ...(comment !== undefined && { comment }),
  }));
  return {
    kind: "scan",
    schema,
    ...(reading.relation !== undefined && { order: "any" as const }),
    query: `SELECT ${list} FROM ${source} x`,
    ...(told.length > 0 && { refused: told.map(({ column, wanted }) => ({ column, wanted })) }),
    within: (step) =>
      inTransaction(duck, async () => {
        if (table) {
          const result = await withoutNan({ ...reading, duck, catalog }, step);
          if (end) await duck.all(fromServer(catalog, localFormsQuery()));
          await askEnd();
          return result;
        }
        const [{ pid }] = await duck.all(fromServer(catalog, localFormsQuery()));
        using _cancel = cancelWithRun(reading, String(pid));
        const result = await step();
        await askEnd();
        return result;
      }).catch(async (error) => {
        const known = fault(error);
        if (known.code === "connection.lost") await detach(duck, { catalog, host });
        throw known;
      }),
  };

  /** In the snapshot that the rows came from. */
  async function askEnd(): Promise<void> {
    if (keep) {
      const [{ id }] = await duck.all(fromServer(catalog, "SELECT pg_catalog.pg_export_snapshot() AS id"));
      await keep(String(id));
    }
    await end?.ask(async (sql) => {
      const [row] = await duck.all(fromServer(catalog, sql));
      return Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, value === null ? null : String(value)]),
      );
    }, async (tail) => {
      const list = listOf(readAs({ isScanned: false })).join(", ");
      await duck.run(`CREATE OR REPLACE TEMP TABLE _dteg_tail AS SELECT ${list} FROM ${asked(tail)} x`);
      return { kind: "scan", schema, query: "SELECT * FROM temp._dteg_tail" };
    });
  }
}

const fromServer = (catalog: string, sql: string) =>
  `SELECT * FROM postgres_query(${quoteText(catalog)}, ${quoteText(sql)})`;

/** DuckDB cannot be interrupted while it waits for the server: when the run is, the server is asked to end the statement. */
function cancelWithRun({ host: { signal }, parameters, session }: Reading, pid: string): Disposable {
  const cancel = async () => {
    const { connect } = await import("../session.ts");
    const server = { ...parameters, servers: [session.server] };
    await using other = await connect(server, { signal: new AbortController().signal });
    await other.query("SELECT pg_catalog.pg_cancel_backend($1::int)", [pid]);
  };
  const onAbort = () => void cancel().catch(() => {}); // a server that is gone has ended it
  signal.addEventListener("abort", onAbort, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", onAbort) };
}

/** One transaction of DuckDB is one of the server, on one connection; a scan by page ranges takes more, all of one snapshot. */
async function inTransaction<T>(duck: DuckSession, step: () => Promise<T>): Promise<T> {
  await duck.run("BEGIN");
  try {
    const result = await step();
    await duck.run("COMMIT");
    return result;
  } catch (error) {
    await duck.run("ROLLBACK").catch(() => 0); // the first error tells more
    throw error;
  }
}

/** From this size on a table is scanned by page ranges in parallel; below it one query is cheaper than what that takes. */
const SCAN_FROM = 32 * 2 ** 20;

/** The table, when a scan of it by page ranges gives exactly what is asked for, and is worth it. */
async function plainTable({ relation, request, columns, session }: Reading): Promise<Relation | undefined> {
  const isPlain = relation !== undefined && (relation.kind === "r" || relation.kind === "m") && !relation.hasChildren &&
    request.where === undefined && request.limit === undefined && !hasTwins(columns) &&
    columns.every((column) =>
      !column.isDomain && isExactInDuckdb(column) && !isAsText({ request }, column) &&
      !(isBoundedNumeric(column) && tellsLoss({ request }, column))
    );
  if (!isPlain) return undefined;
  const [row] = await session.query(
    "SELECT pg_catalog.pg_is_in_recovery()::text AS standby, pg_catalog.pg_relation_size($1::oid)::text AS bytes",
    [relation.oid],
  );
  const hasNoSnapshot = row.standby === "true" && columns.some(isBoundedNumeric); // to check for NaN beside
  return hasNoSnapshot || Number(row.bytes) < SCAN_FROM ? undefined : relation;
}

const hasTwins = (columns: readonly PgColumn[]) =>
  new Set(columns.map(({ name }) => name.toLowerCase())).size < columns.length;

interface ReadColumn extends PgColumn {
  /** It is wanted as text. */
  readonly isText: boolean;
  /** A value that is not carried is NULL, and told beside it. */
  readonly tells: boolean;
  /** By pages of its table; else by a query of the server, which refuses what the extension does not carry. */
  readonly isScanned: boolean;
  /** SQL of what the extension gives. */
  readonly ref: string;
}

/** What the extension gives as the stage holds it. Moments past DuckDB's range wrap round there without a word: they are refused. */
function valueOf(column: ReadColumn, duck: DuckSession): string {
  const { type, ref } = column;
  if (column.isText) return ref;
  if (column.isScanned && isBoundedNumeric(column)) return countingZeros(ref);
  if (type.kind === "json") { // PostgreSQL's json takes half of a surrogate pair
    const stop = column.tells ? "NULL" : duck.refuse({ column: column.name, type: "json elsewhere" }, ref);
    return `coalesce(TRY_CAST(${ref} AS JSON), CASE WHEN ${ref} IS NOT NULL THEN ${stop} END)`;
  }
  if (isMoment(type)) {
    const stop = duck.refuse({ column: column.name, type: momentText(type) }, unwrapped(ref));
    return `CASE WHEN ${isInRange(type, ref)} THEN ${ref} ELSE ${column.tells ? "NULL" : stop} END`;
  }
  if (type.kind === "uint32") return `CAST(${ref} AS UINTEGER)`; // an oid: the extension has it as BIGINT or as text
  if (isTextual(type)) return `CAST(${ref} AS VARCHAR)`;
  return ref;
}

const isMoment = ({ kind }: DataType) => kind === "timestamp" || kind === "timestamptz";
const momentText = ({ kind }: DataType) => `${kind} before the year 294247`;

function isInRange({ kind }: DataType, ref: string): string {
  const native = kind === "timestamp" ? "TIMESTAMP" : "TIMESTAMPTZ";
  return `${ref} IS NULL OR ${ref} >= ${native} '4800-01-01 (BC) 00:00:00' OR NOT isfinite(${ref})`;
}

/** The text of a moment that wrapped round: 2^64 microseconds later. It is formed 730 times 400 years before, which have the same days. */
function unwrapped(ref: string): string {
  const before =
    `make_timestamp(TRY_CAST(epoch_us(${ref})::HUGEINT + 18446744073709551616 - 9214629984000000000::HUGEINT AS BIGINT))`;
  return `(year(${before}) + 292000)::VARCHAR || strftime(${before}, '-%m-%d %H:%M:%S.%f')`;
}

const isTextual = (type: DataType) =>
  type.kind === "text" || type.kind === "other" || (type.kind === "decimal" && type.precision === undefined);

/** Whether a server is attached already; kept for the run. */
const attachedOf = (host: Host, catalog: string) =>
  host.shared(`postgres attached ${catalog}`, (): { isDone?: boolean } => ({}));

/** A server that is gone is let go: DuckDB would ask it whenever it looks through what there is. The next try attaches it again. */
async function detach(
  duck: DuckSession,
  { catalog, host }: { readonly catalog: string; readonly host: Host },
): Promise<void> {
  attachedOf(host, catalog).isDone = false;
  await duck.run(`DETACH DATABASE IF EXISTS ${quoteName(catalog)}`).catch(() => 0); // another stream holds it: it lets go too
}

/** A schema that no server has. */
const NO_SCHEMA = "_dteg_none";

/**
 * Attaches the server to the run's DuckDB, once for the run. DuckDB looks through the tables of all that is attached whenever it is asked
 * what there is: so only the schema of a table that is scanned is shown to it, and none for queries.
 */
async function attach(
  duck: DuckSession,
  { parameters, session, host }: Reading,
  schema: string = NO_SCHEMA,
): Promise<string> {
  const roots = `${host.tempDir}/roots.pem`;
  const info = conninfo(parameters, { server: session.server, roots });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${info}\0${schema}`)));
  const catalog = `pg_${[...digest.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  const state = attachedOf(host, catalog);
  if (state.isDone && await duck.all(fromServer(catalog, "SELECT 1")).then(() => true, () => false)) return catalog;
  if (state.isDone) await detach(duck, { catalog, host });
  await duck.alone("postgres", async () => {
    if (info.includes(roots)) writeFileSync(roots, rootCertificates.join("\n"));
    await duck.load("postgres_scanner");
    const options = `TYPE postgres, READ_ONLY, SCHEMA ${quoteText(schema)}`;
    await duck.run(`ATTACH IF NOT EXISTS ${quoteText(info)} AS ${quoteName(catalog)} (${options})`);
  });
  state.isDone = true;
  return catalog;
}
