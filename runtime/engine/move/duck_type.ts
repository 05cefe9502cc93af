import type { Column, DataType, SimpleKind } from "../../../sdk/mod.ts";
import { quoteName } from "../../../sdk/mod.ts";

const SIMPLE: Readonly<Record<SimpleKind, string>> = {
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
  timetz: "TIME WITH TIME ZONE",
  interval: "INTERVAL",
  uuid: "UUID",
  json: "JSON",
};

const OF_DUCK = new Map<string, DataType>([
  ...Object.entries(SIMPLE).map(([kind, duck]) => [duck, { kind: kind as SimpleKind }] as const),
  ["TIMESTAMP_S", { kind: "timestamp", precision: 0 }],
  ["TIMESTAMP_MS", { kind: "timestamp", precision: 3 }],
  ["TIMESTAMP", { kind: "timestamp", precision: 6 }],
  ["TIMESTAMP_NS", { kind: "timestamp", precision: 9 }],
  ["TIMESTAMP WITH TIME ZONE", { kind: "timestamptz", precision: 6 }],
  ["HUGEINT", { kind: "decimal", precision: 39, scale: 0 }],
  ["BIGNUM", { kind: "decimal" }],
  ['"NULL"', { kind: "text" }],
]);

/** The type that a value has in the stage. Decimals of no bound or of more than 38 digits, and native types, are text there. */
export function duckType(type: DataType): string {
  switch (type.kind) {
    case "decimal":
      return isWide(type) ? "VARCHAR" : `DECIMAL(${type.precision},${type.scale ?? 0})`;
    case "timestamp":
      return type.precision > 6 ? "TIMESTAMP_NS" : "TIMESTAMP";
    case "timestamptz":
      return "TIMESTAMP WITH TIME ZONE";
    case "list":
      return `${duckType(type.of)}[]`;
    case "struct":
      return `STRUCT(${type.fields.map((field) => `${quoteName(field.name)} ${duckType(field.type)}`).join(", ")})`;
    case "other":
      return "VARCHAR";
    default:
      return SIMPLE[type.kind];
  }
}

/** True for a decimal that no DECIMAL of DuckDB holds. */
export function isWide(type: DataType): boolean {
  return type.kind === "decimal" && (type.precision === undefined || type.precision > 38);
}

/** The type of a column by the name that DuckDB gives it: `DECIMAL(18,2)`, `STRUCT(a BIGINT, b VARCHAR[])`. */
export function typeOfDuck(name: string): DataType {
  const simple = OF_DUCK.get(name);
  if (simple) return simple;
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(name);
  if (decimal) return { kind: "decimal", precision: Number(decimal[1]), scale: Number(decimal[2]) };
  const list = /^(.*)\[\d*\]$/s.exec(name);
  if (list) return { kind: "list", of: typeOfDuck(list[1]) };
  if (name.startsWith("STRUCT(")) {
    return {
      kind: "struct",
      fields: fieldsOfDuck(name.slice(7, -1)).map(([field, type]) => ({ name: field, type: typeOfDuck(type) })),
    };
  }
  if (name.startsWith("MAP(")) {
    const [key, value] = splitTop(name.slice(4, -1));
    const fields: Column[] = [{ name: "key", type: typeOfDuck(key) }, { name: "value", type: typeOfDuck(value) }];
    return { kind: "list", of: { kind: "struct", fields } };
  }
  if (name.startsWith("ENUM(")) return { kind: "text" };
  return { kind: "other", native: name };
}

/** Names and native types of the fields of a STRUCT, from what stands in its parentheses. */
export function fieldsOfDuck(text: string): [name: string, native: string][] {
  return splitTop(text).map((field) => {
    const quoted = /^"((?:[^"]|"")*)" (.*)$/s.exec(field);
    if (quoted) return [quoted[1].replaceAll('""', '"'), quoted[2]];
    const blank = field.indexOf(" ");
    return [field.slice(0, blank), field.slice(blank + 1)];
  });
}

/** Splits at commas that stand in no parentheses and no quotes. */
export function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0, from = 0, quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quote) {
      if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === "(") depth++;
    else if (char === ")") depth--;
    else if (char === "," && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return [...parts, text.slice(from).trim()];
}
