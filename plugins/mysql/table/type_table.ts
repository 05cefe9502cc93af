import { type Column, type DataType, type TypeRow } from "../../../sdk/mod.ts";

/** What of a server's kind and version decides the types of new tables. */
export interface Dialect {
  readonly isMariadb: boolean;
  /** MariaDB 10.7 and later. */
  readonly hasUuid: boolean;
  /** A collation of utf8mb4 that tells all texts apart, trailing blanks too where the server has such a one. */
  readonly collation: string;
}

const NATIVE: Readonly<Partial<Record<DataType["kind"], string>>> = {
  bool: "tinyint(1)",
  int8: "tinyint",
  int16: "smallint",
  int32: "int",
  int64: "bigint",
  uint8: "tinyint unsigned",
  uint16: "smallint unsigned",
  uint32: "int unsigned",
  uint64: "bigint unsigned",
  float32: "float",
  float64: "double",
  text: "longtext",
  bytes: "longblob",
  date: "date",
  time: "time(6)",
  timetz: "varchar(32)",
  interval: "varchar(100)",
  uuid: "uuid",
  json: "json",
  list: "json",
  struct: "json",
  other: "longtext",
};
const MOST_DIGITS = 65, MOST_DECIMALS = 30;

const of = (...kinds: readonly DataType["kind"][]) => (type: DataType) => kinds.includes(type.kind);
const plain = (type: DataType) => NATIVE[type.kind] ?? "longtext";
const row = (
  from: string,
  rest: Omit<TypeRow, "from" | "grade" | "to"> & Partial<Pick<TypeRow, "grade" | "to">>,
): TypeRow => ({ grade: "exact", to: plain, ...rest, from });

const isFixed = (type: DataType) =>
  type.kind === "decimal" && type.precision !== undefined && type.precision <= MOST_DIGITS &&
  (type.scale ?? 0) <= Math.min(type.precision, MOST_DECIMALS) && (type.scale ?? 0) >= 0;
const decimal = (type: DataType) => type.kind === "decimal" ? `decimal(${type.precision},${type.scale ?? 0})` : "";
const datetime = (type: DataType) =>
  "precision" in type ? `datetime(${Math.min(type.precision ?? 6, 6)})` : "datetime(6)";
const isFine = (type: DataType) => "precision" in type && (type.precision ?? 0) > 6;
const microseconds = (type: DataType): DataType =>
  type.kind === "timestamptz" ? { kind: "timestamptz", precision: 6 } : { kind: "timestamp", precision: 6 };

/** Outside of these years there is no date; infinity and years before Christ are outside too. */
const within = (kind: string, first: string, last: string): TypeRow["lacks"] => ({
  when: (value) => `${value} NOT BETWEEN ${first} AND ${last}`,
  wanted: `${kind} of the years 1 to 9999`,
  near: (value) => `least(greatest(${value}, ${first}), ${last})`,
});
const DATES = within("date", "DATE '0001-01-01'", "DATE '9999-12-31'");
const TIMES = within("timestamp", "TIMESTAMP '0001-01-01 00:00:00'", "TIMESTAMP '9999-12-31 23:59:59.999999'");
const INSTANTS = within(
  "timestamptz",
  "TIMESTAMPTZ '0001-01-01 00:00:00+00'",
  "TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'",
);
const YEARS = "infinity and years before 1 or after 9999 are refused at their row";

/** Types of MariaDB and MySQL. */
export const MYSQL_TYPES: readonly TypeRow[] = [
  row("bool", { matches: of("bool"), note: "1 and 0" }),
  row("int8 … int64, uint8 … uint64", {
    matches: of("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    note: "the integer of the same size, `unsigned` for uint",
  }),
  row("decimal(p,s), p <= 65, s <= 30", { matches: isFixed, to: decimal }),
  row("decimal, more digits or no bound", {
    matches: of("decimal"),
    to: () => "longtext",
    note: "all digits, as text",
  }),
  row("float32, float64", {
    matches: of("float32", "float64"),
    grade: "exact except",
    lacks: {
      when: (value) => `NOT isfinite(${value}) OR (${value} = 0 AND signbit(${value}))`,
      wanted: "number that is not NaN, infinite or -0",
      near: (value) => `CASE WHEN ${value} = 0 THEN 0 END`,
    },
    note: "NaN, infinities and -0, which MariaDB stores as 0, are refused at their row",
  }),
  row("text", {
    matches: of("text"),
    note: "utf8mb4, compared by its bytes; `varchar(n)` in a primary key, n as large as the server allows",
  }),
  row("bytes", { matches: of("bytes"), note: "`varbinary(n)` in a primary key" }),
  row("date", { matches: of("date"), grade: "exact except", lacks: DATES, note: YEARS }),
  row("time", { matches: of("time") }),
  row("timetz", { matches: of("timetz"), note: "as text, with its offset" }),
  row("interval", { matches: of("interval"), note: "as text, ISO 8601" }),
  row("timestamp(p), p <= 6", {
    matches: (type) => type.kind === "timestamp" && !isFine(type),
    to: datetime,
    grade: "exact except",
    lacks: TIMES,
    note: YEARS,
  }),
  row("timestamp(p), p > 6", {
    matches: of("timestamp"),
    to: datetime,
    grade: "exact except",
    through: microseconds,
    lacks: TIMES,
    note: `a value that is finer than microseconds is refused at its row; ${YEARS}`,
  }),
  row("timestamptz", {
    matches: of("timestamptz"),
    to: () => "datetime(6)",
    grade: "exact except",
    through: microseconds,
    lacks: INSTANTS,
    note: `the instant in UTC, since \`timestamp\` ends in 2038 and begins in 1970; ${YEARS}`,
  }),
  row("uuid", {
    matches: of("uuid"),
    note: "`char(36)` where the server has no such type (MySQL, MariaDB before 10.7)",
  }),
  row("json, list<T>, struct", {
    matches: of("json", "list", "struct"),
    note:
      "the text as it is: MariaDB's `json`, and on MySQL `longtext` that must be JSON, since its `json` rounds big numbers",
  }),
  row("other", { matches: of("other"), note: "the source's text; the type itself from another MariaDB or MySQL" }),
];

/** Native types that only one of the two kinds of server has. */
const OF_MARIADB = /^(uuid|inet4|inet6)\b/i;

/** Characters that a varchar of utf8mb4 has at most; one of another character set may have more. */
const WIDEST = 16_383;

/** The type that a column gets in a new table, without what is said of NULL. */
export function mysqlType({ type, native }: Column, dialect: Dialect): string {
  if (native?.system === "mysql" && (dialect.isMariadb || !OF_MARIADB.test(native.type))) {
    const isTooWide = Number(/^varchar\((\d+)\)/.exec(native.type)?.[1] ?? 0) > WIDEST;
    return isTooWide ? "longtext" : native.type;
  }
  const to = MYSQL_TYPES.find((candidate) => candidate.matches(type))?.to(type) ?? "longtext";
  if (to === "uuid" && !dialect.hasUuid) return "char(36) CHARACTER SET ascii COLLATE ascii_bin";
  return to;
}

/** True for a column that holds JSON as text by dteg's own choice. */
export function isJsonText({ type, native }: Column): boolean {
  return native?.system !== "mysql" && NATIVE[type.kind] === "json";
}

/** Most bytes of an index's entry. */
const KEY_BYTES = 3072;
/** Bytes that a column of a fixed size takes in a key at most; of others it is their share of the rest. */
const FIXED_BYTES = 40;
const LONG_TEXT = /^(?:tiny|medium|long)?text\b|^json\b/i, LONG_BYTES = /^(?:tiny|medium|long)?blob\b/i;

/** The types of the columns of a primary key: texts and bytes of no bound get one, as wide as the server allows. */
export function keyTypes(columns: readonly Column[], dialect: Dialect): ReadonlyMap<string, string> {
  const types = columns.map((column) => mysqlType(column, dialect));
  const isLong = (type: string) => LONG_TEXT.test(type) || LONG_BYTES.test(type);
  const taken = types.filter((type) => !isLong(type)).reduce((sum, type) => sum + widthOf(type), 0);
  const share = Math.max(1, Math.floor((KEY_BYTES - taken) / types.filter(isLong).length));
  return new Map(columns.map(({ name }, index) => {
    const type = types[index];
    if (LONG_TEXT.test(type)) return [name, `varchar(${Math.max(1, Math.floor(share / 4))})`];
    return [name, LONG_BYTES.test(type) ? `varbinary(${share})` : type];
  }));
}

/** Bytes in a key. */
function widthOf(type: string): number {
  const length = Number(/^(?:var)?(?:char|binary)\((\d+)\)/i.exec(type)?.[1] ?? NaN);
  if (Number.isNaN(length)) return FIXED_BYTES;
  return /binary/i.test(type) ? length : length * 4;
}

/** How much of a column an index that is not unique holds: nothing for all of it, else so many characters or bytes. */
export function indexPrefix(type: string, { columns }: { readonly columns: number }): string {
  const bytes = Math.floor(KEY_BYTES / columns) - FIXED_BYTES;
  if (LONG_BYTES.test(type)) return `(${Math.min(255, bytes)})`;
  if (LONG_TEXT.test(type)) return `(${Math.min(255, Math.floor(bytes / 4))})`;
  return "";
}
