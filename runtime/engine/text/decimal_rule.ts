import type { DataType } from "../../../sdk/mod.ts";
import { isWide } from "../move/duck_type.ts";
import { matches, nearNumber, type TextRule, tryCast } from "./text_rule.ts";

type Decimal = Extract<DataType, { readonly kind: "decimal" }>;

/** Decimals, also with an exponent: all digits behind the point must have room, but for zeros at the end. */
export function decimalRule(ref: string, type: Decimal): TextRule {
  const text = `trim(${ref})`;
  if (isWide(type)) return { test: matches(text, "[+-]?[0-9]+(\\.[0-9]*)?"), value: ref };
  const scale = type.scale ?? 0;
  const value = tryCast(ref, type);
  const digits = scale ? `([0-9]+(\\.[0-9]{0,${scale}}0*)?|\\.[0-9]{1,${scale}}0*)` : "[0-9]+(\\.0*)?";
  const fraction = `rtrim(regexp_extract(${text}, '\\.([0-9]*)', 1), '0')`;
  const power = `CAST(regexp_extract(${text}, '[eE]([+-]?[0-9]+)$', 1) AS INTEGER)`;
  const fits = `strlen(${fraction}) - ${power} <= ${scale}`;
  const exponent = matches(text, "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)[eE][+-]?[0-9]{1,3}");
  const test = `(${matches(text, `[+-]?${digits}`)} OR CASE WHEN ${exponent} THEN ${fits} ELSE false END)`;
  const near = nearNumber(ref, type);
  return { fast: `CAST(${value} AS VARCHAR) = ${ref}`, test: `${test} AND ${value} IS NOT NULL`, value, near };
}
