import { type Digest, type DigestRequest, quoteName, quoteText } from "../../../sdk/mod.ts";
import type { PgColumn, Relation } from "../catalog.ts";
import type { PgRow } from "../session.ts";
import { copiedType } from "../type_map.ts";

/** What is summed up. */
export interface Summed extends Pick<DigestRequest, "where" | "ranges" | "isPortable"> {
  readonly columns: readonly PgColumn[];
  /** SQL after FROM. */
  readonly from: string;
  readonly relation?: Relation;
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
  { columns, from, relation, where, ranges, isPortable = false }: Summed,
): AsyncGenerator<Digest> {
  const isWhole = columns.length === 1 && isWholeNumber(columns, columns[0].name);
  if (columns.length === 0 || (ranges && !isWholeNumber(columns, ranges.column)) || (isPortable && !isWhole)) return;
  const own = `${from} WHERE ${where === undefined ? "true" : `(${where}\n)`}`;
  const form = isPortable ? "whole numbers" : `postgres ${columns.map(copiedType).join(", ")}`;
  if (ranges?.width === 0) {
    const key = quoteName(ranges.column);
    const [{ low, high }] = await ask(`SELECT min(${key})::text AS low, max(${key})::text AS high FROM ${own}`);
    for (const range of [low, high]) if (range !== null) yield { form, range, rows: 0, hash: "0" };
    return;
  }
  const [{ can }] = await ask("SELECT (current_setting('server_version_num')::int >= 110000)::text AS can");
  if (can !== "true") return;
  const sum = `count(*) AS n, ${sumOf({ columns, ranges, isPortable, isWhole })} AS h`;
  const bounds = ranges && await indexedBounds(ask, { relation, ranges });
  const summed = bounds && ranges
    ? overIndex(ranges, { sum, own, bounds })
    : `SELECT ${ranges ? rangeOf(ranges) : "NULL"} AS range, ${sum} FROM ${own}${ranges ? " GROUP BY 1" : ""}`;
  const found = await ask(
    `SELECT r.range::text AS range, r.n::text AS rows, r.h::text AS hash, ${KNOWN} FROM (${summed}) r`,
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

/** The number of the last range, where an index finds the rows of each; the server would cut the table into groups by itself three times slower. */
async function indexedBounds(
  ask: (sql: string) => Promise<readonly PgRow[]>,
  { relation, ranges: { column, from, to, width } }: { readonly relation?: Relation; readonly ranges: Ranges },
): Promise<bigint | undefined> {
  const last = (BigInt(to) - BigInt(from)) / BigInt(width);
  const isBounded = BigInt(from) + (last + 1n) * BigInt(width) < 2n ** 63n;
  if (!isBounded || relation?.kind !== "r" || relation.hasChildren) return undefined;
  const [{ has }] = await ask(
    "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] " +
      "JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam " +
      `WHERE i.indrelid = ${
        quoteText(relation.oid)
      }::oid AND i.indisvalid AND i.indpred IS NULL AND m.amname = 'btree' ` +
      `AND a.attname = ${quoteText(column)})::text AS has`,
  );
  return has === "true" ? last : undefined;
}

/** A sum for each range, and one for NULL, each by a scan of the index. */
function overIndex(
  { column, from, width }: Ranges,
  { sum, own, bounds }: { readonly sum: string; readonly own: string; readonly bounds: bigint },
): string {
  const key = quoteName(column);
  const low = (place: string) => `${quoteText(from)}::int8 + ${place} * ${width}::int8`;
  return `SELECT g.g AS range, s.n, s.h FROM pg_catalog.generate_series(0::int8, ${bounds}::int8) g(g) CROSS JOIN LATERAL (` +
    `SELECT ${sum} FROM ${own} AND ${key} >= ${low("g.g")} AND ${key} < ${low("(g.g + 1)")}) s WHERE s.n > 0 ` +
    `UNION ALL SELECT NULL, s.n, s.h FROM (SELECT ${sum} FROM ${own} AND ${key} IS NULL) s WHERE s.n > 0`;
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
