import type { DataType, ReadOptions } from "../../../sdk/mod.ts";
import { quoteText, typeText } from "../../../sdk/mod.ts";
import { refuse } from "../move/duck_error.ts";
import { duckType, isWide } from "../move/duck_type.ts";

/** A text column that becomes a value of a type. */
export interface TextColumn {
  readonly name: string;
  /** SQL of type VARCHAR. */
  readonly ref: string;
  readonly type: DataType;
  /** `guess`: only texts that the type gives back as they were. `value`: every text that says a value of the type exactly. */
  readonly rule: "guess" | "value";
  readonly options?: ReadOptions;
}

const DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const CLOCK = "[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?";
const ZONE = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)";

/** Forms of text that guessing knows, in the order in which it tries them; RE2, whole text. */
export const GUESS_FORMS = {
  bool: "true|false",
  int: "-?[1-9][0-9]*|0",
  decimal: "-?(0|[1-9][0-9]*)\\.[0-9]+",
  exponent: "-?(0|[1-9][0-9]*)(\\.[0-9]+)?[eE][+-]?[0-9]+",
  special: "NaN|-?Infinity",
  date: DATE,
  timestamp: `${DATE}[ T]${CLOCK}`,
  timestamptz: `${DATE}[ T]${CLOCK}${ZONE}`,
} as const;

/**
 * SQL that turns the text into the type, or stops the query and names column and value. A cast of DuckDB alone rounds `1.5` to an
 * integer, cuts nanoseconds and drops zones without a word, so each cast here stands behind a test that it changes nothing.
 */
export function parseText(column: TextColumn): string {
  const { ref, type, name, rule } = column;
  if (type.kind === "text" || type.kind === "other") return ref;
  const { fast, test, value } = ruleOf(column);
  const words = rule === "guess" ? `${typeText(type)} as was guessed from the rows before it` : typeText(type);
  const stop = refuse({ kind: rule, column: name, type: words }, ref);
  const quick = fast ? `WHEN ${fast} THEN ${value} ` : "";
  return `CASE ${quick}WHEN ${ref} IS NULL THEN NULL WHEN ${test} THEN ${value} ELSE ${stop} END`;
}

/** SQL condition under which {@linkcode parseText} stops the query. */
export function refusedBy(column: TextColumn): string {
  if (column.type.kind === "text" || column.type.kind === "other") return "false";
  const { test } = ruleOf(column);
  return `(${column.ref} IS NOT NULL AND NOT coalesce(${test}, false))`;
}

interface Rule {
  /** A cheap condition that is enough. */
  readonly fast?: string;
  readonly test: string;
  readonly value: string;
}

function ruleOf(column: TextColumn): Rule {
  return column.rule === "guess" ? guessRule(column) : valueRule(column);
}

const matches = (ref: string, pattern: string) => `regexp_full_match(${ref}, ${quoteText(pattern)})`;
const cast = (ref: string, type: DataType) => `TRY_CAST(${ref} AS ${duckType(type)})`;

function guessRule({ ref, type }: TextColumn): Rule {
  const value = cast(ref, type);
  const same = `CAST(${value} AS VARCHAR) = ${ref}`;
  const there = `${value} IS NOT NULL`;
  switch (type.kind) {
    case "int64":
    case "bool":
    case "date":
      return { fast: same, test: same, value };
    case "decimal": {
      if (isWide(type)) {
        return { test: `${matches(ref, "-?(0|[1-9][0-9]*)(\\.[0-9]+)?")} AND ${ref} <> '-0'`, value: ref };
      }
      const digits = type.scale ? `(\\.[0-9]{1,${type.scale}})?` : "";
      return {
        fast: same,
        test: `${matches(ref, `-?(0|[1-9][0-9]*)${digits}`)} AND ${ref} <> '-0' AND ${there}`,
        value,
      };
    }
    case "float64":
      return { test: `(${exactDouble(ref)}) AND ${there}`, value };
    case "timestamp":
      return { test: `${matches(ref, GUESS_FORMS.timestamp)} AND ${there}`, value };
    case "timestamptz":
      return { fast: instantInUtc(ref), test: `${matches(ref, GUESS_FORMS.timestamptz)} AND ${there}`, value };
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

/** What PostgreSQL and DuckDB print of an instant in UTC; the cast checks the rest. */
function instantInUtc(ref: string): string {
  return `suffix(${ref}, '+00') AND strlen(${ref}) BETWEEN 22 AND 29 AND TRY_CAST(${ref} AS TIMESTAMP WITH TIME ZONE) IS NOT NULL`;
}

function valueRule({ ref, type, options = {} }: TextColumn): Rule {
  const value = cast(ref, type);
  const same = `CAST(${value} AS VARCHAR) = ${ref}`;
  const there = `${value} IS NOT NULL`;
  const trimmed = `trim(${ref})`;
  switch (type.kind) {
    case "int8":
    case "int16":
    case "int32":
    case "int64":
    case "uint8":
    case "uint16":
    case "uint32":
    case "uint64":
      return { fast: same, test: `${matches(trimmed, "[+-]?[0-9]+(\\.0*)?")} AND ${there}`, value };
    case "decimal": {
      if (isWide(type)) return { test: matches(trimmed, "[+-]?[0-9]+(\\.[0-9]*)?"), value: ref };
      const scale = type.scale ?? 0;
      const digits = scale ? `([0-9]+(\\.[0-9]{0,${scale}}0*)?|\\.[0-9]{1,${scale}}0*)` : "[0-9]+(\\.0*)?";
      return { fast: same, test: `${matches(trimmed, `[+-]?${digits}`)} AND ${there}`, value };
    }
    case "float32":
    case "float64":
      return { test: `${there} AND (NOT isinf(${value}) OR ${ref} ILIKE '%inf%')`, value };
    case "bool": {
      const yes = `lower(${trimmed}) IN ('true', 't', 'yes', 'y', '1', 'on')`;
      const no = `lower(${trimmed}) IN ('false', 'f', 'no', 'n', '0', 'off')`;
      return { test: `(${yes} OR ${no})`, value: yes };
    }
    case "date":
      if (options.dateFormat) return strptimeRule(ref, { format: options.dateFormat, type });
      return {
        fast: same,
        test: `${matches(trimmed, `[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2}( \\(BC\\))?|-?infinity`)} AND ${there}`,
        value,
      };
    case "timestamp": {
      if (options.timestampFormat) return strptimeRule(ref, { format: options.timestampFormat, type });
      const fraction = type.precision > 6 ? "[0-9]{1,9}" : "[0-9]{1,6}0*";
      const clock = `[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.${fraction})?)?`;
      return {
        test: `${
          matches(trimmed, `[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2}([ T]${clock})?( \\(BC\\))?|-?infinity`)
        } AND ${there}`,
        value,
      };
    }
    case "timestamptz": {
      const clock = "[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6}0*)?)?";
      const zone = " ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2}(:?[0-9]{2})?)?)";
      if (options.timestampFormat) return strptimeRule(ref, { format: options.timestampFormat, type });
      return {
        fast: instantInUtc(ref),
        test: `${matches(trimmed, `[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2}[ T]${clock}${zone}|-?infinity`)} AND ${there}`,
        value,
      };
    }
    case "time":
      return {
        fast: same,
        test: `${matches(trimmed, "[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6}0*)?)?")} AND ${there}`,
        value,
      };
    case "bytes":
      return { test: matches(ref, "\\\\x([0-9a-fA-F]{2})*"), value: `unhex(substr(${ref}, 3))` };
    case "json":
      return { test: `json_valid(${ref})`, value: `CAST(${ref} AS JSON)` };
    default:
      return { fast: same, test: there, value };
  }
}

/** A declared form: exact where printing the value in that form gives the text again. */
function strptimeRule(ref: string, { format, type }: { format: string; type: DataType }): Rule {
  const form = quoteText(format);
  const parsed = `try_strptime(${ref}, ${form})`;
  const hasZone = /%[zZ]/.test(format);
  if (type.kind === "date") {
    return {
      test: `${parsed} IS NOT NULL AND ${parsed} = date_trunc('day', ${parsed})`,
      value: `CAST(${parsed} AS DATE)`,
    };
  }
  if (hasZone !== (type.kind === "timestamptz")) {
    return { test: `${parsed} IS NOT NULL`, value: `CAST(CAST(${parsed} AS TIMESTAMP) AS ${duckType(type)})` };
  }
  return { test: `${parsed} IS NOT NULL`, value: `CAST(${parsed} AS ${duckType(type)})` };
}
