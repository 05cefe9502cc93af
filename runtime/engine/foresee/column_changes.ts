import { type Column, type Existing, type Schema, typeText, type WriteMode } from "../../../sdk/mod.ts";
import type { ColumnChange } from "./run_plan.ts";

/** Where columns come to. */
interface Aim {
  readonly existing: Existing;
  readonly write: WriteMode;
  /** The table stays, with its columns. */
  readonly stays: boolean;
  readonly foldsCase: boolean;
  /** The target's name of a column's type. */
  readonly nativeOf: (column: Column) => string;
}

/** The columns that load and target do not have alike, and what a run does about each. */
export function columnChanges(schema: Schema, aim: Aim): readonly ColumnChange[] {
  const { existing, stays, foldsCase, nativeOf } = aim;
  if (existing.columns.length === 0) return []; // what is there does not tell its columns
  const fold = (name: string) => foldsCase ? name.toLowerCase() : name;
  const there = new Map(existing.columns.map((column) => [fold(column.name), column]));
  const loaded = new Set(schema.map(({ name }) => fold(name)));
  const changes = schema.flatMap((column): ColumnChange[] => {
    const found = there.get(fold(column.name));
    const to = nativeOf(column);
    if (!found) {
      const next = stays ? "refused: the table lacks it" : "the new table has it";
      return [{ column: column.name, change: "added", from: null, to, next }];
    }
    const isSame = found.native.toLowerCase() === to.toLowerCase() ||
      (found.type !== undefined && typeText(found.type) === typeText(column.type));
    if (isSame) return [];
    const next = stays
      ? "kept as it is; a value that it cannot hold exactly is refused"
      : "the new table has the new type";
    return [{ column: column.name, change: "type", from: found.native, to, next }];
  });
  const dropped = existing.columns.filter(({ name }) => !loaded.has(fold(name))).map(({ name, native }) => ({
    column: name,
    change: "dropped" as const,
    from: native,
    to: null,
    next: stays ? "kept; new rows have NULL or the default there" : "gone with the table that is replaced",
  }));
  return [...changes, ...dropped];
}
