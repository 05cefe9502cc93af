import { declaredForm } from "./declared_form.ts";
import { duckType } from "../move/duck_type.ts";
import { decimalRule } from "./decimal_rule.ts";
import { floatRule } from "./float_rule.ts";
import { instantInUtc } from "./guess_rule.ts";
import { intervalRule } from "./interval_rule.ts";
import { jsonRule } from "./json_rule.ts";
import { matches, nearNumber, type TextColumn, type TextRule, tryCast } from "./text_rule.ts";

const DAY = "[0-9]{4,6}-[0-9]{1,2}-[0-9]{1,2}";
const ZONE = " ?(Z|UTC|[+-](0[0-9]|1[0-5])(:?[0-5][0-9](:?[0-5][0-9])?)?)";

/** A time of day with more digits behind the point than are kept. */
const FINE_CLOCK = "[0-9]{1,2}:[0-9]{2}:[0-9]{2}\\.[0-9]+";

/** How a text becomes a value of a type that was declared: every text that says a value of the type exactly, blanks around it left out. */
export function valueRule(column: TextColumn): TextRule {
  const { ref, type, options = {} } = column;
  const value = tryCast(ref, type);
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
      return {
        fast: same,
        test: `${matches(trimmed, "[+-]?[0-9]+(\\.0*)?")} AND ${there}`,
        value,
        near: nearNumber(ref, type),
      };
    case "decimal":
      return decimalRule(ref, type);
    case "float32":
    case "float64":
      return floatRule(ref, type.kind);
    case "bool": {
      const yes = matches(trimmed, "(?i)true|t|yes|y|1|on"); // not IN: DuckDB makes a join of a longer list, for every row
      const no = matches(trimmed, "(?i)false|f|no|n|0|off");
      const quick = `CASE ${ref} WHEN 'true' THEN true WHEN 'false' THEN false END`;
      return { quick, test: `(${yes} OR ${no})`, value: yes };
    }
    case "date":
      if (options.dateFormat !== undefined) return declaredForm(ref, { format: options.dateFormat, type });
      return { fast: same, test: `${dayTest(trimmed, `${DAY}( \\(BC\\))?|-?infinity`)} AND ${there}`, value };
    case "timestamp": {
      if (options.timestampFormat !== undefined) return declaredForm(ref, { format: options.timestampFormat, type });
      const fraction = type.precision > 6 ? "[0-9]{1,9}" : "[0-9]{1,6}0*";
      const clock = `[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.${fraction})?)?`;
      const test = `${dayTest(trimmed, `${DAY}([ T]${clock})?( \\(BC\\))?|-?infinity`)} AND ${there}`;
      const longer = dayTest(trimmed, `${DAY}[ T]${FINE_CLOCK}( \\(BC\\))?`);
      return { fast: same, test, value, near: `CASE WHEN ${longer} THEN ${value} END` };
    }
    case "timestamptz": {
      if (options.timestampFormat !== undefined) return declaredForm(ref, { format: options.timestampFormat, type });
      const clock = "[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6}0*)?)?";
      const test = `${dayTest(trimmed, `${DAY}[ T]${clock}${ZONE}|-?infinity`)} AND ${there}`;
      const longer = dayTest(trimmed, `${DAY}[ T]${FINE_CLOCK}${ZONE}`);
      return { quick: instantInUtc(ref, value), test, value, near: `CASE WHEN ${longer} THEN ${value} END` };
    }
    case "time": {
      const test = `${matches(trimmed, "[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,6}0*)?)?")} AND ${there}`;
      return { fast: same, test, value, near: `CASE WHEN ${matches(trimmed, FINE_CLOCK)} THEN ${value} END` };
    }
    case "interval":
      return intervalRule(ref);
    case "bytes":
      return { test: matches(ref, "\\\\x([0-9a-fA-F]{2})*"), value: `unhex(substr(${ref}, 3))` };
    case "list":
    case "struct": {
      const nested = `TRY_CAST(TRY_CAST(${ref} AS JSON) AS ${duckType(type)})`;
      return { test: `${nested} IS NOT NULL`, value: nested };
    }
    case "json":
      return jsonRule(ref);
    default:
      return { fast: same, test: there, value };
  }
}

/** A year of zeros is no year, though DuckDB reads 1 BC from it. */
function dayTest(text: string, pattern: string): string {
  return `${matches(text, pattern)} AND NOT starts_with(${text}, '0000-')`;
}
