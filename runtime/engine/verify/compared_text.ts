import type { Column, DataType } from "../../../sdk/mod.ts";
import { csvText, jsonText } from "../move/text_form.ts";

/** The function of the stage that brings JSON to one spelling. */
export const JSON_FUNCTION = "dteg_canonical_json";

/** How a text column says that it holds bytes as JSON has them. */
export const BASE64: Column["native"] = { system: "json", type: "base64" };

/** A column of one side, and SQL of its value. */
export interface ComparedValue {
  readonly column: Pick<Column, "type" | "native">;
  readonly ref: string;
}

const WHOLE = /^(bool|u?int\d+|decimal)$/;
const NUMBER = /^(bool|u?int\d+|decimal|float\d+)$/;
const MOMENT = /^(date|timestamp|timestamptz)$/;
const NESTED = /^(json|list|struct)$/;

/**
 * SQL of the text by which a value is compared with one of the other side: equal for the same value whatever the two types, as 1.50 of a
 * numeric and of a decimal(9,4), and different for any other. NULL is NULL.
 */
export function comparedText({ column, ref }: ComparedValue, other: Pick<Column, "type" | "native">): string {
  const { type } = column, kinds = [type.kind, other.type.kind] as const;
  if (kinds.every((kind) => WHOLE.test(kind))) return wholeText(type, ref);
  if (kinds.every((kind) => NUMBER.test(kind))) {
    const number = type.kind === "bool" ? `CAST(${ref} AS INTEGER)` : ref;
    return csvText({ kind: "float64" }, `CAST(${number} AS DOUBLE)`);
  }
  if (kinds.every((kind) => MOMENT.test(kind)) && kinds.some((kind) => kind !== "date")) return momentText(type, ref);
  if (kinds.some((kind) => NESTED.test(kind)) && kinds.every((kind) => NESTED.test(kind) || kind === "text")) {
    const text = NESTED.test(type.kind) ? jsonText(type, ref, { form: { format: "ndjson" } }) : ref;
    return `${JSON_FUNCTION}(CAST(${text} AS VARCHAR))`;
  }
  if (type.kind === "bytes" && other.native?.type === BASE64?.type) return `base64(${ref})`;
  const text = csvText(type, ref);
  return [column, other].some(isPadded) ? `rtrim(${text}, ' ')` : text;
}

/** Blanks at the end of a `char(n)` are no part of its value, and not every system keeps them. */
function isPadded({ type, native }: Pick<Column, "type" | "native">): boolean {
  return type.kind === "text" && /^(char|character|bpchar)\b(?! varying)/i.test(native?.type ?? "");
}

/** Zeros behind the point say how a column was declared, not what its value is. */
function wholeText(type: DataType, ref: string): string {
  if (type.kind === "bool") return `CAST(CAST(${ref} AS INTEGER) AS VARCHAR)`;
  const text = csvText(type, ref);
  if (type.kind !== "decimal" || type.scale === 0) return text;
  const trimmed = `CASE WHEN contains(${text}, '.') THEN rtrim(rtrim(${text}, '0'), '.') ELSE ${text} END`;
  return `CASE ${trimmed} WHEN '-0' THEN '0' ELSE ${trimmed} END`;
}

/** A moment without a zone is one of UTC: so systems that have no instants hold them. */
function momentText(type: DataType, ref: string): string {
  const text = type.kind === "date"
    ? csvText({ kind: "timestamp", precision: 6 }, `CAST(${ref} AS TIMESTAMP)`)
    : csvText(type, ref);
  return `regexp_replace(rtrim(${text}, 'Z'), '\\.?0*$', '')`;
}
