import type { DataType } from "../../../sdk/mod.ts";
import { typeText } from "../../../sdk/mod.ts";

/** Decimal digits that hold every value of an integer type. */
export const INTEGER_DIGITS: Readonly<Partial<Record<DataType["kind"], number>>> = {
  int8: 3,
  uint8: 3,
  int16: 5,
  uint16: 5,
  int32: 10,
  uint32: 10,
  int64: 19,
  uint64: 20,
};

/** Integer types that hold another one, from narrow to wide. */
const SIGNED = ["int8", "int16", "int32", "int64"] as const;

/** The type that holds every value of both exactly; nothing where there is none. */
export function commonType(a: DataType, b: DataType): DataType | undefined {
  if (typeText(a) === typeText(b)) return a;
  const floats = [a, b].every(({ kind }) => kind === "float32" || kind === "float64");
  if (floats) return { kind: "float64" };
  if (a.kind === "timestamp" && b.kind === "timestamp") {
    if ((a.precision > 6) !== (b.precision > 6)) return undefined; // nanoseconds reach from 1677 to 2262 only
    return { kind: "timestamp", precision: Math.max(a.precision, b.precision) };
  }
  const [left, right] = [a, b].map(asDecimal);
  if (!left || !right) return undefined;
  if (left.scale === 0 && right.scale === 0 && INTEGER_DIGITS[a.kind] && INTEGER_DIGITS[b.kind]) {
    return commonInteger(a, b);
  }
  const scale = Math.max(left.scale, right.scale);
  const precision = scale + Math.max(left.precision - left.scale, right.precision - right.scale);
  return precision <= 38 ? { kind: "decimal", precision, scale } : { kind: "decimal" };
}

function commonInteger(a: DataType, b: DataType): DataType {
  const needs = [a, b].map((type) =>
    type.kind.startsWith("u") ? (INTEGER_DIGITS[type.kind] ?? 0) + 1 : INTEGER_DIGITS[type.kind] ?? 0
  );
  const both = Math.max(...needs);
  if (a.kind.startsWith("u") && b.kind.startsWith("u")) {
    return (INTEGER_DIGITS[a.kind] ?? 0) > (INTEGER_DIGITS[b.kind] ?? 0) ? a : b;
  }
  const wide = SIGNED.find((kind) => (INTEGER_DIGITS[kind] ?? 0) >= both);
  return wide ? { kind: wide } : { kind: "decimal", precision: 38, scale: 0 };
}

function asDecimal(type: DataType): { readonly precision: number; readonly scale: number } | undefined {
  const digits = INTEGER_DIGITS[type.kind];
  if (digits !== undefined) return { precision: digits, scale: 0 };
  if (type.kind !== "decimal" || type.precision === undefined || type.precision > 38) return undefined;
  return { precision: type.precision, scale: type.scale ?? 0 };
}
