import { type DuckSession, formatName, quoteTable, quoteText } from "../../../sdk/mod.ts";

/** Staging tables of runs that are no more: one process at a time writes a file, so all but this run's are dead. `remove` drops them. */
export async function leftStages(
  session: DuckSession,
  { catalog, schema, run, remove }: {
    readonly catalog: string;
    /** Absent: all. */
    readonly schema?: string;
    readonly run: string;
    readonly remove: boolean;
  },
): Promise<readonly string[]> {
  const rows = await session.all(
    `SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ${quoteText(catalog)}` +
      (schema === undefined ? "" : ` AND schema_name = ${quoteText(schema)}`) +
      ` AND starts_with(table_name, '_dteg_stage_') AND NOT starts_with(table_name, ${
        quoteText(`_dteg_stage_${run}_`)
      }) ORDER BY ALL`,
  );
  const tables = rows.map((row) => ({ schema: String(row.schema_name), name: String(row.table_name) }));
  if (remove) {
    for (const { schema, name } of tables) await session.run(`DROP TABLE ${quoteTable(catalog, schema, name)}`);
  }
  return tables.map((table) => `staging table ${formatName(table)}`);
}
