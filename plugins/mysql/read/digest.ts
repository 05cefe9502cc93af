import type { Digest, DigestRequest } from "../../../sdk/mod.ts";
import { quoteIdentifier, quotePlace } from "../backticks.ts";
import { columnsOf, findRelation } from "../catalog.ts";
import type { MysqlSession } from "../session.ts";

/** Sums up the keys of a table by ranges, in the form that sources of other kinds have too: nothing where it is asked for more. */
export async function* digestKeys(
  session: MysqlSession,
  { stream, columns, where, ranges, isPortable }: DigestRequest,
  { database }: { readonly database?: string },
): AsyncGenerator<Digest> {
  if ("sql" in stream || !ranges || !isPortable || columns.length !== 1) return;
  const relation = await findRelation(session, stream, { database });
  const column = (await columnsOf(session, relation)).find(({ name }) => name === ranges.column);
  if (!column || !/^u?int\d+$/.test(column.type.kind)) return;
  const form = "whole numbers", key = quoteIdentifier(column.name);
  const own = `${quotePlace(relation.name.schema, relation.name.name)}${
    where === undefined ? "" : ` WHERE (${where}\n)`
  }`;
  if (ranges.width === 0) {
    const [{ low, high }] = await session.query(`SELECT MIN(${key}) AS low, MAX(${key}) AS high FROM ${own}`);
    for (const range of [low, high]) if (range !== null) yield { form, range, rows: 0, hash: "0" };
    return;
  }
  const { from, width } = ranges;
  const above = `(CAST(${key} AS DECIMAL(20)) - ${from})`; // unsigned numbers below it would be out of range
  const place = `MOD(${above}, ${width})`;
  const found = await session.query(
    `SELECT ${above} DIV ${width} AS place, COUNT(*) AS n, ` +
      `CONCAT(SUM(${place}), ':', SUM(MOD(${place}, 1000003) * MOD(${place}, 1000033))) AS h FROM ${own} GROUP BY 1`,
  );
  for (const { place, n, h } of found) {
    const low = BigInt(from) + BigInt(place ?? 0) * BigInt(width);
    const where = place === null ? `${key} IS NULL` : `(${key} >= ${low} AND ${key} <= ${low + BigInt(width) - 1n})`;
    yield { form, ...(place !== null && { range: place }), where, rows: Number(n), hash: h ?? ":" };
  }
}
