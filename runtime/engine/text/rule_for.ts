import type { DataType } from "../../../sdk/mod.ts";
import type { LossRules } from "../check/loss_rules.ts";
import type { TextColumn } from "./text_rule.ts";

/** Types that are known before a column is looked at. */
export interface KnownTypes {
  readonly declared: ReadonlyMap<string, DataType>;
  /** Names among `declared` whose type is that of the target's column, and not the user's word. */
  readonly fromTable?: ReadonlySet<string>;
}

/** By which rule the texts of a column become values, and what becomes of those that say none. A guess that breaks is made again. */
export function ruleFor(
  name: string,
  { declared, fromTable, loss }: KnownTypes & { readonly loss?: LossRules },
): Pick<TextColumn, "rule" | "action"> {
  if (!declared.has(name)) return { rule: "guess" };
  const isTables = fromTable?.has(name) === true;
  return { rule: isTables ? "table" : "value", action: isTables ? loss?.ofTable(name) : loss?.declared(name) };
}
