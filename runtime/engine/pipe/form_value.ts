import type { Column, DataType } from "../../../sdk/mod.ts";
import { duckType, isWide } from "../move/duck_type.ts";
import { parseText } from "../text/parse_text.ts";
import { refuse } from "../move/duck_error.ts";
import { typeWord } from "../text/type_word.ts";

/** Types that DuckDB's reader of CSV makes of their text form without loss, or stops at it. */
const READ_TYPED: ReadonlySet<DataType["kind"]> = new Set(
  [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
  ] as const,
);

/** The type that the reader of CSV gives a column of the text form. */
export function readType(type: DataType): string {
  return READ_TYPED.has(type.kind) || type.kind === "decimal" && !isWide(type) ? duckType(type) : "VARCHAR";
}

/** A value that a column read as {@linkcode readType} has: NULL where its text is no such value. */
function triedValue(type: DataType, ref: string): string | undefined {
  const cast = `TRY_CAST(${ref} AS ${duckType(type)})`;
  switch (type.kind) {
    case "date": // no year of zeros, which DuckDB takes for 1 BC
      return `CASE WHEN ${ref} >= '0001' THEN ${cast} END`;
    case "timestamp":
    case "timestamptz":
      // a fraction that is finer than the type would be cut
      return `CASE WHEN ${ref} >= '0001' AND strlen(${ref}) < ${type.precision > 6 ? 33 : 29} THEN ${cast} END`;
    case "time":
    case "uuid":
      return cast;
    default:
      return undefined;
  }
}

/**
 * A value of the text form, of which a source promises that it is one: so it is looked at less closely than text of a file. What is none
 * all the same, such as a date of zeros, stops the query.
 */
export function formValue({ name, type }: Column, ref: string): string {
  if (readType(type) !== "VARCHAR" || isWide(type)) return ref;
  if (type.kind === "bytes") return `unhex(substr(${ref}, 3))`;
  const value = triedValue(type, ref);
  if (value === undefined) return parseText({ name, ref, type, rule: "value" });
  const stop = refuse({ kind: "value", column: name, type: typeWord(type) }, ref);
  return `coalesce(${value}, CASE WHEN ${ref} IS NOT NULL THEN ${stop} END)`;
}
