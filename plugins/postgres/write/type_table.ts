import { type Column, type DataType, type TypeRow, typeText } from "../../../sdk/mod.ts";

const NATIVE: Readonly<Partial<Record<DataType["kind"], string>>> = {
  bool: "boolean",
  int8: "smallint",
  int16: "smallint",
  int32: "integer",
  int64: "bigint",
  uint8: "smallint",
  uint16: "integer",
  uint32: "bigint",
  uint64: "numeric(20,0)",
  float32: "real",
  float64: "double precision",
  text: "text",
  bytes: "bytea",
  date: "date",
  time: "time",
  timetz: "time with time zone",
  interval: "interval",
  uuid: "uuid",
  json: "jsonb",
  list: "jsonb",
  struct: "jsonb",
  other: "text",
};
const MOST_DIGITS = 1000;

const of = (...kinds: readonly DataType["kind"][]) => (type: DataType) => kinds.includes(type.kind);
const plain = (type: DataType) => NATIVE[type.kind] ?? "text";
const row = (
  from: string,
  rest: Omit<TypeRow, "from" | "grade" | "to"> & Partial<Pick<TypeRow, "grade" | "to">>,
): TypeRow => ({ grade: "exact", to: plain, ...rest, from });

const JSONB =
  "the value as jsonb; blanks, order and doubles of keys are not kept; the character NUL is refused at its row";
/** SQL: the text of a value of JSON has the escape of NUL, and no backslash makes it another one. */
const hasNul = (value: string) =>
  `(contains(CAST(${value} AS VARCHAR), '\\u0000') AND regexp_matches(CAST(${value} AS VARCHAR), '(^|[^\\\\])(\\\\\\\\)*\\\\u0000'))`;

/**
 * DuckDB brings the digits behind the point to groups of four in the integer that holds the decimal: where they do not fit there, it wraps
 * without a word (postgres_scanner of DuckDB 1.5.5).
 */
function packedDecimal(value: string, type: DataType): string | undefined {
  if (type.kind !== "decimal" || type.precision === undefined || type.precision > 38) return undefined;
  const scale = type.scale ?? 0;
  const held = Math.ceil(scale / 4) * 4;
  const digits = type.precision <= 4 ? 4 : type.precision <= 9 ? 9 : type.precision <= 18 ? 18 : 38;
  if (held <= digits) return value;
  return scale <= 36 ? `CAST(${value} AS DECIMAL(38,${scale}))` : undefined;
}

/** Moments before PostgreSQL's first one. DuckDB's binary form would wrap them to its last ones. */
const moments: Pick<TypeRow, "grade" | "lacks" | "note"> = {
  grade: "exact except",
  lacks: {
    when: (value) => `(isfinite(${value}) AND ${value} < '4714-11-24 (BC) 00:00:00')`,
    wanted: "a moment from 4714-11-24 BC on",
  },
  note: "a moment before 4714-11-24 BC is refused at its row",
};

/** Types of PostgreSQL. */
export const POSTGRES_TYPES: readonly TypeRow[] = [
  row("bool, int16, int32, int64, float32, float64, bytes, date, time, timetz, interval, uuid", {
    matches: of(
      "bool",
      "int16",
      "int32",
      "int64",
      "float32",
      "float64",
      "bytes",
      "date",
      "time",
      "timetz",
      "interval",
      "uuid",
    ),
    packed: (value, type) => type.kind === "timetz" ? undefined : value, // a zone is written by its own rule
    note: "the type of the same name",
  }),
  row("int8, uint8, uint16, uint32", {
    matches: of("int8", "uint8", "uint16", "uint32"),
    grade: "widening",
    packed: (value, type) => `CAST(${value} AS ${plain(type)})`,
    note: "the next wider integer",
  }),
  row("uint64", {
    matches: of("uint64"),
    to: () => "numeric(20,0)",
    packed: (value) => `CAST(${value} AS DECIMAL(20,0))`,
  }),
  row("decimal(p,s)", {
    matches: (type) => type.kind === "decimal" && type.precision !== undefined && type.precision <= MOST_DIGITS,
    to: (type) => typeText(type).replace("decimal", "numeric"),
    packed: packedDecimal,
  }),
  row("decimal without bound", { matches: of("decimal"), to: () => "numeric" }),
  row("text", {
    matches: of("text"),
    grade: "exact except",
    lacks: {
      when: (value) => `contains(${value}, chr(0))`,
      wanted: "text without the character NUL",
      near: (value) => `replace(${value}, chr(0), '')`,
    },
    packed: (value) => `CAST(${value} AS VARCHAR)`,
    note: "a text with the character NUL is refused at its row",
  }),
  row("timestamp(p), p <= 6", {
    matches: (type) => type.kind === "timestamp" && type.precision <= 6,
    to: () => "timestamp",
    packed: (value) => `CAST(${value} AS TIMESTAMP)`,
    ...moments,
  }),
  row("timestamp(p), p > 6", {
    matches: of("timestamp"),
    to: () => "timestamp",
    grade: "exact except",
    through: () => ({ kind: "timestamp", precision: 6 }),
    note: "a value that is finer than microseconds is refused at its row",
  }),
  row("timestamptz", {
    matches: of("timestamptz"),
    to: () => "timestamp with time zone",
    packed: (value) => value,
    ...moments,
  }),
  row("json", {
    matches: of("json"),
    grade: "exact except",
    lacks: { when: hasNul, wanted: "json without the character NUL" },
    packed: (value) => `chr(1) || CAST(${value} AS VARCHAR)`, // the version of the form stands before the text
    note: JSONB,
  }),
  row("list<T>, struct", { matches: of("list", "struct"), grade: "exact except", note: JSONB }),
  row("other", { matches: of("other"), note: "the source's text; the type itself from another PostgreSQL" }),
];

/** The type that a column gets in a new table. */
export function pgType({ type, native }: Column): string {
  if (native?.system === "postgres") return native.type;
  return POSTGRES_TYPES.find((candidate) => candidate.matches(type))?.to(type) ?? "text";
}
