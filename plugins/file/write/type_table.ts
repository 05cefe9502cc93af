import type { DataType, TypeRow } from "../../../sdk/mod.ts";
import { typeText } from "../../../sdk/mod.ts";

const row = (
  from: string,
  to: string | ((type: DataType) => string),
  rest: Partial<TypeRow> & Pick<TypeRow, "matches">,
): TypeRow => ({
  from,
  to: typeof to === "string" ? () => to : to,
  grade: "exact",
  ...rest,
});
const of = (...kinds: readonly DataType["kind"][]) => (type: DataType) => kinds.includes(type.kind);
const isWide = (type: DataType) => type.kind === "decimal" && (type.precision === undefined || type.precision > 38);

/** True for a type that Parquet has no exact form for, itself or inside. */
export function needsText(type: DataType): boolean {
  if (type.kind === "list") return needsText(type.of);
  if (type.kind === "struct") return type.fields.some((field) => needsText(field.type));
  return type.kind === "interval" || type.kind === "timetz";
}

/** DuckDB writes TIMESTAMP_MS as milliseconds. */
const unitOf = (precision: number) => precision > 6 ? "NANOS" : precision === 3 ? "MILLIS" : "MICROS";

/** Types of Parquet files. */
export const PARQUET_TYPES: readonly TypeRow[] = [
  row("bool", "BOOLEAN", { matches: of("bool") }),
  row("int8 … int64, uint8 … uint64", (type) => type.kind.toUpperCase(), {
    matches: of("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
  }),
  row("decimal(p,s), p <= 38", (type) => typeText(type).toUpperCase(), {
    matches: (type) => type.kind === "decimal" && !isWide(type),
  }),
  row("decimal, p > 38 or no bound", "STRING", { matches: isWide, note: "all digits, as text" }),
  row("float32, float64", (type) => type.kind === "float32" ? "FLOAT" : "DOUBLE", {
    matches: of("float32", "float64"),
    note: "zero and minus zero may become one another",
  }),
  row("text, other", "STRING", { matches: of("text", "other") }),
  row("bytes", "BYTE_ARRAY", { matches: of("bytes") }),
  row("date", "DATE", { matches: of("date"), note: "infinity is DuckDB's own largest day" }),
  row("time", "TIME(MICROS)", { matches: of("time") }),
  row("timetz", "STRING", { matches: of("timetz"), note: "as text, with its offset" }),
  row(
    "timestamp",
    (type) => `TIMESTAMP(${type.kind === "timestamp" ? unitOf(type.precision) : ""})`,
    {
      matches: of("timestamp"),
      note: "without zone; infinity is DuckDB's own largest moment",
    },
  ),
  row("timestamptz", "TIMESTAMP(MICROS, UTC)", { matches: of("timestamptz"), note: "the instant, in UTC" }),
  row("interval", "STRING", { matches: of("interval"), note: "ISO 8601; Parquet's own INTERVAL cuts microseconds" }),
  row("uuid", "UUID", { matches: of("uuid") }),
  row("json", "JSON", { matches: of("json"), note: "the text as it is" }),
  row("list<T>, struct", (type) => needsText(type) ? "STRING" : type.kind === "list" ? "LIST" : "STRUCT", {
    matches: of("list", "struct"),
    note: "as JSON text where it holds intervals or times with zone",
  }),
];

const common = (bytes: string): readonly TypeRow[] => [
  row("date, time, timetz, uuid", "text", { matches: of("date", "time", "timetz", "uuid"), note: "ISO 8601" }),
  row("timestamp", "RFC 3339, no zone", {
    matches: of("timestamp"),
    note: "microseconds, nanoseconds where the type has them",
  }),
  row("timestamptz", "RFC 3339, Z", { matches: of("timestamptz"), note: "the instant, in UTC, microseconds" }),
  row("interval", "ISO 8601", { matches: of("interval"), note: "each part with its own sign" }),
  row("bytes", bytes, { matches: of("bytes") }),
];

/** Types of CSV and TSV. */
export const CSV_TYPES: readonly TypeRow[] = [
  row("bool", "true, false", { matches: of("bool") }),
  row("integers, decimal", "all digits", {
    matches: of("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "decimal"),
  }),
  row("float32, float64", "shortest text that gives the value back", {
    matches: of("float32", "float64"),
    note: "NaN, Infinity, -Infinity",
  }),
  row("text, other", "text", { matches: of("text", "other"), note: 'NULL is nothing, empty text is ""' }),
  ...common("\\x and hex"),
  row("json, list<T>, struct", "JSON", { matches: of("json", "list", "struct") }),
];

/** Types of NDJSON and JSON. */
export const JSON_TYPES: readonly TypeRow[] = [
  row("bool", "true, false", { matches: of("bool") }),
  row("integers, decimal", "number, all digits", {
    matches: of("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "decimal"),
    note: "`numbers: string` makes 64-bit integers and decimals strings",
  }),
  row("float32, float64", "number", {
    matches: of("float32", "float64"),
    note: '"NaN", "Infinity", "-Infinity" as strings',
  }),
  row("text, other", "string", { matches: of("text", "other") }),
  ...common("base64"),
  row("json, list<T>, struct", "as it is", {
    matches: of("json", "list", "struct"),
    note: "JSON null stays inside json",
  }),
];
