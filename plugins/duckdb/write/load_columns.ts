import { DtegError, type DuckSession, formatName, quoteName, quoteTable, type Target } from "../../../sdk/mod.ts";
import type { ExistingTable } from "./existing_table.ts";
import { nativeType } from "./type_table.ts";

/** Adds the columns of the load to a table that lacks them; rows that are there have NULL in them. */
export async function addLoadColumns(
  session: DuckSession,
  existing: ExistingTable,
  { catalog, target }: { readonly catalog: string; readonly target: Target },
): Promise<ExistingTable> {
  const lacking = target.loadColumns.filter(({ name }) =>
    !existing.columns.some((column) => column.name.toLowerCase() === name)
  );
  const whole = quoteTable(catalog, target.table.schema ?? "main", existing.name);
  for (const { name, type } of lacking) {
    await session.run(`ALTER TABLE ${whole} ADD COLUMN ${quoteName(name)} ${nativeType(type)}`).catch((error) => {
      throw new DtegError(
        "schema.incompatible",
        `cannot add the column ${name} to ${formatName(target.table)}: ${
          error instanceof Error ? error.message : error
        }`,
        { column: name, cause: error, hint: "replace the table once, or leave load_columns out" },
      );
    });
  }
  const added = lacking.map(({ name, type }) => ({
    name,
    native: nativeType(type).replace("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"),
  }));
  return { ...existing, columns: [...existing.columns, ...added] };
}
