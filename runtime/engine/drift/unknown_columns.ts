import type { Fitting } from "../check/fitting.ts";
import type { JudgedColumn } from "../check/judged_query.ts";
import { foldOf } from "./column_drift.ts";

/** Tells the columns, by their names in the target, that it does not have and does not get. */
export function unknownColumns(fitting: Pick<Fitting, "loss" | "beside"> | undefined): (name: string) => boolean {
  if (!fitting?.loss.unknown || !fitting.beside) return () => false;
  const fold = foldOf(fitting.beside);
  const there = new Set(fitting.beside.columns.map(({ name }) => fold(name)));
  return (name) => !there.has(fold(name)) && !name.startsWith("_dteg_");
}

/** A column that is not loaded: its values set their rows aside, or are counted. */
export function leftOut(
  column: string,
  { raw, action }: { readonly raw: string; readonly action: "reject" | "ignore" },
): JudgedColumn {
  return {
    alias: column,
    value: "NULL",
    raw,
    isLeftOut: true,
    checks: [{
      column,
      wanted: "no value, since the target has no such column",
      action,
      code: "contract.columns",
      fault: (read) => `${read} IS NOT NULL`,
      shows: "raw",
    }],
  };
}
