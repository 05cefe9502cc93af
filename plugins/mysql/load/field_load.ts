import type { Column } from "../../../sdk/mod.ts";
import { exactFloat, type FieldForm } from "./load_form.ts";

/** How one column's field is loaded. */
export interface FieldLoad {
  readonly form: FieldForm;
  /** SQL of the value made of the field; absent where the server reads the field itself. */
  value?(field: string): string;
}

/** How the text form of a column becomes a value of a type of the server. */
export function fieldLoad({ type: { kind } }: Column, native: string): FieldLoad {
  const form = kind === "bool" || kind === "float32" ? kind : kind === "timestamptz" ? "instant" : "as it is";
  if (kind === "bytes") return { form, value: (field) => `UNHEX(SUBSTR(${field}, 3))` };
  // as text, 5 would be the bits of its character, and the year 0 the year 2000
  if (/^(?:bit|year)\b/i.test(native)) return { form, value: (field) => `CAST(${field} AS UNSIGNED)` };
  return { form };
}

/** A field as SQL of its value. */
export function fieldLiteral(field: string | null, { form, value = (literal) => literal }: FieldLoad): string {
  if (field === null) return "NULL";
  const quoted = `'${formed(field, form).replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
  return value(quoted);
}

function formed(field: string, form: FieldForm): string {
  switch (form) {
    case "bool":
      return field === "true" ? "1" : "0";
    case "instant":
      return field.replace(/Z$/, "");
    case "float32":
      return exactFloat(field);
    default:
      return field;
  }
}
