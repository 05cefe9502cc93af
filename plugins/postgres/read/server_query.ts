import { quoteName, quoteText } from "../../../sdk/mod.ts";
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
  const list = reading.columns.map((column, index) => {
    const isText = reading.request.text.includes(column.name);
    const form = isText ? `${quoteName(column.name)}::text` : carriedForm(column, index);
    return `${form} AS ${placeName(index)}`;
  });
  return `SELECT ${list.join(", ")} ${restOf(reading)}`;
}

function carriedForm(column: PgColumn, index: number): string {
  const name = quoteName(column.name);
  if (column.isArray) {
    const bounds = DIMENSIONS.map((n) => `coalesce(pg_catalog.array_lower(${name}, ${n}), 1) <> 1`).join(" OR ");
    return orRefused({ condition: bounds, value: `pg_catalog.to_json(${name})::text`, type: "text" }, { name, index });
  }
  if (isBoundedNumeric(column)) {
    const value = `${name}::${column.pgType}`; // else a domain's precision is lost, and what has none is read as a double
    return orRefused({ condition: `${name} = 'NaN'`, value, type: column.pgType }, { name, index });
  }
  if (column.type.kind === "interval") {
    const value = `${name}::interval`;
    return orRefused({ condition: `NOT pg_catalog.isfinite(${name})`, value, type: "interval" }, { name, index });
  }
  if (column.base === "money") return `${name}::numeric::text`;
  if (!isExactInDuckdb(column)) return `${name}::text`;
  return column.isDomain ? `${name}::${column.pgType}` : name;
}

/** The value, or an error of the server that quotes it: a cast that fails is the only way to raise one in a query. */
function orRefused(
  { condition, value, type }: { readonly condition: string; readonly value: string; readonly type: string },
  { name, index }: { readonly name: string; readonly index: number },
): string {
  const quoted = `${quoteText(refusedMark(index))} || pg_catalog.left(${name}::text, 100)`;
  return `CASE WHEN ${condition} THEN (${quoted})::numeric::text::${type} ELSE ${value} END`;
}
