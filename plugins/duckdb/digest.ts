import { type Digest, type DigestRequest, type DuckSession, findTable, quoteName, quoteTable } from "../../sdk/mod.ts";
import { listTables } from "./database.ts";

/** Sums up the keys of a table by ranges, in the form that sources of other kinds have too: nothing where it is asked for more. */
export async function* digestKeys(
  { session, catalog }: { readonly session: DuckSession; readonly catalog: string },
  { stream, columns, where, ranges, isPortable }: DigestRequest,
): AsyncGenerator<Digest> {
  if ("sql" in stream || !ranges || !isPortable || columns.length !== 1) return;
  const tables = await listTables(session, catalog);
  const { schema, name } = findTable(stream, tables.map((table) => table.name));
  const key = quoteName(ranges.column), form = "whole numbers";
  const own = `${quoteTable(catalog, schema, name)}${where === undefined ? "" : ` WHERE (${where}\n)`}`;
  const [{ type }] = await session.all(`SELECT typeof(min(${key})) AS type FROM ${own}`);
  if (!/^U?(TINY|SMALL|BIG)?INT(EGER)?$/.test(String(type))) return;
  if (ranges.width === 0) {
    const [{ low, high }] = await session.all(
      `SELECT CAST(min(${key}) AS VARCHAR) AS low, CAST(max(${key}) AS VARCHAR) AS high FROM ${own}`,
    );
    for (const range of [low, high]) if (range !== null) yield { form, range: String(range), rows: 0, hash: "0" };
    return;
  }
  const { from, width } = ranges;
  const above = `(CAST(${key} AS HUGEINT) - ${from})`, place = `CAST(${above} % ${width} AS BIGINT)`;
  const found = await session.all(
    `SELECT CAST(${above} // ${width} AS VARCHAR) AS place, count(*) AS n, ` +
      `concat(sum(${place}), ':', sum((${place} % 1000003) * (${place} % 1000033))) AS h FROM ${own} GROUP BY 1`,
  );
  for (const { place, n, h } of found) {
    const low = BigInt(from) + BigInt(String(place ?? 0)) * BigInt(width);
    const where = place === null ? `${key} IS NULL` : `(${key} >= ${low} AND ${key} <= ${low + BigInt(width) - 1n})`;
    yield { form, ...(place !== null && { range: String(place) }), where, rows: Number(n), hash: String(h) };
  }
}
