import { matches, nearNumber, type TextRule, tryCast } from "./text_rule.ts";

const NUMBER = "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?";
const SHORT = "-?[0-9]{1,9}(\\.[0-9]{1,5})?";

/** What a kind of float holds: significant digits of a text that it tells apart, and the least number that it holds with all of them. */
const FLOATS = {
  float64: { digits: 17, least: "2.2250738585072014e-308" },
  float32: { digits: 9, least: "1.17549435e-38" },
} as const;

/**
 * A float has the value nearest to the text: that is what declaring it means. Refused is what is plainly lost: an integer that it does
 * not hold, more significant digits than it tells apart, a number too large, and one so small that digits or all of it go.
 */
export function floatRule(ref: string, kind: keyof typeof FLOATS): TextRule {
  const { digits, least } = FLOATS[kind];
  const text = `trim(${ref})`;
  const value = tryCast(ref, { kind });
  const mantissa = `regexp_replace(regexp_replace(${text}, '[eE].*$', ''), '[-+.]', '', 'g')`;
  const fewDigits = `strlen(trim(${mantissa}, '0')) <= ${digits}`;
  const sameDouble = `CAST(${value} AS DOUBLE) = TRY_CAST(${ref} AS DOUBLE)`;
  const holds = kind === "float32" ? `(${fewDigits} OR ${sameDouble})` : fewDigits;
  const whole = `TRY_CAST(${text} AS HUGEINT) IS NOT DISTINCT FROM TRY_CAST(${value} AS HUGEINT)`;
  const isWhole = matches(text, "[+-]?[0-9]+");
  const isZero = `trim(${mantissa}, '0') = ''`;
  const size = `(abs(${value}) >= ${least} OR ${isZero} OR CAST(${value} AS VARCHAR) = lower(${text}))`;
  const number = `${matches(text, NUMBER)} AND NOT isinf(${value}) AND ${size} AND ` +
    `CASE WHEN ${isWhole} THEN strlen(${text}) <= 39 AND ${whole} ELSE ${holds} END`;
  return {
    ...(kind === "float64" && { fast: matches(ref, SHORT) }),
    test: `(${matches(text, "(?i)[+-]?(nan|inf|infinity)")} OR (${number})) AND ${value} IS NOT NULL`,
    value,
    near: `CASE WHEN NOT isinf(${value}) THEN ${nearNumber(ref, { kind })} END`,
  };
}
