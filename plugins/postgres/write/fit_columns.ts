import { DtegError, formatName, type Log, nearest, type PlannedTarget, type Target } from "../../../sdk/mod.ts";
import { type ColumnFit, fitColumn } from "./column_fit.ts";
import type { ExistingColumn, ExistingTable } from "./existing_table.ts";

interface Fitting {
  readonly existing: ExistingTable;
  /** Columns of the staging table. */
  readonly staging: readonly ExistingColumn[];
  readonly target: Target;
  readonly log: Log;
}

/** How each column of a load comes into the table; refused where the table lacks one or holds another type. */
export function fitColumns({ existing, staging, target, log }: Fitting): readonly ColumnFit[] {
  const table = formatName(target.table);
  const fits = target.schema.map(({ name }) => {
    const drop = `leave it out (columns: { ${name}: { drop: true } })`;
    const refuse = (message: string, hint: string) =>
      new DtegError("schema.incompatible", message, { column: name, hint });
    const there = existing.columns.find((column) => column.name === name);
    const from = staging.find((column) => column.name === name);
    if (!there || !from) {
      const some = existing.columns.slice(0, 8).map((column) => column.name).join(", ");
      throw refuse(
        `table ${table} has no column ${JSON.stringify(name)}; it has ${some}`,
        `${drop}, or add it: ALTER TABLE ${table} ADD COLUMN ${JSON.stringify(name)} ${from?.typeName ?? "text"}`,
      );
    }
    if (there.filled === "computed") {
      throw refuse(`column ${JSON.stringify(name)} of table ${table} is computed by the server`, drop);
    }
    const fit = fitColumn(from, there);
    if (fit) return fit;
    throw refuse(
      `column ${JSON.stringify(name)} of table ${table} is ${there.typeName}, and the load brings ${from.typeName}`,
      "declare the type that the table has under `columns`, or change the table's column",
    );
  });
  warnOfLeftOut({ existing, target, log });
  return fits;
}

function warnOfLeftOut({ existing, target, log }: Omit<Fitting, "staging">): void {
  const left = existing.columns.filter(({ name, filled }) =>
    filled === "by anyone" && !name.startsWith("_dteg_") && !target.schema.some((column) => column.name === name)
  ).map(({ name }) => name);
  if (left.length === 0) return;
  const what = left.length > 1 ? `columns ${left.join(", ")} are` : `column ${left[0]} is`;
  log.warn(
    `${what} not in the load: rows that are new in ${formatName(target.table)} have NULL or the default there`,
  );
}

/** The names of `asked`, refused where the load lacks one. `use` says what they are for. */
export function loadedColumns(
  asked: readonly string[],
  { target, use }: { readonly target: PlannedTarget; readonly use: string },
): readonly string[] {
  const missing = asked.find((name) => !target.schema.some((column) => column.name === name));
  if (missing === undefined) return asked;
  const all = target.schema.map((column) => column.name);
  const names = all.slice(0, 8).join(", ");
  const near = nearest(missing, all);
  throw new DtegError(
    "column.unknown",
    `${use} ${JSON.stringify(missing)} is not among the columns loaded into ${formatName(target.table)}: ${names}`,
    { column: missing, ...(near && { hint: `did you mean ${near}?` }) },
  );
}
