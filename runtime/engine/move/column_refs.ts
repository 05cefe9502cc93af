import type { ScanBatch, Schema } from "../../../sdk/mod.ts";
import { targetNames } from "../plan/names.ts";

/** A batch as something that a query can select from; its columns by their place, since names may differ only in case. */
export interface ColumnRefs {
  readonly from: string;
  readonly columns: readonly string[];
}

/** The batch under an alias, and SQL for each of its columns. */
export function columnRefs({ query, schema }: ScanBatch, alias: string): ColumnRefs {
  if (schema.length === 0) return { from: `(${query}) ${alias}`, columns: [] };
  const places = schema.map((_, index) => `c${index}`);
  return { from: `(${query}) ${alias}(${places.join(", ")})`, columns: places.map((place) => `${alias}.${place}`) };
}

/** Aliases for the columns of a query, in their order: DuckDB takes names that differ only in case for one, and its first column for both. */
export function columnAliases(schema: Schema): readonly string[] {
  return targetNames(schema.map(({ name }) => name), { foldsCase: true });
}
