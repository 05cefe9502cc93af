import { INTERVAL_MARK, parseName, type ReadRequest } from "../../../sdk/mod.ts";
import { quoteIdentifier, quoteString } from "../backticks.ts";
import type { MysqlColumn } from "../catalog.ts";

const NUMBERS = new Set(["tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "double"]);
const TIMES = new Set(["date", "datetime", "timestamp"]);

/**
 * What of a read by cursor the server can leave out: it gives all rows that may be new, and the engine decides. Rows without a value are
 * among them. Undefined: the cursor is of a type whose values the server orders in its own way, or all is read.
 */
export function cursorCondition(
  { cursor, stream }: Pick<ReadRequest, "cursor" | "stream">,
  columns: readonly MysqlColumn[],
): string | undefined {
  if (!cursor) return undefined;
  const isQuery = "sql" in stream;
  const names = cursor.columns.map((text) => ({ text, name: isQuery ? parseName(text).name : text }));
  const found = names.find(({ name }) => columns.some((column) => column.name === name));
  const column = columns.find(({ name }) => name === found?.name);
  if (!column || !found || !(NUMBERS.has(column.base) || TIMES.has(column.base))) return undefined;
  const isMarked = isQuery && stream.sql.includes(INTERVAL_MARK);
  const ref = isMarked ? found.text : quoteIdentifier(column.name);
  if (cursor.interval) {
    const { start, end } = cursor.interval(column);
    return [
      ...(start === undefined ? [] : [`${ref} >= ${boundOf(column, start)}`]),
      ...(end === undefined ? [] : [`${ref} < ${boundOf(column, end)}`]),
    ].join(" AND ");
  }
  const { since, lag } = cursor;
  if (since === undefined || since.value === null || since.column !== column.name) return undefined;
  const bound = boundOf(column, since.value);
  return `(${ref} >= ${lag ? before(bound, lag) : bound} OR ${ref} IS NULL)`;
}

function boundOf({ base }: MysqlColumn, text: string): string {
  if (base === "double") return `${text}${/e/i.test(text) ? "" : "e0"}`;
  return NUMBERS.has(base) ? text : `CAST(${quoteString(text.replace(/\+00$/, ""))} AS DATETIME(6))`;
}

/** A lag that does not fit its cursor the engine refuses. */
function before(bound: string, lag: NonNullable<NonNullable<ReadRequest["cursor"]>["lag"]>): string {
  if ("amount" in lag) return `(${bound} - ${lag.amount})`;
  const first = "CAST('0000-01-01' AS DATETIME)"; // what is before the first year is NULL
  return `coalesce(${bound} - INTERVAL ${Math.round(lag.seconds * 1e6)} MICROSECOND, ${first})`;
}
