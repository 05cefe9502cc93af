import { type DataType, quoteName, type SimpleKind } from "../../sdk/mod.ts";

/** What decides how a type of PostgreSQL is read. */
export interface PgTypeShape {
  /** As PostgreSQL prints it: `numeric(10,2)`. */
  readonly pgType: string;
  /** Name without modifiers; of an array that of its elements, of a domain that of its base type. */
  readonly base: string;
  readonly isArray: boolean;
  /** b base, e enum, c composite, r range, m multirange, p pseudo. */
  readonly category: string;
  readonly isBuiltIn: boolean;
  /** Of money: the digits behind the point that its server counts by. */
  readonly moneyDigits?: number;
}

const SIMPLE: Readonly<Record<string, SimpleKind>> = {
  bool: "bool",
  int2: "int16",
  int4: "int32",
  int8: "int64",
  oid: "uint32",
  float4: "float32",
  float8: "float64",
  text: "text",
  varchar: "text",
  bpchar: "text",
  name: "text",
  char: "text",
  citext: "text",
  bytea: "bytes",
  date: "date",
  time: "time",
  timetz: "timetz",
  interval: "interval",
  uuid: "uuid",
  json: "json",
  jsonb: "json",
};

/** The type of a column's values. */
export function typeOfPg({ pgType, base, isArray }: PgTypeShape): DataType {
  if (isArray) return { kind: "json" };
  if (SIMPLE[base]) return { kind: SIMPLE[base] };
  if (base === "timestamp" || base === "timestamptz") return { kind: base, precision: 6 };
  if (base === "numeric") {
    const bounds = /\((\d+),(-?\d+)\)/.exec(pgType);
    const [precision, scale] = bounds ? [Number(bounds[1]), Number(bounds[2])] : [undefined, undefined];
    const isPlain = precision !== undefined && scale !== undefined && precision <= 38 && scale >= 0 &&
      scale <= precision;
    return isPlain ? { kind: "decimal", precision, scale } : { kind: "decimal" };
  }
  if (base === "money") return { kind: "decimal" };
  return { kind: "other", native: pgType };
}

/** Types that DuckDB's extension carries without loss. NaN of a numeric and moments past the year 294246 are looked at apart. */
const EXACT = new Set([
  "bool",
  "int2",
  "int4",
  "int8",
  "oid",
  "float4",
  "float8",
  "text",
  "varchar",
  "bpchar",
  "name",
  "bytea",
  "date",
  "time",
  "timetz",
  "uuid",
  "json",
  "jsonb",
  "timestamp",
  "timestamptz",
]);

/** True for a column that DuckDB's extension reads exactly as it is. An interval is none: newer servers have infinite ones. */
export function isExactInDuckdb(shape: PgTypeShape): boolean {
  if (shape.isArray || shape.category !== "b") return false;
  return isBoundedNumeric(shape) || (EXACT.has(shape.base) && shape.isBuiltIn);
}

/** True for a numeric whose numbers are a DECIMAL of DuckDB; its NaN is none. */
export function isBoundedNumeric(shape: PgTypeShape): boolean {
  if (shape.isArray || shape.base !== "numeric") return false;
  const type = typeOfPg(shape);
  return type.kind === "decimal" && type.precision !== undefined;
}

/** Built-in types whose binary form is a number of their own server (a table's, a role's), or that no server takes in. */
const OWN_NUMBERS = /^(reg.+|aclitem|pg_node_tree|pg_ndistinct|pg_dependencies|pg_mcv_list|oidvector|int2vector)$/;

/** Digits of money that a server of an ordinary locale has. */
export const MONEY_DIGITS = 2;

/** SQL of the server that gives a column in a type that binary COPY carries to another server. */
export function copyForm(column: PgTypeShape & { readonly name: string }): string {
  const name = quoteName(column.name);
  if (copiesAsIs(column)) return name;
  return `${name}::${copiedType(column)} AS ${name}`;
}

/** True for a type that every server has: its binary form means the same everywhere. */
export function copiesAsIs({ isBuiltIn, category, base, moneyDigits = MONEY_DIGITS }: PgTypeShape): boolean {
  return isBuiltIn && (category === "b" || category === "r" || category === "m") && !OWN_NUMBERS.test(base) &&
    moneyDigits === MONEY_DIGITS;
}

/** The type that a column has in a table of another server. */
export function copiedType(column: PgTypeShape): string {
  if (copiesAsIs(column)) return column.pgType;
  return `${column.base === "money" ? "numeric" : "text"}${column.isArray ? "[]" : ""}`;
}
