import { DtegError, formatName, type Target } from "../../../sdk/mod.ts";
import { quoteIdentifier, quotePlace } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import { type ExistingTable, findExisting, type MysqlTable } from "./existing_table.ts";

/** Adds the columns of the load to a table that lacks them; rows that are there have NULL in them. */
export async function addLoadColumns(
  session: MysqlSession,
  existing: ExistingTable,
  { target: { table, loadColumns }, types }: {
    readonly target: Pick<Target, "loadColumns"> & { readonly table: MysqlTable };
    readonly types: ReadonlyMap<string, string>;
  },
): Promise<ExistingTable> {
  const lacking = loadColumns.filter(({ name }) =>
    !existing.columns.some((column) => column.name.toLowerCase() === name)
  );
  if (lacking.length === 0) return existing;
  const adds = lacking.map(({ name }) => `ADD COLUMN ${quoteIdentifier(name)} ${types.get(name) ?? "longtext"} NULL`);
  await session.query(`ALTER TABLE ${quotePlace(table.schema, table.name)} ${adds.join(", ")}`).catch((error) => {
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
