import type { DataType } from "../../../sdk/mod.ts";
import { csvText } from "../move/text_form.ts";

/**
 * The text of a value that a mask works on: the same for the same value, whatever the type that holds it. 7, 7.00 and the double 7 are
 * `7`; a moment is the same with and without nanoseconds. All else is the text form of CSV. NULL is NULL.
 */
export function canonicalText(type: DataType, ref: string): string {
  const text = csvText(type, ref);
  switch (type.kind) {
    case "decimal": // zeros behind the point say how a column was declared, not what the value is
      return type.scale === 0 ? text : `regexp_replace(${text}, '\\.0*$|(\\.[0-9]*[1-9])0+$', '\\1')`;
    case "float32":
    case "float64": {
      const isWhole = `isfinite(${ref}) AND ${ref} = trunc(${ref}) AND abs(${ref}) < 1e15`;
      return `CASE WHEN ${isWhole} THEN CAST(CAST(${ref} AS BIGINT) AS VARCHAR) ELSE ${text} END`;
    }
    case "timestamp":
      return type.precision > 6 ? `regexp_replace(${text}, '(\\.[0-9]{6})000$', '\\1')` : text;
    default:
      return text;
  }
}
