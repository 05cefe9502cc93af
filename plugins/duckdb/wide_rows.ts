import { type DuckSession, quoteName, quoteTable, type Schema, type TableName } from "../../sdk/mod.ts";

/** Rows that DuckDB holds at once. */
const UNIT = 2048;
/** Bytes of rows that are to be taken at once, and how many pieces a query may have. */
const PIECE = 2e6, MOST_PIECES = 5000;
/** Looks at a table: so many places, so many rows at each. */
const PLACES = 16, AT_A_PLACE = 4;

interface WideTable {
  readonly session: DuckSession;
  readonly catalog: string;
  readonly table: TableName;
  readonly schema: Schema;
}

/** Bytes of a row of a table, of the widest that a few looks find, and its last row's id; 0 where it has no rows. */
async function widthOf({ session, catalog, table, schema }: WideTable): Promise<{ bytes: number; last: number }> {
  const from = quoteTable(catalog, table.schema, table.name);
  const [row] = await session.all(`SELECT max(rowid) AS last FROM ${from}`);
  if (row.last === null) return { bytes: 0, last: -1 };
  const last = Number(row.last);
  const sizes = schema.map(({ name, type }) => {
    if (type.kind === "bytes") return `coalesce(octet_length(${quoteName(name)}), 0)`;
    return ["text", "json", "other"].includes(type.kind) ? `coalesce(strlen(${quoteName(name)}), 0)` : "8";
  });
  let bytes = 0;
  for (let place = 0; place < PLACES; place++) {
    const at = Math.floor(last * place / PLACES);
    const [found] = await session.all(
      `SELECT max(${sizes.join(" + ")}) AS bytes FROM ${from} WHERE rowid BETWEEN ${at} AND ${at + AT_A_PLACE - 1}`,
    );
    bytes = Math.max(bytes, Number(found.bytes ?? 0));
  }
  return { bytes, last };
}

/** Bytes of the rows of a table that DuckDB holds at once. */
export async function unitBytes(wide: WideTable): Promise<number> {
  const { bytes, last } = await widthOf(wide);
  return bytes * Math.min(UNIT, last + 1);
}

/** A query of `list` over a table in pieces of a few rows; nothing where its rows are narrow. `rest` stands behind each piece. */
export async function inPieces(
  wide: WideTable,
  { list, condition }: { readonly list: string; readonly condition: string },
): Promise<string | undefined> {
  const { bytes, last } = await widthOf(wide);
  const rows = Math.max(Math.floor(PIECE / Math.max(bytes, 1)), 1, Math.ceil((last + 1) / MOST_PIECES));
  if (last < 0 || rows >= UNIT) return undefined;
  const { catalog, table } = wide;
  const from = quoteTable(catalog, table.schema, table.name);
  const pieces = Array.from(
    { length: Math.ceil((last + 1) / rows) },
    (_, index) =>
      `SELECT ${list} FROM ${from} WHERE rowid BETWEEN ${index * rows} AND ${(index + 1) * rows - 1}${condition}`,
  );
  return pieces.join(" UNION ALL ");
}
