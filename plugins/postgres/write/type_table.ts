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
    note: "the type of the same name",
  }),
  row("int8, uint8, uint16, uint32", {
    matches: of("int8", "uint8", "uint16", "uint32"),
    grade: "widening",
    note: "the next wider integer",
  }),
  row("uint64", { matches: of("uint64"), to: () => "numeric(20,0)" }),
  row("decimal(p,s)", {
    matches: (type) => type.kind === "decimal" && type.precision !== undefined && type.precision <= MOST_DIGITS,
    to: (type) => typeText(type).replace("decimal", "numeric"),
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
    note: "a text with the character NUL is refused at its row",
  }),
  row("timestamp(p), p <= 6", {
    matches: (type) => type.kind === "timestamp" && type.precision <= 6,
    to: () => "timestamp",
  }),
  row("timestamp(p), p > 6", {
    matches: of("timestamp"),
    to: () => "timestamp",
    grade: "exact except",
    through: () => ({ kind: "timestamp", precision: 6 }),
    note: "a value that is finer than microseconds is refused at its row",
  }),
  row("timestamptz", { matches: of("timestamptz"), to: () => "timestamp with time zone", note: "the instant" }),
  row("json", {
    matches: of("json"),
    grade: "exact except",
    lacks: { when: hasNul, wanted: "json without the character NUL" },
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
