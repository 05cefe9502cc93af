import type { Target } from "../../../sdk/mod.ts";
import { quoteIdentifier } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import type { ExistingTable, MysqlTable } from "../table/existing_table.ts";
import type { LoadedFit } from "../table/fit_columns.ts";

/** Staged rows that are to come into a table by their key. */
export interface Merge {
  readonly session: MysqlSession;
  /** The staging table, quoted. */
  readonly staged: string;
  /** The target, quoted. */
  readonly whole: string;
  readonly target: Target & { readonly table: MysqlTable };
  /** Columns of the load. */
  readonly key: readonly string[];
  readonly existing: ExistingTable;
  readonly fits: readonly LoadedFit[];
  /** How many rows are staged. */
  readonly rows: number;
}

/** How the columns of the key come into the table. */
export const keyFits = ({ fits, key }: Pick<Merge, "fits" | "key">): readonly LoadedFit[] =>
  key.map((name) => fits.find(({ column }) => column.name === name)!);

/** The condition that a row `t` of the table has the key of a staged row `s`. */
export function joinOn(merge: Pick<Merge, "fits" | "key">): string {
  return keyFits(merge).map(({ name, value }) => `t.${quoteIdentifier(name)} = ${value}`).join(" AND ");
}
