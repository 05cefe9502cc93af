import { type Digest, type DigestRequest, quoteName } from "../../../sdk/mod.ts";
import type { PgColumn } from "../catalog.ts";
import type { PgRow } from "../session.ts";
import { copiedType } from "../type_map.ts";

/** What is summed up. */
export interface Summed extends Pick<DigestRequest, "where" | "ranges" | "isPortable"> {
  readonly columns: readonly PgColumn[];
  /** SQL after FROM. */
  readonly from: string;
}

const WHOLE = new Set(["int2", "int4", "int8"]);

/** What a server that hashes in the same way says: then its hashes can be compared. */
const KNOWN = "pg_catalog.hashtextextended('dteg \u00e4\u20ac', 0)::text AS known";

/**
 * Rows by the server's own hash of their text. `ask` runs in a transaction whose text forms are the same on each server. The form holds the
 * types, so that only equal ones are compared.
 */
export async function* digestRows(
  ask: (sql: string) => Promise<readonly PgRow[]>,
  { columns, from, where, ranges, isPortable = false }: Summed,
): AsyncGenerator<Digest> {
  const isWhole = columns.length === 1 && isWholeNumber(columns, columns[0].name);
  if (columns.length === 0 || (ranges && !isWholeNumber(columns, ranges.column)) || (isPortable && !isWhole)) return;
  const own = `${from}${where === undefined ? "" : ` WHERE (${where}\n)`}`;
  const form = isPortable ? "whole numbers" : `postgres ${columns.map(copiedType).join(", ")}`;
  if (ranges?.width === 0) {
    const key = quoteName(ranges.column);
    const [{ low, high }] = await ask(`SELECT min(${key})::text AS low, max(${key})::text AS high FROM ${own}`);
    for (const range of [low, high]) if (range !== null) yield { form, range, rows: 0, hash: "0" };
    return;
  }
  const [{ can }] = await ask("SELECT (current_setting('server_version_num')::int >= 110000)::text AS can");
  if (can !== "true") return;
  const found = await ask(
    `SELECT r.range::text AS range, r.n::text AS rows, r.h::text AS hash, ${KNOWN} FROM (` +
      `SELECT ${ranges ? rangeOf(ranges) : "NULL"} AS range, count(*) AS n, ${
        sumOf({ columns, ranges, isPortable, isWhole })
      } AS h ` +
      `FROM ${own}${ranges ? " GROUP BY 1" : ""}) r`,
  );
  for (const { range, rows, hash, known } of found) {
    const where = ranges && { where: conditionOf(ranges, range) };
    const hashed = isPortable ? form : `${form} ${known}`;
    yield { form: hashed, ...(range !== null && { range }), ...where, rows: Number(rows), hash: hash ?? "0" };
  }
}

function sumOf({ columns, ranges, isPortable, isWhole }: Omit<Summed, "from"> & { readonly isWhole: boolean }): string {
  const list = columns.map(({ name }) => quoteName(name)).join(", ");
  if (isPortable && ranges) {
    const place = `((${list}::int8 - ${ranges.from}) % ${ranges.width})`;
    return `concat(sum(${place}), ':', sum((${place} % 1000003) * (${place} % 1000033)))`;
  }
  return isWhole
    ? `sum(pg_catalog.hashint8extended(${list}, 0))`
    : `sum(pg_catalog.hashtextextended(ROW(${list})::text, 0))`;
}

/** True where all values of the column are whole numbers of at most 64 bits. */
function isWholeNumber(columns: readonly PgColumn[], name: string): boolean {
  const column = columns.find((one) => one.name === name);
  return column !== undefined && WHOLE.has(column.base) && !column.isArray;
}

type Ranges = NonNullable<DigestRequest["ranges"]>;

const rangeOf = ({ column, from, width }: Ranges): string => `(${quoteName(column)}::int8 - ${from}) / ${width}`;

function conditionOf({ column, from, width }: Ranges, range: string | null): string {
  const key = quoteName(column);
  if (range === null) return `${key} IS NULL`;
  const low = BigInt(from) + BigInt(range) * BigInt(width);
  return `(${key} >= ${low} AND ${key} <= ${low + BigInt(width) - 1n})`;
}
