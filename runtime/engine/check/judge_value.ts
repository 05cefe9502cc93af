import type { Column, DataType, TypeRow } from "../../../sdk/mod.ts";
import { castChecks, castValue } from "../move/cast_value.ts";
import { refuse } from "../move/duck_error.ts";
import type { Check, JudgedColumn } from "./judged_query.ts";
import type { Action } from "./loss_rules.ts";

/** What a value becomes, and what is to happen where it does not fit. */
export interface Aim {
  readonly type: DataType;
  /** The target's row for the type. */
  readonly row?: TypeRow;
  /** For a value that is none of the type. */
  readonly cast: Action;
  /** For one that the target lacks. */
  readonly target: Action;
}

type Judged = Pick<JudgedColumn, "value" | "raw" | "checks">;

/** A column brought to a type, and looked at for what the target lacks: each value fits, or the query stops there, or a check tells it. */
export function judgeValue(column: Column & { readonly ref: string }, { type, row, cast, target }: Aim): Judged {
  const value = castValue({ ...column, action: cast }, type);
  const checks = castChecks({ ...column, action: cast }, type);
  return judgeLacks({ value, raw: column.ref, checks }, { column: column.name, row, action: target });
}

/** A value that the target may lack. */
export function judgeLacks(
  judged: Judged,
  { column, row, action }: { readonly column: string; readonly row?: TypeRow; readonly action: Action },
): Judged {
  const { lacks } = row ?? {};
  if (!lacks) return judged;
  const { value, checks } = judged;
  const stop = (of: string) => refuse({ kind: "value", column, type: lacks.wanted }, of);
  if (action === "fail") {
    return { ...judged, value: `CASE WHEN ${lacks.when(value)} THEN ${stop(value)} ELSE ${value} END` };
  }
  const near = (of: string) => lacks.near ? `coalesce(${lacks.near(of)}, ${stop(of)})` : stop(of);
  const check: Check = {
    column,
    wanted: lacks.wanted,
    action,
    fault: (_, made) => lacks.when(made),
    shows: "value",
    instead: action === "allow" ? near : () => "NULL",
  };
  return { ...judged, checks: [...checks, check] };
}
