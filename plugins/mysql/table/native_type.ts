/** A type of the server, taken apart. */
export interface NativeType {
  /** As the server prints it: `decimal(10,2) unsigned`. */
  readonly text: string;
  /** `int`, `varchar` … */
  readonly base: string;
  /** What stands in its parentheses: lengths, digits. */
  readonly sizes: readonly number[];
  readonly isUnsigned: boolean;
  /** Words of an enum or set. */
  readonly members: readonly string[];
}

/** Reads a type as the server, or dteg, writes it. */
export function nativeType(text: string): NativeType {
  const base = /^[a-z0-9]+/i.exec(text)?.[0].toLowerCase() ?? text;
  const inner = /\(([^']*?)\)/.exec(text)?.[1] ?? "";
  const isListed = base === "enum" || base === "set";
  return {
    text,
    base: { integer: "int", numeric: "decimal", boolean: "tinyint" }[base] ?? base,
    sizes: isListed || inner === "" ? [] : inner.split(",").map(Number),
    isUnsigned: /\bunsigned\b|\bzerofill\b/i.test(text),
    members: isListed ? [...text.matchAll(/'((?:[^']|'')*)'/g)].map(([, member]) => member.replaceAll("''", "'")) : [],
  };
}

const INTEGER_BYTES: Readonly<Record<string, number>> = { tinyint: 1, smallint: 2, mediumint: 3, int: 4, bigint: 8 };
/** Most bytes of texts and byte strings without a length. */
const LONGEST: Readonly<Record<string, number>> = {
  tinytext: 255,
  text: 65_535,
  mediumtext: 16_777_215,
  longtext: 4_294_967_295,
  json: 4_294_967_295,
  tinyblob: 255,
  blob: 65_535,
  mediumblob: 16_777_215,
  longblob: 4_294_967_295,
};

export const isInteger = ({ base }: NativeType) => INTEGER_BYTES[base] !== undefined;
export const isFloat = ({ base }: NativeType) => base === "float" || base === "double";
export const isDecimal = ({ base }: NativeType) => base === "decimal";
export const isText = ({ base }: NativeType) => /^(?:var)?char$|text$|^json$|^enum$/.test(base);
export const isBytes = ({ base }: NativeType) => /^(?:var)?binary$|blob$/.test(base);
/** A date with a time of the day. */
export const isMoment = ({ base }: NativeType) => base === "datetime" || base === "timestamp";

/** The least and the largest value of an integer type. */
export function integerRange({ base, isUnsigned }: NativeType): readonly [least: bigint, most: bigint] {
  const bits = BigInt((INTEGER_BYTES[base] ?? 8) * 8);
  return isUnsigned ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
}

/** Digits before and behind the point. */
export function decimalDigits(
  { sizes: [precision = 10, scale = 0] }: NativeType,
): readonly [before: number, behind: number] {
  return [precision - scale, scale];
}

/** The longest value: characters of `char` and `varchar`, bytes of all others. */
export function longest({ base, sizes }: NativeType): number {
  return LONGEST[base] ?? sizes[0] ?? 1;
}

/** Digits of a second's fraction. */
export const fraction = ({ sizes: [digits = 0] }: NativeType) => digits;
