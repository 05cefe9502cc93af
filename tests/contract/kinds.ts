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

/** A literal of Python. */
const python = (text: string) => JSON.stringify(text).replaceAll("\\u2028", "\u2028");

interface Words {
  /** The type that a pipeline declares for text files. */
  readonly word?: string;
  readonly arrow?: string;
  readonly duckdb?: string;
  readonly postgres?: string;
  /** It is a bare token of JSON, not a string. */
  readonly bare?: boolean;
}

/** Each end gets the value by its text, as the type that it has for the kind. */
function plain(words: (kind: Kind) => Words): Maker {
  return (is, kind) => {
    const { word, arrow: arrowType, duckdb, postgres, bare = false } = words(kind);
    const token = { type: word, value: bare && !/[Nny]/.test(is.replace("null", "")) ? is : JSON.stringify(is) };
    return {
      ...(word && { csv: { type: word, value: is }, ndjson: token, json: token }),
      ...(arrowType && { parquet: { value: arrow(arrowType, is) } }),
      ...(duckdb && { duckdb: { type: duckdb, value: sqlText(is.replace(/^([^T]+)(.*) BC$/, "$1 (BC)$2")) } }),
      ...(postgres && { postgres: { type: postgres, value: sqlText(is) } }),
    };
  };
}

const decimal = (kind: string) => kind.replace("decimal", "");

/** How each kind is made in each end that has it. */
export const KINDS: Readonly<Record<string, Maker>> = {
  bool: plain(() => ({ word: "boolean", arrow: "bool", duckdb: "BOOLEAN", postgres: "boolean", bare: true })),
  int8: plain(() => ({ arrow: "int8", duckdb: "TINYINT" })),
  int16: plain(() => ({ word: "smallint", arrow: "int16", duckdb: "SMALLINT", postgres: "smallint", bare: true })),
  int32: plain(() => ({ word: "integer", arrow: "int32", duckdb: "INTEGER", postgres: "integer", bare: true })),
  int64: plain(() => ({ word: "bigint", arrow: "int64", duckdb: "BIGINT", postgres: "bigint", bare: true })),
  uint8: plain(() => ({ arrow: "uint8", duckdb: "UTINYINT" })),
  uint16: plain(() => ({ arrow: "uint16", duckdb: "USMALLINT" })),
  uint32: plain(() => ({ arrow: "uint32", duckdb: "UINTEGER", postgres: "oid" })),
  uint64: plain(() => ({ arrow: "uint64", duckdb: "UBIGINT" })),
  numeric: plain(() => ({ postgres: "numeric" })),
  decimal: plain((kind) => ({
    word: kind,
    arrow: kind,
    duckdb: `DECIMAL${decimal(kind)}`,
    postgres: `numeric${decimal(kind)}`,
    bare: true,
  })),
  float32: plain(() => ({ word: "real", arrow: "float32", duckdb: "FLOAT", postgres: "real", bare: true })),
  float64: plain(() => ({
    word: "double",
    arrow: "float64",
    duckdb: "DOUBLE",
    postgres: "double precision",
    bare: true,
  })),
  text: plain(() => ({ word: "text", arrow: "string", duckdb: "VARCHAR", postgres: "text" })),
  bytes: (is) => ({
    csv: { type: "bytes", value: `\\x${is}` },
    parquet: { value: arrow("binary", is) },
    duckdb: { type: "BLOB", value: `unhex(${sqlText(is)})` },
    postgres: { type: "bytea", value: sqlText(`\\x${is}`) },
  }),
  date: plain(() => ({ word: "date", arrow: "date", duckdb: "DATE", postgres: "date" })),
  time: plain(() => ({ word: "time", arrow: "time", duckdb: "TIME", postgres: "time without time zone" })),
  timetz: plain(() => ({ duckdb: "TIME WITH TIME ZONE", postgres: "time with time zone" })),
  timestamp: plain(() => ({
    word: "timestamp",
    arrow: "timestamp",
    duckdb: "TIMESTAMP",
    postgres: "timestamp without time zone",
  })),
  timestamp9: plain(() => ({ arrow: "timestamp9", duckdb: "TIMESTAMP_NS" })),
  timestamptz: plain(() => ({
    word: "timestamptz",
    arrow: "timestamptz",
    duckdb: "TIMESTAMP WITH TIME ZONE",
    postgres: "timestamp with time zone",
  })),
  interval: (is, kind) => ({
    ...plain(() => ({ word: "interval", postgres: "interval" }))(is, kind),
    duckdb: { type: "INTERVAL", value: sqlText(inWords(is)) },
  }),
  uuid: plain(() => ({ word: "uuid", arrow: "uuid", duckdb: "UUID", postgres: "uuid" })),
  json: (is) => ({
    csv: { type: "json", value: is },
    ndjson: { type: "json", value: is },
    json: { type: "json", value: is },
    parquet: { value: arrow("json", is) },
    duckdb: { type: "JSON", value: sqlText(is) },
    postgres: { type: "json", value: sqlText(is) },
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
