import { type DataType, typeText } from "../../../sdk/mod.ts";

const WORDS: Readonly<Partial<Record<DataType["kind"], string>>> = {
  bool: "boolean",
  int16: "smallint",
  int32: "integer",
  int64: "bigint",
  float32: "real",
  float64: "double",
};

/** A type in the words of `columns: { c: { type: … } }`. */
export function typeWord(type: DataType): string {
  return WORDS[type.kind] ?? typeText(type);
}
