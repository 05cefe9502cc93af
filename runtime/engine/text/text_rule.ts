import type { DataType, ReadOptions } from "../../../sdk/mod.ts";
import { quoteText } from "../../../sdk/mod.ts";
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
}

/** SQL condition: the whole text fits the RE2 pattern. */
export const matches = (ref: string, pattern: string) => `regexp_full_match(${ref}, ${quoteText(pattern)})`;

/** SQL of a cast that gives NULL where it fails. */
export const tryCast = (ref: string, type: DataType) => `TRY_CAST(${ref} AS ${duckType(type)})`;
