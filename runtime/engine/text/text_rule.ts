import type { DataType, ReadOptions } from "../../../sdk/mod.ts";
import { quoteText } from "../../../sdk/mod.ts";
import type { Action } from "../check/loss_rules.ts";
import { duckType } from "../move/duck_type.ts";

/** A text column that becomes a value of a type. */
export interface TextColumn {
  readonly name: string;
  /** SQL of type VARCHAR. */
  readonly ref: string;
  readonly type: DataType;
  /**
   * `guess`: only texts that the type gives back as they were. `table`: the same, of a type that the target's column has.
   * `value`: every text that says a value of the type exactly, since the user said the type.
   */
  readonly rule: "guess" | "table" | "value";
  readonly options?: ReadOptions;
  /** What becomes of a text that says no value of the type. Default: the query stops. */
  readonly action?: Action;
}

/** How a text becomes a value. */
export interface TextRule {
  /** A cheap condition that is enough. */
  readonly fast?: string;
  /** A cheaper way to the value: NULL where it cannot tell. For casts that cost more than what guards them. */
  readonly quick?: string;
  /** SQL condition: the text says a value exactly. */
  readonly test: string;
  readonly value: string;
  /** The nearest value where the test fails: only digits are lost. NULL where there is none. */
  readonly near?: string;
}

/** SQL condition: the whole text fits the RE2 pattern. */
export const matches = (ref: string, pattern: string) => `regexp_full_match(${ref}, ${quoteText(pattern)})`;

/** SQL of a cast that gives NULL where it fails. */
export const tryCast = (ref: string, type: DataType) => `TRY_CAST(${ref} AS ${duckType(type)})`;

/** SQL of the number of a type that is nearest to what a text says; NULL where it says none, or one that is too large. */
export function nearNumber(ref: string, type: DataType): string {
  const isNumber = matches(`trim(${ref})`, "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,4})?");
  return `CASE WHEN ${isNumber} THEN ${tryCast(ref, type)} END`;
}
