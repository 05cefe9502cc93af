import type { DataType } from "../../../sdk/mod.ts";
import type { TextColumn } from "./text_rule.ts";

/** Types that are known before a column is looked at. */
export interface KnownTypes {
  readonly declared: ReadonlyMap<string, DataType>;
  /** Names among `declared` whose type is that of the target's column, and not the user's word. */
  readonly fromTable?: ReadonlySet<string>;
}

/** By which rule the texts of a column become values. */
export function ruleFor(name: string, { declared, fromTable }: KnownTypes): TextColumn["rule"] {
  if (!declared.has(name)) return "guess";
  return fromTable?.has(name) ? "table" : "value";
}
