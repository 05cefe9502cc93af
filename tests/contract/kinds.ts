import type { End, Made } from "./nasty.ts";

/** Kinds of values; texts of one kind are compared by its rules. */
export type Kind =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "numeric"
  | `decimal(${number},${number})`
  | "float32"
  | "float64"
  | "text"
  | "bytes"
  | "date"
  | "time"
  | "timetz"
  | "timestamp"
  | "timestamp9"
  | "timestamptz"
  | "interval"
  | "uuid"
  | "json"
  | "guess";

type Maker = (is: string, kind: Kind) => Readonly<Partial<Record<End, Made>>>;

export const sqlText = (text: string) => `'${text.replaceAll("'", "''")}'`;
const arrow = (type: string, is: string) => `A(${JSON.stringify(type)}, ${python(is)})`;

const hex = (text: string) =>
  [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
/** A text of MariaDB, whatever its sessions think of backslashes. */
export const mysqlText = (text: string) => `CONVERT(X'${hex(text)}' USING utf8mb4)`;

/** A float of MariaDB is always a number, without a minus before a zero; its instants are those of 32 bits. */
function isInMysql(is: string, type: string): boolean {
  if (/^(float|double)/.test(type)) return Number.isFinite(Number(is)) && !Object.is(Number(is), -0);
  return !type.startsWith("timestamp") || (is > "1970-01-01T00:00:01" && is < "2038" && !is.endsWith("BC"));
}

/** A literal of Python. */
const python = (text: string) => JSON.stringify(text).replaceAll("\\u2028", "\u2028");

interface Words {
  /** The type that a pipeline declares for text files. */
  readonly word?: string;
  readonly arrow?: string;
  readonly duckdb?: string;
  readonly postgres?: string;
  readonly mysql?: string;
  /** It is a bare token of JSON, not a string. */
  readonly bare?: boolean;
}

/** Each end gets the value by its text, as the type that it has for the kind. */
function plain(words: (kind: Kind) => Words): Maker {
  return (is, kind) => {
    const { word, arrow: arrowType, duckdb, postgres, mysql, bare = false } = words(kind);
    const token = { type: word, value: bare && !/[Nny]/.test(is.replace("null", "")) ? is : JSON.stringify(is) };
    return {
      ...(word && { csv: { type: word, value: is }, ndjson: token, json: token }),
      ...(arrowType && { parquet: { value: arrow(arrowType, is) } }),
      ...(duckdb && { duckdb: { type: duckdb, value: sqlText(is.replace(/^([^T]+)(.*) BC$/, "$1 (BC)$2")) } }),
      ...(postgres && { postgres: { type: postgres, value: sqlText(is) } }),
      ...(mysql && isInMysql(is, mysql) && { mysql: { type: mysql, value: mysqlText(is.replace(/Z$/, "")) } }),
    };
  };
}

const decimal = (kind: string) => kind.replace("decimal", "");

/** How each kind is made in each end that has it. */
export const KINDS: Readonly<Record<string, Maker>> = {
  bool: (is, kind) => ({
    ...plain(() => ({ word: "boolean", arrow: "bool", duckdb: "BOOLEAN", postgres: "boolean", bare: true }))(is, kind),
    mysql: { type: "bit(1)", value: is === "true" ? "b'1'" : "b'0'" },
  }),
  int8: plain(() => ({ arrow: "int8", duckdb: "TINYINT", mysql: "tinyint" })),
  int16: plain(() => ({
    word: "smallint",
    arrow: "int16",
    duckdb: "SMALLINT",
    postgres: "smallint",
    mysql: "smallint",
    bare: true,
  })),
  int32: plain(() => ({
    word: "integer",
    arrow: "int32",
    duckdb: "INTEGER",
    postgres: "integer",
    mysql: "int",
    bare: true,
  })),
  int64: plain(() => ({
    word: "bigint",
    arrow: "int64",
    duckdb: "BIGINT",
    postgres: "bigint",
    mysql: "bigint",
    bare: true,
  })),
  uint8: plain(() => ({ arrow: "uint8", duckdb: "UTINYINT", mysql: "tinyint unsigned" })),
  uint16: plain(() => ({ arrow: "uint16", duckdb: "USMALLINT", mysql: "smallint unsigned" })),
  uint32: plain(() => ({ arrow: "uint32", duckdb: "UINTEGER", postgres: "oid", mysql: "int unsigned" })),
  uint64: plain(() => ({ arrow: "uint64", duckdb: "UBIGINT", mysql: "bigint unsigned" })),
  numeric: plain(() => ({ postgres: "numeric" })),
  decimal: plain((kind) => ({
    word: kind,
    arrow: kind,
    duckdb: `DECIMAL${decimal(kind)}`,
    postgres: `numeric${decimal(kind)}`,
    mysql: kind,
    bare: true,
  })),
  float32: plain(() => ({
    word: "real",
    arrow: "float32",
    duckdb: "FLOAT",
    postgres: "real",
    mysql: "float",
    bare: true,
  })),
  float64: plain(() => ({
    word: "double",
    arrow: "float64",
    duckdb: "DOUBLE",
    postgres: "double precision",
    mysql: "double",
    bare: true,
  })),
  text: plain(() => ({ word: "text", arrow: "string", duckdb: "VARCHAR", postgres: "text", mysql: "longtext" })),
  bytes: (is) => ({
    csv: { type: "bytes", value: `\\x${is}` },
    parquet: { value: arrow("binary", is) },
    duckdb: { type: "BLOB", value: `unhex(${sqlText(is)})` },
    postgres: { type: "bytea", value: sqlText(`\\x${is}`) },
    mysql: { type: "longblob", value: `X'${is}'` },
  }),
  date: plain(() => ({ word: "date", arrow: "date", duckdb: "DATE", postgres: "date", mysql: "date" })),
  time: plain(() => ({
    word: "time",
    arrow: "time",
    duckdb: "TIME",
    postgres: "time without time zone",
    mysql: "time(6)",
  })),
  timetz: plain(() => ({ duckdb: "TIME WITH TIME ZONE", postgres: "time with time zone" })),
  timestamp: plain(() => ({
    word: "timestamp",
    arrow: "timestamp",
    duckdb: "TIMESTAMP",
    postgres: "timestamp without time zone",
    mysql: "datetime(6)",
  })),
  timestamp9: plain(() => ({ arrow: "timestamp9", duckdb: "TIMESTAMP_NS" })),
  timestamptz: plain(() => ({
    word: "timestamptz",
    arrow: "timestamptz",
    duckdb: "TIMESTAMP WITH TIME ZONE",
    postgres: "timestamp with time zone",
    mysql: "timestamp(6)",
  })),
  interval: (is, kind) => ({
    ...plain(() => ({ word: "interval", postgres: "interval" }))(is, kind),
    duckdb: { type: "INTERVAL", value: sqlText(inWords(is)) },
  }),
  uuid: plain(() => ({ word: "uuid", arrow: "uuid", duckdb: "UUID", postgres: "uuid", mysql: "uuid" })),
  json: (is) => ({
    csv: { type: "json", value: is },
    ndjson: { type: "json", value: is },
    json: { type: "json", value: is },
    parquet: { value: arrow("json", is) },
    duckdb: { type: "JSON", value: sqlText(is) },
    postgres: { type: "json", value: sqlText(is) },
    mysql: { type: "json", value: mysqlText(is) },
  }),
  // what nothing is declared for, in text files: it must arrive as it is written
  guess: (is) => ({ csv: { value: is }, ndjson: { value: is }, json: { value: is } }),
};

/** ISO 8601 in the words that DuckDB reads. */
function inWords(interval: string): string {
  const [date, time = ""] = interval.slice(1).split("T");
  const parts = (text: string, units: Readonly<Record<string, string>>) =>
    [...text.matchAll(/(-?[\d.]+)([A-Z])/g)].map(([, count, unit]) => `${count} ${units[unit]}`);
  return [
    ...parts(date, { Y: "years", M: "months", D: "days" }),
    ...parts(time, { H: "hours", M: "minutes", S: "seconds" }),
  ].join(" ");
}
