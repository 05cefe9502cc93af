import type { Check } from "./judged_query.ts";
import type { Action } from "./loss_rules.ts";

/** A column whose values become another type, where that may fail. */
export interface Tried {
  readonly column: string;
  /** What the values have to be. */
  readonly wanted: string;
  readonly action: Action;
  /** SQL condition over what was read: it is no value of the type exactly. */
  readonly bad: (raw: string) => string;
}

/** SQL of what takes the place of a value at fault. `near` is SQL of the nearest one, where there may be one. */
export function instead(action: Action, { stop, near }: { readonly stop: string; readonly near?: string }): string {
  switch (action) {
    case "fail":
      return stop;
    case "allow":
      return near === undefined ? stop : `coalesce(${near}, ${stop})`;
    case "near or reject":
      return near ?? "NULL";
    default:
      return "NULL";
  }
}

/** The looks at a column that tell its faults, where they did not stop the query. */
export function faultChecks({ column, wanted, action, bad }: Tried): readonly Check[] {
  const isLost = (raw: string, value: string) => `${raw} IS NOT NULL AND ${value} IS NULL`;
  const of = { column, wanted, shows: "raw" } as const;
  switch (action) {
    case "fail":
      return [];
    case "allow":
      return [{ ...of, action, fault: bad }];
    case "near or reject":
      return [
        { ...of, action: "reject", fault: isLost },
        { ...of, action: "allow", fault: (raw, value) => `${value} IS NOT NULL AND ${bad(raw)}` },
      ];
    default:
      return [{ ...of, action, fault: isLost }];
  }
}
