import { type DuckSession, quoteName, quoteTable, quoteText, type TableName } from "../../sdk/mod.ts";

/** A table as it is, with what hangs on it. */
export interface ExistingTable {
  /** Its name as it was made: DuckDB takes names that differ only in case for the same. */
  readonly name: string;
  readonly isView: boolean;
  readonly columns: readonly { readonly name: string; readonly native: string }[];
  /** Something that a new table of the same name would not have: keys, indexes, comments, defaults. */
  readonly hasDependents: boolean;
  /** DuckDB's estimate of its rows. */
  readonly rows?: number;
  /** The primary key, where foreign keys of other tables lead to it: its rows cannot all be taken away at once. */
  readonly referencedKey?: readonly string[];
}

/** The table or view of a name, undefined where there is none. */
export async function findExisting(
  session: DuckSession,
  catalog: string,
  table: TableName,
): Promise<ExistingTable | undefined> {
  const where = (name: string) =>
    `database_name = ${quoteText(catalog)} AND lower(schema_name) = lower(${quoteText(table.schema ?? "main")}) ` +
    `AND lower(${name}) = lower(${quoteText(table.name)})`;
  const rows = await session.all(
    `SELECT table_name, column_name, data_type, column_default, comment FROM duckdb_columns() WHERE ${
      where("table_name")
    } ORDER BY column_index`,
  );
  if (rows.length === 0) return undefined;
  const [found] = await session.all(
    `SELECT (SELECT count(*) FROM duckdb_views() WHERE ${where("view_name")}) AS views, ` +
      `(SELECT count(*) FROM duckdb_constraints() WHERE ${
        where("table_name")
      }) + (SELECT count(*) FROM duckdb_indexes() WHERE ${where("table_name")}) + ` +
      `(SELECT count(*) FROM duckdb_tables() WHERE ${where("table_name")} AND comment IS NOT NULL) AS dependents, ` +
      `(SELECT estimated_size FROM duckdb_tables() WHERE ${where("table_name")}) AS rows`,
  );
  const isView = Number(found.views) > 0;
  const marked = rows.some((row) => row.column_default !== null || row.comment !== null);
  const referencedKey = await findReferencedKey(session, where);
  return {
    name: String(rows[0].table_name),
    isView,
    columns: rows.map((row) => ({ name: String(row.column_name), native: String(row.data_type) })),
    hasDependents: Number(found.dependents) > 0 || marked,
    ...(found.rows !== null && { rows: Number(found.rows) }),
    ...(referencedKey && { referencedKey }),
  };
}

async function findReferencedKey(
  session: DuckSession,
  where: (name: string) => string,
): Promise<readonly string[] | undefined> {
  const constraints = (condition: string) =>
    session.all(`SELECT constraint_column_names AS columns FROM duckdb_constraints() WHERE ${condition}`);
  const [key] = await constraints(`${where("table_name")} AND constraint_type = 'PRIMARY KEY'`);
  const [reference] = await constraints(`${where("referenced_table")} AND constraint_type = 'FOREIGN KEY'`);
  return key && reference ? (key.columns as readonly string[]) : undefined;
}

/** SQL that gives a table its keys, indexes and comment. `built` is its name now. */
export function dressTable(
  { catalog, table, built }: { readonly catalog?: string; readonly table: TableName; readonly built: string },
  options: {
    readonly primaryKey?: readonly string[];
    readonly indexes?: readonly (readonly string[])[];
    readonly comment?: string;
  },
): readonly string[] {
  const place = quoteTable(catalog, table.schema, built);
  const list = (columns: readonly string[]) => columns.map(quoteName).join(", ");
  const indexes = new Map(
    (options.indexes ?? []).map((columns) => [`${table.name}_${columns.join("_")}_idx`, columns]),
  );
  return [
    ...(options.primaryKey?.length ? [`ALTER TABLE ${place} ADD PRIMARY KEY (${list(options.primaryKey)})`] : []),
    ...[...indexes].map(([name, columns]) => `CREATE INDEX ${quoteName(name)} ON ${place} (${list(columns)})`),
    ...(options.comment ? [`COMMENT ON TABLE ${place} IS ${quoteText(options.comment)}`] : []),
  ];
}
