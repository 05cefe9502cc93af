import type { DataType, SimpleKind } from "../../sdk/mod.ts";
import { quoteIdentifier } from "./backticks.ts";
import type { Cell } from "./read/csv_cells.ts";
import type { Field } from "./session.ts";

/** What decides how a type of MySQL is read. */
export interface MysqlTypeShape {
  /** Name without modifiers: `int`, `varchar`. */
  readonly base: string;
  /** As the server prints it: `int(10) unsigned`, `enum('a','b')`. */
  readonly mysqlType: string;
}

const SIMPLE: Readonly<Record<string, SimpleKind>> = {
  float: "float32",
  double: "float64",
  year: "int16",
  char: "text",
  varchar: "text",
  tinytext: "text",
  text: "text",
  mediumtext: "text",
  longtext: "text",
  enum: "text",
  set: "text",
  json: "json",
  date: "date",
  time: "time",
  uuid: "uuid",
  binary: "bytes",
  varbinary: "bytes",
  tinyblob: "bytes",
  blob: "bytes",
  mediumblob: "bytes",
  longblob: "bytes",
  vector: "bytes",
  geometry: "bytes",
  point: "bytes",
  linestring: "bytes",
  polygon: "bytes",
  multipoint: "bytes",
  multilinestring: "bytes",
  multipolygon: "bytes",
  geometrycollection: "bytes",
  geomcollection: "bytes",
};

const INTEGERS: Readonly<Record<string, readonly [signed: SimpleKind, unsigned: SimpleKind]>> = {
  tinyint: ["int8", "uint8"],
  smallint: ["int16", "uint16"],
  mediumint: ["int32", "int32"],
  int: ["int32", "uint32"],
  bigint: ["int64", "uint64"],
};

/** The type of a column's values. */
export function typeOfMysql({ base, mysqlType }: MysqlTypeShape): DataType {
  const simple = SIMPLE[base];
  if (simple) return { kind: simple };
  const integer = INTEGERS[base];
  if (integer) return { kind: integer[/ unsigned\b/.test(mysqlType) ? 1 : 0] };
  const bounds = /\((\d+)(?:,(\d+))?\)/.exec(mysqlType);
  switch (base) {
    case "decimal":
      return { kind: "decimal", precision: Number(bounds?.[1] ?? 10), scale: Number(bounds?.[2] ?? 0) };
    case "bit":
      return { kind: bitKind(Number(bounds?.[1] ?? 1)) };
    case "datetime":
      return { kind: "timestamp", precision: 6 };
    case "timestamp":
      return { kind: "timestamptz", precision: 6 };
    default:
      return { kind: "other", native: mysqlType };
  }
}

function bitKind(width: number): SimpleKind {
  if (width === 1) return "bool";
  return width <= 8 ? "uint8" : width <= 16 ? "uint16" : width <= 32 ? "uint32" : "uint64";
}

/** How a column is asked for, and how its value becomes CSV. */
export interface ReadForm {
  readonly sql: string;
  readonly cell: Cell;
}

/** SQL of the server that gives all that a value is, and what its bytes are. */
export function readForm(column: MysqlTypeShape & { readonly name: string; readonly type: DataType }): ReadForm {
  const name = quoteIdentifier(column.name);
  const { base, mysqlType, type } = column;
  if (base === "bit") return { sql: name, cell: type.kind === "bool" ? "bool" : "bits" };
  if (base === "float" || (base === "double" && mysqlType.includes("("))) {
    return { sql: `${name} * 1e0`, cell: "plain" }; // as it is, a float is printed with 6 digits
  }
  if (/ zerofill\b/.test(mysqlType)) return { sql: name, cell: "filled" };
  switch (type.kind) {
    case "text":
    case "json":
    case "other":
      return { sql: name, cell: "text" };
    case "bytes":
      return { sql: name, cell: "bytes" };
    case "timestamp":
      return { sql: name, cell: "moment" };
    case "timestamptz":
      return { sql: name, cell: "instant" };
    default:
      return { sql: name, cell: "plain" };
  }
}

/** How a value is read that is wanted as text; undefined where its text is made of the value. */
export function textForm(
  column: MysqlTypeShape & { readonly name: string; readonly type: DataType },
): ReadForm | undefined {
  const { base, type: { kind } } = column;
  if (kind === "bytes" || base === "bit" || kind === "float32" || kind === "float64") return undefined;
  return { sql: quoteIdentifier(column.name), cell: "text" };
}

const UNSIGNED = 32, ZEROFILL = 64, ENUM = 256, SET = 2048, BINARY_SET = 63;

/** By the protocol's number of a type. */
const OF_NUMBER: Readonly<Record<number, string>> = {
  1: "tinyint",
  2: "smallint",
  3: "int",
  4: "float",
  5: "double",
  7: "timestamp",
  8: "bigint",
  9: "mediumint",
  10: "date",
  11: "time",
  12: "datetime",
  13: "year",
  14: "date",
  16: "bit",
  242: "vector",
  245: "json",
  255: "geometry",
};
const DECIMALS = [0, 246], TEXTS = [15, 247, 248, 249, 250, 251, 252, 253, 254];

/** The type of a query's column. */
export function shapeOfField(field: Field): MysqlTypeShape {
  const { columnType, columnLength, decimals, flags, characterSet } = field;
  const isUnsigned = (flags & UNSIGNED) !== 0;
  const suffix = `${isUnsigned ? " unsigned" : ""}${flags & ZEROFILL ? " zerofill" : ""}`;
  if (DECIMALS.includes(columnType)) {
    const digits = columnLength - (decimals > 0 ? 1 : 0) - (isUnsigned ? 0 : 1);
    return { base: "decimal", mysqlType: `decimal(${Math.min(Math.max(digits, 1), 65)},${decimals})${suffix}` };
  }
  if (TEXTS.includes(columnType)) {
    const name = field.extendedFormat === "json" ? "json" : field.extendedTypeName;
    if (name) return { base: name, mysqlType: name };
    if (flags & (ENUM | SET)) return { base: "text", mysqlType: "longtext" };
    return characterSet === BINARY_SET
      ? { base: "longblob", mysqlType: "longblob" }
      : { base: "longtext", mysqlType: "longtext" };
  }
  const base = OF_NUMBER[columnType] ?? (columnType === 6 ? "text" : `type ${columnType}`);
  if (base === "bit") return { base, mysqlType: `bit(${columnLength})` };
  const hasDecimals = (base === "float" || base === "double") && decimals < 31;
  const isMoment = base === "datetime" || base === "timestamp" || base === "time";
  const bounds = hasDecimals ? `(${columnLength},${decimals})` : isMoment && decimals > 0 ? `(${decimals})` : "";
  return { base, mysqlType: `${base}${bounds}${suffix}` };
}
