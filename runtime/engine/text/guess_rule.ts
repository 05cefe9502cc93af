import { type DataType, typeText } from "../../../sdk/mod.ts";
import { isWide } from "../move/duck_type.ts";
import { matches, type TextColumn, type TextRule, tryCast } from "./text_rule.ts";

const DATE = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{2}-[0-9]{2}"; // no year 0
const CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?";
const ZONE = "(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)";

/** Forms of text that guessing knows; RE2, whole text. No form of an exact number has the text of a negative zero, which only floats hold. */
export const GUESS_FORMS = {
  bool: "true|false",
  int: "-?[1-9][0-9]*|0",
  decimal: "-?[1-9][0-9]*\\.[0-9]+|0\\.[0-9]+|-0\\.0*[1-9][0-9]*",
  special: "NaN|-?Infinity",
  date: DATE,
  timestamp: `${DATE}[ T]${CLOCK}`,
  timestamptz: `${DATE}[ T]${CLOCK}${ZONE}`,
} as const;

/** Every form of a number, a date or a truth value. */
export const TYPED_FORMS = [...Object.values(GUESS_FORMS), "-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?"];

const GUESSED = new Set(
  "int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool date decimal float64 timestamp timestamptz".split(" "),
);

/** True for a type that {@linkcode guessRule} knows. */
export function hasGuessRule(type: DataType): boolean {
  return GUESSED.has(type.kind);
}

/** How a text becomes a value of a type that was guessed: only where the value gives the text back. */
export function guessRule({ ref, type }: TextColumn): TextRule {
  const value = tryCast(ref, type);
  const same = `CAST(${value} AS VARCHAR) = ${ref}`;
  const there = `${value} IS NOT NULL`;
  switch (type.kind) {
    case "int8":
    case "int16":
    case "int32":
    case "int64":
    case "uint8":
    case "uint16":
    case "uint32":
    case "uint64":
    case "bool":
    case "date":
      return { fast: same, test: same, value };
    case "decimal": {
      const form = matches(ref, `${GUESS_FORMS.int}|${GUESS_FORMS.decimal}`);
      if (isWide(type)) return { test: form, value: ref };
      const fits = `strlen(split_part(${ref}, '.', 2)) <= ${type.scale ?? 0}`;
      return { fast: same, test: `${form} AND ${fits} AND ${there}`, value };
    }
    case "float64":
      return { test: `(${exactDouble(ref)}) AND ${there}`, value };
    case "timestamp":
      return {
        fast: `${same} AND ${fourDigitYear(ref)}`,
        test: `${matches(ref, GUESS_FORMS.timestamp)} AND ${there}`,
        value,
      };
    case "timestamptz":
      return { quick: instantInUtc(ref, value), test: `${matches(ref, GUESS_FORMS.timestamptz)} AND ${there}`, value };
    default:
      throw new TypeError(`no guess gives ${typeText(type)}`);
  }
}

/** Numbers that a double gives back digit for digit: at most 15 significant digits. Never -0 from an integer's text. */
export function exactDouble(ref: string): string {
  const digits = `strlen(ltrim(regexp_replace(regexp_replace(${ref}, '[eE].*$', ''), '[-.]', '', 'g'), '0')) <= 15`;
  const number = `-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,2})?`;
  return `(${matches(ref, number)} AND ${ref} <> '-0' AND ${digits}) OR ${matches(ref, GUESS_FORMS.special)}`;
}

/** Of the moments that DuckDB prints: neither infinity, nor before Christ, nor after 9999. */
function fourDigitYear(ref: string): string {
  return `strlen(${ref}) BETWEEN 19 AND 26 AND substr(${ref}, 5, 1) = '-' AND NOT contains(${ref}, '(')`;
}

/** The value of what PostgreSQL and DuckDB print of an instant in UTC, else NULL; the cast checks the rest. */
export function instantInUtc(ref: string, value: string): string {
  const hour = `substr(${ref}, 12, 2) < '24'`; // 24:00 is the next day
  return `CASE WHEN suffix(${ref}, '+00') AND strlen(${ref}) BETWEEN 22 AND 29 AND ${hour} THEN ${value} END`;
}
