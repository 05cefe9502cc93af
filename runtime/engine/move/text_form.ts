import type { DataType, ScanBatch, TextForm } from "../../../sdk/mod.ts";
import { quoteName, quoteText } from "../../../sdk/mod.ts";
import { columnRefs } from "./column_refs.ts";
import { isWide } from "./duck_type.ts";

/**
 * The query that gives a batch as text. `csv`: NULL stays NULL, so that the writer can tell it from empty text.
 * `ndjson`: one column `line`.
 */
export function textQuery(batch: ScanBatch, form: TextForm): string {
  const refs = columnRefs(batch, "t");
  const columns = batch.schema.map(({ name, type }, index) => ({ name, type, ref: refs.columns[index] }));
  if (form.format === "csv") {
    const list = columns.map(({ name, type, ref }) => {
      const isText = form.only === undefined || form.only.includes(name);
      return `${isText ? csvText(type, ref) : ref} AS ${quoteName(name)}`;
    });
    return `SELECT ${list.join(", ")} FROM ${refs.from}`;
  }
  const members = columns.map(({ name, type, ref }, index) => {
    const key = quoteText(`${index ? "," : ""}${JSON.stringify(name)}:`);
    return `${key}, coalesce(${jsonText(type, ref, { form })}, 'null')`;
  });
  // one call: a chain of || is as deep as it is long, and DuckDB goes only 1,000 deep
  return `SELECT concat('{', ${[...members, "'}'"].join(", ")}) AS line FROM ${refs.from}`;
}

/** A value in the text form of CSV: SQL of type VARCHAR. */
export function csvText(type: DataType, ref: string): string {
  switch (type.kind) {
    case "text":
    case "json":
    case "other":
      return `CAST(${ref} AS VARCHAR)`;
    case "float32":
    case "float64":
      return floatText(ref);
    case "bytes":
      return `'\\x' || lower(hex(${ref}))`;
    case "timestamp":
      if (type.precision > 6) return nanosText(ref);
      return timestampText(type.precision === 6 ? ref : `CAST(${ref} AS TIMESTAMP)`); // what DuckDB compares with one is no TIMESTAMP_S
    case "timestamptz":
      return instantText(ref);
    case "interval":
      return intervalText(ref);
    case "timetz":
      return zonedTimeText(ref);
    case "list":
    case "struct":
      return jsonText(type, ref, { form: { format: "ndjson" } });
    case "decimal":
      return decimalText(type, ref);
    default:
      return `CAST(${ref} AS VARCHAR)`;
  }
}

/** DuckDB writes no zero before the point where all digits are behind it; JSON wants one. */
function decimalText({ precision, scale }: Extract<DataType, { kind: "decimal" }>, ref: string): string {
  const text = `CAST(${ref} AS VARCHAR)`;
  return precision !== undefined && precision === scale ? `regexp_replace(${text}, '^(-?)\\.', '\\10.')` : text;
}

interface JsonOptions {
  readonly form: TextForm;
  /** Lists around the value: each has a name for its item. */
  readonly depth?: number;
}

/** A value as JSON: SQL of type VARCHAR, NULL where the value is NULL. */
export function jsonText(type: DataType, ref: string, { form, depth = 0 }: JsonOptions): string {
  const quoted = (text: string) => `'"' || ${text} || '"'`;
  switch (type.kind) {
    case "bool":
    case "int8":
    case "int16":
    case "int32":
    case "uint8":
    case "uint16":
    case "uint32":
      return `CAST(${ref} AS VARCHAR)`;
    case "int64":
    case "uint64":
    case "decimal": {
      const text = csvText(type, ref);
      if (form.numbers === "string") return quoted(text);
      return isWide(type) ? `CASE WHEN ${ref} SIMILAR TO '-?[0-9.]+' THEN ${text} ELSE ${quoted(text)} END` : text;
    }
    case "float32":
    case "float64":
      return `CASE WHEN isfinite(${ref}) THEN CAST(${ref} AS VARCHAR) ELSE ${quoted(floatText(ref))} END`;
    case "text":
    case "other":
      return `CAST(to_json(CAST(${ref} AS VARCHAR)) AS VARCHAR)`;
    case "json":
      return `translate(CAST(${ref} AS VARCHAR), chr(10) || chr(13), '  ')`; // a line is a record; breaks are only blanks in JSON
    case "bytes":
      return quoted(`base64(${ref})`);
    case "list": {
      const item = `e${depth}`;
      const text = jsonText(type.of, item, { form, depth: depth + 1 });
      return `CASE WHEN ${ref} IS NULL THEN NULL ELSE '[' || ` +
        `array_to_string(list_transform(${ref}, lambda ${item}: coalesce(${text}, 'null')), ',') || ']' END`;
    }
    case "struct": {
      const fields = type.fields.map((field, index) => {
        const key = quoteText(`${index ? "," : ""}${JSON.stringify(field.name)}:`);
        const value = `struct_extract(${ref}, ${quoteText(field.name)})`;
        return `${key}, coalesce(${jsonText(field.type, value, { form, depth })}, 'null')`;
      });
      return `CASE WHEN ${ref} IS NULL THEN NULL ELSE concat(${["'{'", ...fields, "'}'"].join(", ")}) END`;
    }
    default:
      return quoted(csvText(type, ref));
  }
}

function floatText(ref: string): string {
  return `CASE WHEN isnan(${ref}) THEN 'NaN' WHEN isinf(${ref}) THEN CASE WHEN ${ref} > 0 THEN 'Infinity' ELSE '-Infinity' END ` +
    `ELSE CAST(${ref} AS VARCHAR) END`;
}

const TIME = "%Y-%m-%dT%H:%M:%S";
const FIRST = "0001-01-01 00:00:00", LAST = "9999-12-31 23:59:59.999999";

/** RFC 3339 without a zone; what it cannot say (infinity, years before 1 or after 9999) is DuckDB's own text. */
function timestampText(ref: string): string {
  return `CASE WHEN ${ref} BETWEEN TIMESTAMP '${FIRST}' AND TIMESTAMP '${LAST}' THEN strftime(${ref}, '${TIME}.%f') ` +
    `ELSE CAST(${ref} AS VARCHAR) END`;
}

function nanosText(ref: string): string {
  return `CASE WHEN isfinite(${ref}) AND year(${ref}) BETWEEN 1 AND 9999 THEN strftime(${ref}, '${TIME}.%n') ` +
    `ELSE CAST(${ref} AS VARCHAR) END`;
}

/** The same in UTC, with a Z. AT TIME ZONE, which asks a calendar for every value, takes ten times as long, and is off by a millisecond in far years. */
function instantText(ref: string): string {
  return `CASE WHEN ${ref} BETWEEN TIMESTAMPTZ '${FIRST}+00' AND TIMESTAMPTZ '${LAST}+00' ` +
    `THEN strftime(make_timestamp(epoch_us(${ref})), '${TIME}.%fZ') ` +
    `WHEN isfinite(${ref}) THEN CAST(make_timestamp(epoch_us(${ref})) AS VARCHAR) || 'Z' ELSE CAST(${ref} AS VARCHAR) END`;
}

/** DuckDB leaves the minutes of an offset out where they are zero and seconds follow, which then read as minutes. */
function zonedTimeText(ref: string): string {
  const text = `CAST(${ref} AS VARCHAR)`, offset = `abs(date_part('timezone', ${ref}))`;
  return `CASE WHEN ${offset} % 60 > 0 AND ${offset} % 3600 < 60 THEN regexp_replace(${text}, '(:[0-9]{2})$', ':00\\1') ELSE ${text} END`;
}

/** ISO 8601: the parts keep their own signs, as months, days and seconds do in an interval. */
function intervalText(ref: string): string {
  const seconds = `CAST(date_part('microseconds', ${ref}) AS DECIMAL(18,0)) * 0.000001`;
  const part = (name: string) => `date_part('${name}', ${ref})`;
  return `'P' || ${part("year")} || 'Y' || ${part("month")} || 'M' || ${part("day")} || 'DT' || ${
    part("hour")
  } || 'H' || ` +
    `${part("minute")} || 'M' || CAST(${seconds} AS VARCHAR) || 'S'`;
}
