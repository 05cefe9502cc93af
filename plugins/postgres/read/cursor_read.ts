import {
  DtegError,
  formatName,
  type Interval,
  INTERVAL_MARK,
  parseName,
  type Position,
  quoteName,
  quoteText,
} from "../../../sdk/mod.ts";
import type { PgColumn } from "../catalog.ts";
import type { PgRow, PgSession } from "../session.ts";
import { type Reading, withWhere } from "./reading.ts";

/** A read by cursor: conditions for the server, and what it is asked in the same snapshot. */
export interface PgCursor {
  readonly column: PgColumn;
  /** Asks for rows that were committed late: they may have an older value, and their transactions are not older than the mark. */
  readonly late?: string;
  /** What is read beside those: the rows from the last value on, and those without one. Absent: all. */
  readonly fresh?: string;
}

const TIMES = new Set(["date", "timestamp", "timestamptz"]);
const WHOLE = new Set(["int2", "int4", "int8", "oid"]);
const NUMBERS = new Set([...WHOLE, "numeric", "float4", "float8", "money"]);

/** Finds the column that a stream is read by, and what it is asked. `null`: it has none of the columns that are named. */
export function pgCursor(reading: Pick<Reading, "columns" | "relation" | "request">): PgCursor | null | undefined {
  const { columns, request: { cursor, stream } } = reading;
  if (!cursor) return undefined;
  const names = cursor.columns.map((text) =>
    "sql" in stream ? { text, name: parseName(text).name } : { text, name: text }
  );
  const found = names.find(({ name }) => columns.some((column) => column.name === name));
  if (!found) return null;
  const column = columns.find(({ name }) => name === found.name)!;
  const { since, lag, interval } = cursor;
  if (interval) return { column, fresh: within(interval(column), { column, ref: refOf(reading, found.text) }) };
  if (lag) requireLag(column, lag);
  if (since === undefined || since.value === null || since.column !== column.name) return { column };
  const ref = refOf(reading, found.text), bound = boundOf(column, { value: since.value, lag });
  const nulls = cursor.readsNulls ? ` OR ${ref} IS NULL` : "";
  const isScanned = since.mark !== undefined && cursor.late === "scan" && canScan(reading);
  const late = isScanned ? `${ref} < ${bound} AND ${isNotOlder(since.mark)}` : undefined;
  return { column, fresh: `(${ref} >= ${bound}${nulls})`, ...(late && { late: `(${late})` }) };
}

/** The condition of an interval. Dates are compared as times: a day may begin within one. */
function within(
  { start, end }: ReturnType<Interval>,
  { column, ref }: { readonly column: PgColumn; readonly ref: string },
): string {
  const bound = (text: string) => {
    if (!TIMES.has(column.base)) return text;
    return `${quoteText(text)}::${column.base === "date" ? "timestamp" : column.base}`;
  };
  const conditions = [
    ...(start === undefined ? [] : [`${ref} >= ${bound(start)}`]),
    ...(end === undefined ? [] : [`${ref} < ${bound(end)}`]),
  ];
  return `(${conditions.join(" AND ")})`;
}

/** In a query that says where its condition stands the cursor is the expression that was written. */
function refOf({ request: { stream } }: Pick<Reading, "request">, text: string): string {
  if ("sql" in stream && stream.sql.includes(INTERVAL_MARK)) return text;
  return quoteName("sql" in stream ? parseName(text).name : text);
}

/**
 * Only rows of tables tell which transaction wrote them. Where no key tells rows apart a table that was rewritten would seem new, and only
 * that of one table is seen.
 */
function canScan({ relation, request: { cursor } }: Pick<Reading, "relation" | "request">): boolean {
  if (relation?.kind === "r" && !relation.hasChildren) return true;
  return !cursor?.wantsTail && (relation?.kind === "r" || relation?.kind === "p");
}

/** Says so where rows that are committed late, with an older value, would be missed. */
export function warnOfLate(reading: Reading, { column }: PgCursor): void {
  const { relation, request: { cursor, stream }, host } = reading;
  if (!cursor || cursor.lag || cursor.interval || relation?.kind === "m" || canScan(reading)) return;
  const what = "sql" in stream ? "a query does" : `${formatName(stream)} does`;
  host.log.warn(
    `${what} not tell when its rows were committed: one that comes late, with an older ${column.name}, is missed; ` +
      "`lag` reads an overlap again",
  );
}

/** Rows whose transaction is not older than one: their numbers go round, so half of them count as older. Those below 3 are nobody's. */
function isNotOlder(mark: string): string {
  const low = (BigInt(mark.split(" ")[0]) & 0xffffffffn).toString();
  return `xmin::text::bigint > 2 AND ((xmin::text::bigint - ${low}) & 4294967295) < 2147483648`;
}

function boundOf(
  { base, pgType, name }: PgColumn,
  { value, lag }: { readonly value: string; readonly lag?: NonNullable<Reading["request"]["cursor"]>["lag"] },
): string {
  const bound = `${quoteText(value)}::${pgType}`;
  if (!lag) return bound;
  if ("seconds" in lag) {
    const since = base === "date" ? `${bound}::timestamp` : bound;
    return `(${since} - pg_catalog.make_interval(secs => ${lag.seconds}))`;
  }
  if (WHOLE.has(base) && Number.isInteger(lag.amount)) {
    return String(BigInt(value) - BigInt(lag.amount)); // an index takes a number of the column's own kind only
  }
  if (base === "money") {
    throw new DtegError("stream.cursor", `column "${name}" is money: it takes no lag`, { column: name });
  }
  return `(${bound} - ${lag.amount})`;
}

function requireLag({ name, base, pgType, isArray }: PgColumn, lag: object): void {
  const fits = !isArray && ("seconds" in lag ? TIMES.has(base) : NUMBERS.has(base));
  if (fits) return;
  throw new DtegError("stream.cursor", `lag does not fit the cursor "${name}", which is ${pgType}`, {
    column: name,
    hint: "lag is a duration such as 10m for dates and times, a number for numbers, and nothing for others",
  });
}

/** The reading of what the cursor asks for: its condition beside that of the stream, or where the query has a place for it. */
export function withCursor(
  reading: Reading,
  { fresh, late }: PgCursor,
  { hasLate }: { readonly hasLate: boolean },
): Reading {
  if (fresh === undefined) return reading;
  const condition = hasLate && late ? `(${fresh} OR ${late})` : fresh;
  const { request, from } = reading;
  if ("sql" in request.stream && from.includes(INTERVAL_MARK)) {
    return { ...reading, from: from.replaceAll(INTERVAL_MARK, condition) };
  }
  return withWhere(reading, condition);
}

/** Asks within a snapshot, in the form that the two ways of reading have. */
export type AskSnapshot = (sql: string) => Promise<PgRow>;

/** What a snapshot tells of a read by cursor. */
interface Seen {
  readonly position: Position;
  readonly nulls: number;
}

/**
 * How far a read came, asked in its snapshot; `session` is another connection. The mark is the oldest transaction that was under way, and
 * is kept only where some may have been: one may have begun, with its clock, before it got a number.
 */
export async function positionOf(
  reading: Reading,
  { cursor, ask, session }: { readonly cursor: PgCursor; readonly ask: AskSnapshot; readonly session: PgSession },
): Promise<Seen> {
  const { column } = cursor, ref = quoteName(column.name);
  const { from, request: { where, cursor: asked } } = reading;
  const conditions = [`${ref} IS NOT NULL`, ...finite(column, ref), ...(where === undefined ? [] : [`(${where}\n)`])];
  const since = asked?.since?.value;
  const above = since === null || since === undefined ? [] : [`${ref} >= ${quoteText(since)}::${column.pgType}`];
  const last = `SELECT ${ref}::text AS "dteg: last" FROM ${from} WHERE ${
    [...conditions, ...above].join(" AND ")
  } ORDER BY ${ref} DESC LIMIT 1`;
  const leavesNulls = above.length > 0 && !asked?.readsNulls;
  const nulls = leavesNulls
    ? `SELECT count(*) FROM ${from} WHERE ${
      [`${ref} IS NULL`, ...conditions.slice(1 + finite(column, ref).length)].join(" AND ")
    }`
    : "SELECT 0";
  const row = await ask(
    `SELECT (${last}) AS value, (${nulls})::text AS nulls, pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot())::text AS xmin, ` +
      "pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())::text AS xmax, pg_catalog.pg_backend_pid()::text AS pid, " +
      `pg_catalog.pg_is_in_recovery()::text AS standby, ${filenodeOf(reading)} AS filenode`,
  );
  const marks = canScan(reading) && (row.standby === "true" || row.xmin !== row.xmax || await isBusy(session, row));
  const value = row.value ?? since ?? null;
  return {
    position: { column: column.name, value, ...(marks && { mark: `${row.xmin} ${row.filenode}` }) },
    nulls: Number(row.nulls),
  };
}

const filenodeOf = ({ relation }: Pick<Reading, "relation">) =>
  relation ? `coalesce(pg_catalog.pg_relation_filenode(${quoteText(relation.oid)}::oid), 0)::text` : "'0'";

/** Rows of a table that was rewritten seem new: without a key they would be loaded twice. */
export async function requireSameFile(reading: Reading, { late }: PgCursor): Promise<void> {
  const { request: { cursor }, session } = reading;
  const mark = cursor?.since?.mark;
  if (!late || !cursor?.wantsTail || mark === undefined) return;
  const [{ filenode }] = await session.query(`SELECT ${filenodeOf(reading)} AS filenode`);
  if (filenode === mark.split(" ")[1]) return;
  throw new DtegError(
    "stream.cursor",
    `the table was rewritten (ALTER TABLE, VACUUM FULL, TRUNCATE) since it was read while transactions were open: rows that were committed late cannot be told from the others`,
    { hint: "give the stream a key, or add --full-refresh once; `late: lag` looks for none" },
  );
}

/** Values without an end are above all that come: a read that went on from them would find nothing new. */
function finite({ base, isArray }: PgColumn, ref: string): string[] {
  if (isArray) return [];
  if (TIMES.has(base)) return [`pg_catalog.isfinite(${ref})`];
  if (base === "float4" || base === "float8" || base === "numeric") {
    return [`${ref}::text NOT IN ('NaN', 'Infinity', '-Infinity')`];
  }
  return [];
}

/** Transactions that were open while a snapshot was taken: they still are, or the counter went on. */
async function isBusy(session: PgSession, { xmax, pid }: PgRow): Promise<boolean> {
  const [open] = await session.query(
    `SELECT count(*)::text AS n FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid ` +
      `WHERE l.locktype = 'virtualxid' AND l.pid NOT IN (pg_catalog.pg_backend_pid(), ${Number(pid)}) ` +
      `AND a.backend_type IS DISTINCT FROM 'autovacuum worker'`,
  );
  if (open.n !== "0") return true;
  const [now] = await session.query(
    "SELECT pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())::text AS xmax",
  );
  return now.xmax !== xmax;
}

/** How many rows were committed late. */
export async function countLate(
  reading: Reading,
  { cursor, ask }: { readonly cursor: PgCursor; readonly ask: AskSnapshot },
): Promise<number> {
  if (!cursor.late) return 0;
  const { from, request: { where }, host } = reading;
  const began = performance.now();
  const own = where === undefined ? "" : ` AND (${where}\n)`;
  const { n } = await ask(`SELECT count(*)::text AS n FROM ${from} WHERE ${cursor.late}${own}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  host.log.info(
    `transactions were open when the stream was read before: a scan of ${seconds} s found ${n} rows committed late`,
  );
  return Number(n);
}

/** The rows that the next read gives again: from the position on, and those of transactions that the mark is not older than. */
export function tailCondition(
  reading: Reading,
  { cursor, position }: { readonly cursor: PgCursor; readonly position: Position },
): string {
  const ref = quoteName(cursor.column.name);
  const lag = reading.request.cursor?.lag;
  const again = position.value === null
    ? "false"
    : `${ref} >= ${boundOf(cursor.column, { value: position.value, lag })}`;
  const open = position.mark !== undefined && reading.request.cursor?.late === "scan"
    ? ` OR ${isNotOlder(position.mark)}`
    : "";
  return `(${again}${open})`;
}
