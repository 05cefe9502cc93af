import { type DuckSession, quoteText, type Stream, type StreamFilter } from "../../sdk/mod.ts";
import { OWN_PREFIX } from "./database.ts";

/** How many tables are asked for by their names; of more all are described. */
const MOST_BY_NAME = 200;

interface Listed {
  readonly name: { readonly schema: string; readonly name: string };
  readonly isView: boolean;
  readonly rows?: number;
  readonly comment?: string;
}

/** Tables and views of a database that are wanted, in the order of their names, with what DuckDB knows of them. */
export async function* describeTables(
  session: DuckSession,
  { catalog, filter }: { readonly catalog: string; readonly filter: StreamFilter },
): AsyncGenerator<Stream> {
  const wanted = (await listed(session, catalog)).filter(({ name }) => filter(name));
  if (wanted.length === 0) return;
  const isFew = wanted.length <= MOST_BY_NAME;
  const names = wanted.map(({ name }) => `(${quoteText(name.schema)}, ${quoteText(name.name)})`).join(", ");
  const where = `database_name = ${quoteText(catalog)}${isFew ? ` AND (schema_name, table_name) IN (${names})` : ""}`;
  const columns = await session.all(
    `SELECT schema_name, table_name, list({name: column_name, type: data_type, required: NOT is_nullable, comment: comment} ` +
      `ORDER BY column_index) AS columns FROM duckdb_columns() WHERE ${where} AND NOT internal GROUP BY ALL`,
  );
  const keys = await session.all(
    `SELECT schema_name, table_name, constraint_column_names AS key FROM duckdb_constraints() WHERE ${where} AND constraint_type = 'PRIMARY KEY'`,
  );
  const place = (schema: unknown, name: unknown) => JSON.stringify([schema, name]);
  const columnsOf = new Map(columns.map((row) => [place(row.schema_name, row.table_name), row.columns]));
  const keyOf = new Map(keys.map((row) => [place(row.schema_name, row.table_name), row.key]));
  for (const { name, isView, rows, comment } of wanted) {
    const at = place(name.schema, name.name);
    const found = (columnsOf.get(at) ?? []) as readonly ColumnRow[];
    const schema = found.map(({ name, type, required, comment }) => ({
      name,
      type: session.typeOf(type),
      nullable: !required,
      native: { system: "duckdb", type },
      ...(comment !== null && { comment }),
    }));
    const primaryKey = keyOf.get(at) as readonly string[] | undefined;
    yield {
      name,
      kind: isView ? "view" : "table",
      schema,
      ...(primaryKey && { primaryKey }),
      ...(rows !== undefined && { rows }),
      ...(comment !== undefined && { comment }),
    };
  }
}

/** A column as the query packs it. */
type ColumnRow = {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly comment: string | null;
};

/** All tables and views but those that dteg keeps for itself. */
async function listed(session: DuckSession, catalog: string): Promise<readonly Listed[]> {
  const inside = `database_name = ${quoteText(catalog)} AND NOT internal`;
  const rows = await session.all(
    `SELECT schema_name, table_name, estimated_size, comment, false AS is_view FROM duckdb_tables() WHERE ${inside} ` +
      `AND NOT starts_with(table_name, '${OWN_PREFIX}') ` +
      `UNION ALL SELECT schema_name, view_name, NULL, comment, true FROM duckdb_views() WHERE ${inside} ORDER BY 1, 2`,
  );
  return rows.map((row) => ({
    name: { schema: String(row.schema_name), name: String(row.table_name) },
    isView: row.is_view === true,
    ...(row.estimated_size !== null && { rows: Number(row.estimated_size) }),
    ...(row.comment !== null && { comment: String(row.comment) }),
  }));
}
