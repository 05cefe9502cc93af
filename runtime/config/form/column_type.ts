import type { DataType } from "../../../sdk/mod.ts";

const TYPES: Readonly<Record<string, DataType>> = {
  boolean: { kind: "bool" },
  smallint: { kind: "int16" },
  integer: { kind: "int32" },
  bigint: { kind: "int64" },
  real: { kind: "float32" },
  double: { kind: "float64" },
  text: { kind: "text" },
  bytes: { kind: "bytes" },
  date: { kind: "date" },
  time: { kind: "time" },
  timestamp: { kind: "timestamp", precision: 6 },
  timestamptz: { kind: "timestamptz", precision: 6 },
  interval: { kind: "interval" },
  uuid: { kind: "uuid" },
  json: { kind: "json" },
};

/** The words of `columns.*.type`. */
export const COLUMN_TYPES: readonly string[] = [...Object.keys(TYPES), "decimal(p,s)"];

/** The largest precision of a decimal that can be declared. */
const MAX_PRECISION = 38;

/** The type that a word of `columns.*.type` declares; nothing for a word that is none. */
export function columnType(text: string): DataType | undefined {
  const decimal = /^decimal\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)$/.exec(text);
  if (!decimal) return Object.hasOwn(TYPES, text) ? TYPES[text] : undefined;
  const [precision, scale] = [Number(decimal[1]), Number(decimal[2] ?? 0)];
  const fits = precision >= 1 && precision <= MAX_PRECISION && scale <= precision;
  return fits ? { kind: "decimal", precision, scale } : undefined;
}
