import { type DataType, type TypeRow, typeText } from "../../../sdk/mod.ts";

const NATIVE: Readonly<Partial<Record<DataType["kind"], string>>> = {
  bool: "BOOLEAN",
  int8: "TINYINT",
  int16: "SMALLINT",
  int32: "INTEGER",
  int64: "BIGINT",
  uint8: "UTINYINT",
  uint16: "USMALLINT",
  uint32: "UINTEGER",
  uint64: "UBIGINT",
  float32: "FLOAT",
  float64: "DOUBLE",
  text: "VARCHAR",
  bytes: "BLOB",
  date: "DATE",
  time: "TIME",
  timetz: "TIMETZ",
  interval: "INTERVAL",
  uuid: "UUID",
  json: "JSON",
};

/** Native types of other kinds of database that DuckDB has under the same name. */
const OWN_NATIVES = new Set(["BIT", "UHUGEINT", "TIME_NS"]);
const isHuge = (type: DataType) => type.kind === "decimal" && type.precision === 39 && !type.scale;

const row = (from: string, rest: Omit<TypeRow, "from" | "grade"> & { readonly grade?: TypeRow["grade"] }): TypeRow => ({
  grade: "exact",
  ...rest,
  from,
});

/** Types of DuckDB. */
export const DUCKDB_TYPES: readonly TypeRow[] = [
  row("bool, integers, floats, text, bytes, date, time, interval, uuid, json", {
    matches: (type) => NATIVE[type.kind] !== undefined && type.kind !== "timetz",
    to: (type) => NATIVE[type.kind] ?? "VARCHAR",
    note: "the type of the same name",
  }),
  row("timetz", { matches: (type) => type.kind === "timetz", to: () => "TIMETZ" }),
  row("decimal(39,0)", {
    matches: isHuge,
    to: () => "HUGEINT",
    grade: "exact except",
    note: "a number beyond 2^127 is refused at its row",
  }),
  row("decimal(p,s), p <= 38", {
    matches: (type) => type.kind === "decimal" && type.precision !== undefined && type.precision <= 38,
    to: (type) => typeText(type).toUpperCase(),
  }),
  row("decimal, p > 38 or no bound", {
    matches: (type) => type.kind === "decimal",
    to: () => "VARCHAR",
    note: "all digits, as text",
  }),
  row("timestamp", {
    matches: (type) => type.kind === "timestamp",
    to: (type) => type.kind === "timestamp" && type.precision > 6 ? "TIMESTAMP_NS" : "TIMESTAMP",
  }),
  row("timestamptz", { matches: (type) => type.kind === "timestamptz", to: () => "TIMESTAMPTZ", note: "the instant" }),
  row("list<T>", {
    matches: (type) => type.kind === "list",
    to: (type) => type.kind === "list" ? `${nativeType(type.of)}[]` : "",
  }),
  row("struct", {
    matches: (type) => type.kind === "struct",
    to: (type) =>
      type.kind === "struct"
        ? `STRUCT(${type.fields.map((f) => `"${f.name.replaceAll('"', '""')}" ${nativeType(f.type)}`).join(", ")})`
        : "",
    note: "a map is a list of structs of key and value",
  }),
  row("other, of DuckDB itself (BIT, UHUGEINT, TIME_NS)", {
    matches: (type) => type.kind === "other" && OWN_NATIVES.has(type.native),
    to: (type) => type.kind === "other" ? type.native : "VARCHAR",
  }),
  row("other", { matches: (type) => type.kind === "other", to: () => "VARCHAR", note: "the source's text" }),
];

/** DuckDB's name of a type. */
export function nativeType(type: DataType): string {
  return DUCKDB_TYPES.find((candidate) => candidate.matches(type))?.to(type) ?? "VARCHAR";
}
