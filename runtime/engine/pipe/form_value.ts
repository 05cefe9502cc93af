import type { Column, DataType, OnLoss } from "../../../sdk/mod.ts";
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

/** A column of the text form as the stage has it. */
export interface FormColumn {
  readonly column: Column;
  /** SQL of its value. */
  readonly value: string;
  /** SQL of the text of a value that is none of its type, where such a value is told and not refused. */
  readonly refused?: string;
}

/**
 * A column of the text form, of which a source promises that its values are of its type: so they are looked at less closely than text of a
 * file. What is none all the same, such as a date of zeros, stops the query, unless `onLoss` says otherwise.
 */
export function formColumn(column: Column, ref: string, { onLoss = "fail" }: { readonly onLoss?: OnLoss }): FormColumn {
  const { name, type } = column;
  if (readType(type) !== "VARCHAR" || isWide(type)) return { column, value: ref };
  if (type.kind === "bytes") return { column, value: `unhex(substr(${ref}, 3))` };
  const value = triedValue(type, ref);
  if (value === undefined) return { column, value: parseText({ name, ref, type, rule: "value" }) };
  if (onLoss === "text") return { column: { ...column, type: { kind: "text" } }, value: ref };
  if (onLoss === "null" || onLoss === "reject") {
    return { column, value, refused: `CASE WHEN (${value}) IS NULL THEN ${ref} END` };
  }
  const stop = refuse({ kind: "value", column: name, type: typeWord(type) }, ref);
  return { column, value: `coalesce(${value}, CASE WHEN ${ref} IS NOT NULL THEN ${stop} END)` };
}
