import { DtegError, formatName, quoteName, quoteTable, type Target } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import { type ExistingTable, findExisting, type PgTable } from "./existing_table.ts";
import { pgType } from "./type_table.ts";

/** Adds the columns of the load to a table that lacks them; rows that are there have NULL in them. */
export async function addLoadColumns(
  session: PgSession,
  existing: ExistingTable,
  { table, loadColumns }: Pick<Target, "loadColumns"> & { readonly table: PgTable },
): Promise<ExistingTable> {
  const lacking = loadColumns.filter(({ name }) => !existing.columns.some((column) => column.name === name));
  if (lacking.length === 0) return existing;
  const adds = lacking.map((column) => `ADD COLUMN ${quoteName(column.name)} ${pgType(column)}`);
  await session.query(`ALTER TABLE ${quoteTable(table.schema, table.name)} ${adds.join(", ")}`).catch((error) => {
    throw new DtegError(
      "schema.incompatible",
      `cannot add ${lacking.map(({ name }) => name).join(" and ")} to ${formatName(table)}: ${
        error instanceof Error ? error.message : error
      }`,
      {
        column: lacking[0].name,
        cause: error,
        hint: `let its owner do it: ${adds.join(", ")}; or leave load_columns out`,
      },
    );
  });
  return await findExisting(session, table) ?? existing;
}

/** The table that a load made gives no values of its own to rows of others. */
export async function dropFilling(
  session: PgSession,
  { schema, name }: PgTable,
  { loadColumns }: Pick<Target, "loadColumns">,
): Promise<void> {
  if (loadColumns.length === 0) return;
  const drops = loadColumns.map(({ name }) => `ALTER COLUMN ${quoteName(name)} DROP DEFAULT`);
  await session.query(`ALTER TABLE ${quoteTable(schema, name)} ${drops.join(", ")}`);
}
