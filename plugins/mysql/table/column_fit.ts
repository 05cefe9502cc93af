import { type Column, DtegError } from "../../../sdk/mod.ts";
import { quoteIdentifier, quoteString } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import type { ExistingColumn } from "./existing_table.ts";
import {
  decimalDigits,
  fraction,
  integerRange,
  isBytes,
  isDecimal,
  isFloat,
  isInteger,
  isMoment,
  isText,
  longest,
  type NativeType,
  nativeType,
} from "./native_type.ts";

/** How a staged column comes into a column of the table. */
export interface ColumnFit {
  /** The column, as the table calls it. */
  readonly name: string;
  /** SQL of the value, from the staging table `s`. */
  readonly value: string;
  /** SQL that is true for a row of `s` whose value the column would change. */
  readonly changes?: string;
  /** SQL that is true where the table's row `t` and the row of `s` hold the same value, NULL too. */
  readonly same: string;
  readonly to: ExistingColumn;
}

type Way = Pick<ColumnFit, "value" | "changes">;

/** How values of a staged column become values of `to`; undefined where there is no exact way. */
export function fitColumn(
  column: Column,
  { staged, to }: { readonly staged: string; readonly to: ExistingColumn },
): ColumnFit | undefined {
  const from = nativeType(staged), into = nativeType(to.native);
  const ref = `s.${quoteIdentifier(column.name)}`;
  const way = wayOf({ from, into, ref, to, isZoned: column.type.kind === "timestamptz" || from.base === "timestamp" });
  if (!way) return undefined;
  const isJson = isOwnJson(into, to);
  const value = isJson ? `CAST(${way.value} AS JSON)` : way.value;
  const there = `t.${quoteIdentifier(to.name)}`;
  return { name: to.name, to, ...way, value, same: isJson ? `${there} <=> ${value}` : sameValue(there, value, into) };
}

/** MySQL's json is no text: numbers of more digits than a double has are rounded there. */
const isOwnJson = ({ base }: NativeType, { charset }: ExistingColumn) => base === "json" && charset === null;

/** True where both are NULL or the same to the last bit, whatever a collation says. */
export function sameValue(a: string, b: string, type: NativeType): string {
  if (isText(type) || type.base === "set") return `BINARY ${a} <=> BINARY ${b}`;
  return `${a} <=> ${b}`;
}

interface Asked {
  readonly from: NativeType;
  readonly into: NativeType;
  readonly ref: string;
  readonly to: ExistingColumn;
  readonly isZoned: boolean;
}

function wayOf(asked: Asked): Way | undefined {
  const { from, into, ref } = asked;
  if (isText(into)) return intoText(asked);
  if (isInteger(into)) return intoInteger(asked);
  if (isDecimal(into)) return intoDecimal(asked);
  if (into.base === "double") return intoDouble(asked);
  if (into.base === "bit") return intoBit(asked);
  if (isBytes(into)) return intoBytes(asked);
  if (isMoment(into) || into.base === "date") return intoMoment(asked);
  if (into.base === "time" && from.base === "time") return { value: ref, ...finer(from, into, ref) };
  if (into.base === "year" && isInteger(from)) {
    return { value: ref, changes: `${ref} <> 0 AND ${ref} NOT BETWEEN 1901 AND 2155` };
  }
  if (["uuid", "inet4", "inet6"].includes(into.base) && isText(from)) return { value: ref };
  return plainText(from) === plainText(into) ? { value: ref } : undefined;
}

/** Without what changes no value: widths for show. */
const plainText = ({ text }: NativeType) => text.toLowerCase().replace(/\s*(?:character set|collate) \S+/g, "").trim();

function intoText({ from, into, ref, to }: Asked): Way | undefined {
  const isPrinted = isInteger(from) || isDecimal(from) || isMoment(from) ||
    ["date", "time", "uuid", "year"].includes(from.base);
  if (!isText(from) && !isPrinted) return undefined;
  const text = isText(from) ? ref : `CAST(${ref} AS CHAR CHARACTER SET utf8mb4)`;
  const isOwn = to.charset === "utf8mb4" || to.charset === null;
  const own = isOwn ? text : `CONVERT(${text} USING ${to.charset})`;
  const value = to.collation === null ? own : `${own} COLLATE ${to.collation}`;
  const changes = [
    ...(isOwn ? [] : [`NOT (BINARY CONVERT(${own} USING utf8mb4) <=> BINARY ${text})`]),
    ...(into.base === "enum" ? [`BINARY ${own} NOT IN (${into.members.map(quoteString).join(", ")})`] : []),
    ...(into.base === "char" ? [`RIGHT(${text}, 1) = ' '`] : []),
    ...(isOwnJson(into, to) ? [`${text} REGEXP '[0-9.]{17}'`] : []),
    ...tooLong({ from, into, text, own }),
  ];
  return { value, ...(changes.length && { changes: changes.join(" OR ") }) };
}

function tooLong(
  { from, into, text, own }: Pick<Asked, "from" | "into"> & { readonly text: string; readonly own: string },
): readonly string[] {
  if (into.base === "enum" || longest(into) >= 4_294_967_295) return [];
  if (/char$/.test(into.base)) {
    const isShorter = /char$/.test(from.base) && longest(from) <= longest(into);
    return isShorter ? [] : [`CHAR_LENGTH(${text}) > ${longest(into)}`];
  }
  return [`LENGTH(${own}) > ${longest(into)}`];
}

function intoInteger({ from, into, ref }: Asked): Way | undefined {
  const [least, most] = integerRange(into);
  if (isInteger(from)) {
    const [low, high] = integerRange(from);
    return {
      value: ref,
      ...(low < least || high > most ? { changes: `${ref} NOT BETWEEN ${least} AND ${most}` } : {}),
    };
  }
  if (!isDecimal(from) && !isFloat(from)) return undefined;
  return { value: ref, changes: `${ref} <> FLOOR(${ref}) OR ${ref} NOT BETWEEN ${least} AND ${most}` };
}

function intoDecimal({ from, into, ref }: Asked): Way | undefined {
  const [before, behind] = decimalDigits(into);
  const cast = `CAST(${ref} AS DECIMAL(${before + behind},${behind}))`;
  const negative = into.isUnsigned ? ` OR ${ref} < 0` : "";
  if (isFloat(from)) return { value: cast, changes: `CAST(${cast} AS DOUBLE) <> ${ref}${negative}` };
  if (!isInteger(from) && !isDecimal(from)) return undefined;
  const [digits, fractions] = isInteger(from) ? [String(integerRange(from)[1]).length, 0] : decimalDigits(from);
  if (digits <= before && fractions <= behind && !into.isUnsigned) return { value: ref };
  return { value: ref, changes: `${cast} <> ${ref}${negative}` };
}

/** Integers of more than 53 bits, and most decimals, are no double: those stay that come back as they were. */
function intoDouble({ from, ref }: Asked): Way | undefined {
  if (isFloat(from)) return { value: ref };
  if (isInteger(from)) {
    return { value: ref, ...(from.base === "bigint" ? { changes: `ABS(${ref}) > 9007199254740992` } : {}) };
  }
  if (!isDecimal(from)) return undefined;
  const [before, behind] = decimalDigits(from);
  return { value: ref, changes: `CAST(CAST(${ref} AS DOUBLE) AS DECIMAL(${before + behind},${behind})) <> ${ref}` };
}

function intoBit({ from, into, ref }: Asked): Way | undefined {
  const bits = BigInt(into.sizes[0] ?? 1);
  if (from.base === "bit" && BigInt(from.sizes[0] ?? 1) <= bits) return { value: ref };
  return isInteger(from) ? { value: ref, changes: `${ref} NOT BETWEEN 0 AND ${(1n << bits) - 1n}` } : undefined;
}

function intoBytes({ from, into, ref }: Asked): Way | undefined {
  if (!isBytes(from)) return undefined;
  if (into.base === "binary") return { value: ref, changes: `LENGTH(${ref}) <> ${longest(into)}` }; // it fills up with zeros
  return { value: ref, ...(longest(from) > longest(into) ? { changes: `LENGTH(${ref}) > ${longest(into)}` } : {}) };
}

/** A moment without zone is no `timestamp`: the server would take some zone for granted. */
function intoMoment({ from, into, ref, isZoned }: Asked): Way | undefined {
  if (into.base === "date") {
    if (from.base === "date") return { value: ref };
    return isMoment(from) && !isZoned
      ? { value: `DATE(${ref})`, changes: `CAST(DATE(${ref}) AS DATETIME) <> ${ref}` }
      : undefined;
  }
  if (from.base === "date") return into.base === "datetime" ? { value: ref } : undefined;
  if (!isMoment(from)) return undefined;
  const { changes } = finer(from, into, ref);
  if (into.base === "datetime") return { value: ref, ...(changes && { changes }) };
  if (!isZoned) return undefined;
  if (from.base === "timestamp") return { value: ref, ...(changes && { changes }) };
  const outside = `${ref} NOT BETWEEN '1970-01-01 00:00:01' AND '2038-01-19 03:14:07.999999'`;
  return { value: ref, changes: changes ? `${outside} OR ${changes}` : outside };
}

function finer(from: NativeType, into: NativeType, ref: string): Pick<Way, "changes"> {
  if (fraction(from) <= fraction(into)) return {};
  return { changes: `MICROSECOND(${ref}) % ${10 ** (6 - fraction(into))} <> 0` };
}

/** Refuses the first staged value that its column of the table would change. */
export async function refuseChanges(
  session: MysqlSession,
  fits: readonly (ColumnFit & { readonly column: Column })[],
  { staged, label }: { readonly staged: string; readonly label: string },
): Promise<void> {
  for (const { changes, to, column } of fits) {
    if (changes === undefined) continue;
    const ref = `s.${quoteIdentifier(column.name)}`;
    const [row] = await session.query(
      `SELECT LEFT(CAST(${ref} AS CHAR), 200) AS value FROM ${staged} s WHERE ${ref} IS NOT NULL AND (${changes}) LIMIT 1`,
    );
    if (!row) continue;
    throw new DtegError(
      "data.value",
      `column ${JSON.stringify(column.name)} of ${label} is ${to.native}, which does not hold the ${column.type.kind} ${
        JSON.stringify(row.value)
      } exactly; nothing was loaded`,
      { column: column.name, hint: "mend the value, or give the table a type that holds it" },
    );
  }
}
