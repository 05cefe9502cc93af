import { type Column, DtegError, formatName, type Log, type PlannedTarget, type Target } from "../../../sdk/mod.ts";
import { quoteIdentifier, quotePlace } from "../backticks.ts";
import { type ColumnFit, fitColumn } from "./column_fit.ts";
import type { ExistingTable, MysqlTable } from "./existing_table.ts";

/** How a column of the load comes into the table. */
export type LoadedFit = ColumnFit & { readonly column: Column };

interface Fitting {
  readonly existing: ExistingTable;
  readonly target: Target & { readonly table: MysqlTable };
  /** Types of the staging table, by name of the column. */
  readonly types: ReadonlyMap<string, string>;
}

/** MySQL takes names of columns that differ only in case for the same. */
export const sameColumn = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

/** How each column of a load comes into the table; refused where the table lacks one or holds another type. */
export function fitColumns({ existing, target, types }: Fitting): readonly LoadedFit[] {
  const table = formatName(target.table);
  return target.schema.map((column) => {
    const { name } = column;
    const drop = `leave it out (columns: { ${name}: { drop: true } })`;
    const refuse = (message: string, hint: string) =>
      new DtegError("schema.incompatible", message, { column: name, hint });
    const there = existing.columns.find((one) => sameColumn(one.name, name));
    const staged = types.get(name) ?? "longtext";
    if (!there) {
      const some = existing.columns.slice(0, 8).map((column) => column.name).join(", ");
      throw refuse(
        `table ${table} has no column ${JSON.stringify(name)}; it has ${some}`,
        `${drop}, or add it: ALTER TABLE ${quotePlace(target.table.schema, target.table.name)} ` +
          `ADD COLUMN ${quoteIdentifier(name)} ${staged}`,
      );
    }
    if (there.isComputed) {
      throw refuse(`column ${JSON.stringify(name)} of table ${table} is computed by the server`, drop);
    }
    const fit = fitColumn(column, { staged, to: there });
    if (fit) return { ...fit, column };
    throw refuse(
      `column ${JSON.stringify(name)} of table ${table} is ${there.native}, and the load brings ${staged}`,
      "declare the type that the table has under `columns`, or change the table's column",
    );
  });
}

/** Tells columns of the table that the load does not bring. */
export function warnOfLeftOut(
  { existing, target, log }: Omit<Fitting, "types"> & { readonly log: Log },
): void {
  const left = existing.columns.filter(({ name, isComputed, isCounted }) =>
    !isComputed && !isCounted && !name.startsWith("_dteg_") &&
    !target.schema.some((column) => sameColumn(column.name, name))
  ).map(({ name }) => name);
  if (left.length === 0) return;
  const what = left.length > 1 ? `columns ${left.join(", ")} are` : `column ${left[0]} is`;
  log.warn(
    `${what} not in the load: rows that are new in ${formatName(target.table)} have NULL or the default there`,
  );
}

/** The names of `asked` as the load has them, refused where it lacks one. `use` says what they are for. */
export function loadedColumns(
  asked: readonly string[],
  { target, use }: { readonly target: PlannedTarget; readonly use: string },
): readonly string[] {
  return asked.map((name) => {
    const found = target.schema.find((column) => column.name === name) ??
      target.schema.find((column) => sameColumn(column.name, name));
    if (found) return found.name;
    const names = target.schema.map((column) => column.name).slice(0, 8).join(", ");
    throw new DtegError(
      "column.unknown",
      `${use} ${JSON.stringify(name)} is not among the columns loaded into ${formatName(target.table)}: ${names}`,
      { column: name },
    );
  });
}
