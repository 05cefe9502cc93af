import type { DataType } from "../../../sdk/mod.ts";
import { INTEGER_DIGITS } from "../files/common_type.ts";

/** Bits of the numbers that an integer type has beside its sign. */
const BITS: Readonly<Partial<Record<DataType["kind"], number>>> = {
  int8: 7,
  uint8: 8,
  int16: 15,
  uint16: 16,
  int32: 31,
  uint32: 32,
  int64: 63,
  uint64: 64,
};
/** Integers up to which a float has each. */
const EXACT_BITS: Readonly<Partial<Record<DataType["kind"], number>>> = { float32: 24, float64: 53 };

/** True where each value of `from` is a value of `to`, which has more: the one is widened to the other without a change of any value. */
export function isWidening(from: DataType, to: DataType): boolean {
  const bits = BITS[from.kind];
  if (bits !== undefined) {
    const more = BITS[to.kind];
    if (more !== undefined) return more > bits && (isSigned(to) || !isSigned(from));
    const exact = EXACT_BITS[to.kind];
    if (exact !== undefined) return bits <= exact;
    return to.kind === "decimal" && holdsDigits(to, { before: INTEGER_DIGITS[from.kind] ?? 0, behind: 0 });
  }
  if (from.kind === "decimal" && to.kind === "decimal" && from.precision !== undefined) {
    const scale = from.scale ?? 0;
    const isMore = to.precision !== from.precision || (to.scale ?? 0) !== scale;
    return isMore && holdsDigits(to, { before: from.precision - scale, behind: scale });
  }
  if (from.kind === "float32") return to.kind === "float64";
  const isSameMoment = (from.kind === "timestamp" && to.kind === "timestamp") ||
    (from.kind === "timestamptz" && to.kind === "timestamptz");
  // nanoseconds reach from 1677 to 2262 only
  return isSameMoment && to.precision > from.precision && (to.precision > 6) === (from.precision > 6);
}

const isSigned = ({ kind }: DataType) => kind.startsWith("int");

function holdsDigits(
  { precision, scale = 0 }: DataType & { readonly kind: "decimal" },
  { before, behind }: { readonly before: number; readonly behind: number },
): boolean {
  return precision === undefined || (scale >= behind && precision - scale >= before);
}

/** Characters or bytes that texts and bytes without a bound hold at most, where the server has one. */
const LONGEST: Readonly<Record<string, number>> = {
  tinytext: 255,
  mediumtext: 16_777_215,
  longtext: 4_294_967_295,
  tinyblob: 255,
  blob: 65_535,
  mediumblob: 16_777_215,
  longblob: 4_294_967_295,
};

/** How much a text, a byte string or a time of a native type holds: characters, bytes, digits of a second. Undefined for other types. */
export function roomOf(native: string, system: string): { readonly of: string; readonly room: number } | undefined {
  const type = native.toLowerCase();
  const [, base, length] = /^(varchar|character varying|varbinary)\((\d+)\)$/.exec(type) ?? [];
  if (base) return { of: base === "varbinary" ? "bytes" : "text", room: Number(length) };
  const [, moment, digits = system === "mysql" ? "0" : "6", zone = ""] =
    /^(timestamp|datetime|time)(?:\((\d)\))?( with(?:out)? time zone)?$/.exec(type) ?? [];
  if (moment && system !== "duckdb") return { of: moment + zone, room: Number(digits) };
  if (type === "text" || type === "character varying") {
    return { of: "text", room: system === "mysql" ? 65_535 : Infinity };
  }
  const room = LONGEST[type];
  return room === undefined ? undefined : { of: type.endsWith("blob") ? "bytes" : "text", room };
}
