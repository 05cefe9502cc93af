import { quoteName, quoteText, typeText } from "../../../sdk/mod.ts";
import type { PgColumn } from "../catalog.ts";
import { isBoundedNumeric, isExactInDuckdb } from "../type_map.ts";
import { type Reading, restOf } from "./reading.ts";
import { refusedMark } from "./scan_fault.ts";

/** Dimensions that an array can have. */
const DIMENSIONS = [1, 2, 3, 4, 5, 6];

/** The name that the server query gives to a column: DuckDB would take names that differ only in case for one. */
export const placeName = (index: number) => `c${index}`;

/** SQL for the server: every column in a form that DuckDB's extension carries exactly, or an error at the first value that has none. */
export function serverQuery(reading: Reading): string {
  const list = reading.columns.map((column, index) => `${serverForm(reading, column, index)} AS ${placeName(index)}`);
  const told = toldColumns(reading).map(({ column, bad }, index) =>
    `CASE WHEN ${bad.condition} THEN ${quoteName(column.name)}::text END AS ${toldName(index)}`
  );
  return `SELECT ${[...list, ...told].join(", ")} ${restOf(reading)}`;
}

/** The name that the server query gives to a column of {@linkcode toldColumns}. */
export const toldName = (index: number) => `t${index}`;

/** Columns in which values that cannot be carried do not stop the query: they are NULL, and told beside it. */
export function toldColumns(reading: Reading): readonly { readonly column: PgColumn; readonly bad: Bad }[] {
  return reading.columns.flatMap((column) => {
    const bad = isAsText(reading, column) ? undefined : badOf(column);
    return bad && tellsLoss(reading, column) ? [{ column, bad }] : [];
  });
}

/** True where `on_loss` wants a value that cannot be carried to be NULL, and told. */
export function tellsLoss({ request: { onLoss } }: Pick<Reading, "request">, { name }: PgColumn): boolean {
  const said = onLoss?.(name);
  return said === "null" || said === "reject";
}

/** True for a column that is wanted as the server's text. */
export function isAsText({ request: { text, onLoss } }: Pick<Reading, "request">, column: PgColumn): boolean {
  return text.includes(column.name) || (onLoss?.(column.name) === "text" && !isWholeInDuckdb(column));
}

/** True for a column all of whose values come through DuckDB. */
function isWholeInDuckdb(column: PgColumn): boolean {
  return badOf(column) === undefined && !["timestamp", "timestamptz", "json"].includes(column.type.kind);
}

function serverForm(reading: Reading, column: PgColumn, index: number): string {
  const name = quoteName(column.name);
  if (isAsText(reading, column)) return `${name}::text`;
  const value = carriedForm(column);
  const bad = badOf(column);
  if (!bad) return value;
  // typed: else the precision of a numeric is lost, and it is read as a double
  const stop = tellsLoss(reading, column) ? `NULL::${bad.type}` : refusal(bad, { name, index });
  return `CASE WHEN ${bad.condition} THEN ${stop} ELSE ${value} END`;
}

function carriedForm(column: PgColumn): string {
  const name = quoteName(column.name);
  if (column.isArray) return `pg_catalog.to_json(${name})::text`;
  if (isBoundedNumeric(column)) return `${name}::${column.pgType}`; // else a domain's precision is lost, and what has none is read as a double
  if (column.type.kind === "interval") return `${name}::interval`;
  if (column.base === "money") return `${name}::numeric::text`;
  if (!isExactInDuckdb(column)) return `${name}::text`;
  return column.isDomain ? `${name}::${column.pgType}` : name;
}

/** Values of a column that cannot be carried. */
interface Bad {
  /** SQL of the server. */
  readonly condition: string;
  /** The type that an error has to have in the place of a value. */
  readonly type: string;
  /** What the values have to be. */
  readonly wanted: string;
}

function badOf(column: PgColumn): Bad | undefined {
  const name = quoteName(column.name);
  if (column.isArray) {
    const condition = DIMENSIONS.map((n) => `coalesce(pg_catalog.array_lower(${name}, ${n}), 1) <> 1`).join(" OR ");
    return { condition, type: "text", wanted: "an array that begins at 1" };
  }
  if (isBoundedNumeric(column)) {
    return { condition: `${name} = 'NaN'`, type: column.pgType, wanted: typeText(column.type) };
  }
  if (column.type.kind === "interval") {
    return { condition: `NOT pg_catalog.isfinite(${name})`, type: "interval", wanted: "an interval with an end" };
  }
}

/** An error of the server that quotes a value: a cast that fails is the only way to raise one in a query. */
function refusal({ type }: Bad, { name, index }: { readonly name: string; readonly index: number }): string {
  return `(${quoteText(refusedMark(index))} || pg_catalog.left(${name}::text, 100))::numeric::text::${type}`;
}
