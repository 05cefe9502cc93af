import { DtegError, nearest } from "../../../sdk/mod.ts";
import type { PickedStream } from "./pick_streams.ts";

/**
 * Refuses a rule that wildcards or `defaults` give to columns of which no table has one: a mask that is misspelt would let values through.
 * Where a table's columns are not known before it is read, it tells so itself.
 */
export function requireSharedColumns(picked: readonly PickedStream[]): void {
  const sharing = picked.filter(({ stream }) => stream.sharesColumns);
  if (sharing.some(({ found }) => !found?.schema)) return;
  for (const { stream: { columns } } of sharing) {
    for (const { name } of columns) {
      const tables = sharing.filter(({ stream }) => stream.columns.some((rule) => rule.name === name));
      const known = new Set(tables.flatMap(({ found }) => found?.schema?.map((column) => column.name) ?? []));
      if (known.has(name)) continue;
      const near = nearest(name, known);
      throw new DtegError(
        "column.unknown",
        `no table has the column ${JSON.stringify(name)}, which \`columns\` names`,
        {
          column: name,
          hint: near ? `did you mean ${near}?` : "take it out of `columns`",
        },
      );
    }
  }
}
