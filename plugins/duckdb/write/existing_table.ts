import { type PlannedTarget, quoteName, quoteTable, quoteText, type Schema, type TableName } from "../../../sdk/mod.ts";

/** A table as it is, with what hangs on it. */
export interface ExistingTable {
  /** Its name as it was made: DuckDB takes names that differ only in case for the same. */
  readonly name: string;
  readonly isView: boolean;
  readonly columns: readonly {
    readonly name: string;
    readonly native: string;
    readonly required?: boolean;
    readonly filled?: "default";
    readonly comment?: string;
  }[];
  /** Something that a new table of the same name would not have: keys, indexes, defaults. */
  readonly hasDependents: boolean;
  readonly comment?: string;
  /** DuckDB's estimate of its rows. */
  readonly rows?: number;
  /** The primary key, where foreign keys of other tables lead to it: its rows cannot all be taken away at once. */
  readonly referencedKey?: readonly string[];
}

/** True for a table that stays in a replace: a new one would lack something that it has. */
export function isKept(
  { hasDependents, comment, columns }: ExistingTable,
  { schema, options }: Pick<PlannedTarget, "schema" | "options">,
): boolean {
  if (hasDependents || (comment !== undefined && comment !== options.comment)) return true;
  return columns.some(({ name, comment }) =>
    comment !== undefined && comment !== schema.find((column) => column.name === name)?.comment
  );
}

/** SQL that gives a table its keys, indexes and comments. `built` is its name now. */
export function dressTable(
  { catalog, table, built }: { readonly catalog?: string; readonly table: TableName; readonly built: string },
  options: {
    readonly primaryKey?: readonly string[];
    readonly indexes?: readonly (readonly string[])[];
    readonly comment?: string;
    /** The columns, for their comments. */
    readonly schema: Schema;
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
    ...options.schema.flatMap(({ name, comment }) =>
      comment ? [`COMMENT ON COLUMN ${place}.${quoteName(name)} IS ${quoteText(comment)}`] : []
    ),
  ];
}
