import { type DuckSession, quoteName, quoteTable, quoteText, type TableName } from "../../sdk/mod.ts";

/** A table as it is, with what hangs on it. */
export interface ExistingTable {
  readonly isView: boolean;
  readonly columns: readonly { readonly name: string; readonly native: string }[];
  /** Something that a new table of the same name would not have: keys, indexes, comments, defaults. */
  readonly hasDependents: boolean;
}

/** The table or view of a name, undefined where there is none. */
export async function findExisting(
  session: DuckSession,
  catalog: string,
  table: TableName,
): Promise<ExistingTable | undefined> {
  const where = (name: string) =>
    `database_name = ${quoteText(catalog)} AND schema_name = ${quoteText(table.schema ?? "main")} AND ${name} = ${
      quoteText(table.name)
    }`;
  const rows = await session.all(
    `SELECT column_name, data_type, column_default, comment, is_nullable FROM duckdb_columns() WHERE ${
      where("table_name")
    } ORDER BY column_index`,
  );
  if (rows.length === 0) return undefined;
  const [found] = await session.all(
    `SELECT (SELECT count(*) FROM duckdb_views() WHERE ${where("view_name")}) AS views, ` +
      `(SELECT count(*) FROM duckdb_constraints() WHERE ${
        where("table_name")
      }) + (SELECT count(*) FROM duckdb_indexes() WHERE ${where("table_name")}) + ` +
      `(SELECT count(*) FROM duckdb_tables() WHERE ${where("table_name")} AND comment IS NOT NULL) AS dependents`,
  );
  const isView = Number(found.views) > 0;
  const marked = rows.some((row) => row.column_default !== null || row.comment !== null);
  return {
    isView,
    columns: rows.map((row) => ({ name: String(row.column_name), native: String(row.data_type) })),
    hasDependents: Number(found.dependents) > 0 || marked,
  };
}

/** SQL that gives a table its keys, indexes and comment. `built` is its name now. */
export function dressTable(
  { catalog, table, built }: { readonly catalog: string; readonly table: TableName; readonly built: string },
  options: {
    readonly primaryKey?: readonly string[];
    readonly indexes?: readonly (readonly string[])[];
    readonly comment?: string;
  },
): readonly string[] {
  const place = quoteTable(catalog, table.schema, built);
  const list = (columns: readonly string[]) => columns.map(quoteName).join(", ");
  return [
    ...(options.primaryKey?.length ? [`ALTER TABLE ${place} ADD PRIMARY KEY (${list(options.primaryKey)})`] : []),
    ...(options.indexes ?? []).map((columns) =>
      `CREATE INDEX ${quoteName(`${table.name}_${columns.join("_")}_idx`)} ON ${place} (${list(columns)})`
    ),
    ...(options.comment ? [`COMMENT ON TABLE ${place} IS ${quoteText(options.comment)}`] : []),
  ];
}
