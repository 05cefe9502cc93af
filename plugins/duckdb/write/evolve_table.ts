import {
  DtegError,
  type DuckSession,
  formatName,
  type PlannedTarget,
  quoteName,
  quoteTable,
  type TableName,
} from "../../../sdk/mod.ts";
import type { ExistingTable } from "./existing_table.ts";
import { nativeType } from "./type_table.ts";

type Evolving = Pick<PlannedTarget, "schema" | "evolve"> & { readonly table: TableName };

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** The statements that give a table the columns and types of a load; none where it has them. */
export function evolving({ table, schema, evolve }: Evolving, existing: ExistingTable): readonly string[] {
  const alter = `ALTER TABLE ${quoteTable(table.catalog, table.schema, existing.name)}`;
  return schema.flatMap(({ name, type }) => {
    const there = existing.columns.find((column) => same(column.name, name));
    if (!there) return evolve?.add.includes(name) ? [`${alter} ADD COLUMN ${quoteName(name)} ${nativeType(type)}`] : [];
    return evolve && Object.hasOwn(evolve.widen, name) && evolve.widen[name] === there.native
      ? [`${alter} ALTER COLUMN ${quoteName(there.name)} TYPE ${nativeType(type)}`]
      : [];
  });
}

/** Gives a table the columns and types of a load, in the transaction that is open. */
export async function evolveTable(
  session: DuckSession,
  target: Evolving,
  existing: ExistingTable,
): Promise<void> {
  for (const sql of evolving(target, existing)) {
    await session.run(sql).catch((cause) => {
      if (!(cause instanceof DtegError) || cause.code !== "query.failed") throw cause;
      const reason = cause.message.replace(/^[A-Z]\w+ Error: /, "");
      throw new DtegError("contract.types", `cannot change ${formatName(target.table)}: ${reason}`, {
        cause,
        hint:
          `DuckDB changes no type under a key or an index: drop it, run, and make it again; or keep the type under \`columns\``,
      });
    });
  }
}
