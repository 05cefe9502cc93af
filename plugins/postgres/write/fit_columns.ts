import { DtegError, formatName, type Target } from "../../../sdk/mod.ts";
import type { ExistingTable } from "./existing_table.ts";

/** Names that the table has for the columns of a load; refused where it lacks one. What a column cannot hold the server refuses. */
export function fitColumns(existing: ExistingTable, target: Target): readonly string[] {
  const table = formatName(target.table);
  return target.schema.map(({ name }) => {
    const there = existing.columns.find((column) => column.name === name);
    if (!there) {
      throw new DtegError("schema.incompatible", `table ${table} has no column ${JSON.stringify(name)}`, {
        column: name,
        hint: `leave it out (columns: { ${name}: { drop: true } }), or add it to the table`,
      });
    }
    if (there.isWritable) return there.name;
    throw new DtegError(
      "schema.incompatible",
      `column ${JSON.stringify(name)} of table ${table} is computed by the server`,
      {
        column: name,
        hint: `leave it out: columns: { ${name}: { drop: true } }`,
      },
    );
  });
}
