import { DtegError, quoteName, type Target } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import type { ExistingColumn } from "./existing_table.ts";

/** How a staged column comes into a column of the table. */
export interface ColumnFit {
  readonly name: string;
  /** SQL of the value, from the staging table `s`. */
  readonly value: string;
  /** SQL that is true for a row of `s` whose value the column would change. */
  readonly changes?: string;
  readonly native: string;
}

const INTEGERS = ["int2", "int4", "int8"];
const DIGITS: Readonly<Record<string, number>> = { int2: 5, int4: 10, int8: 19 };
const FLOATS = ["float4", "float8"];
const TEXTS = ["text", "varchar", "bpchar", "name"];
const ZONED = ["timestamptz", "timetz"];
const LOCAL = ["timestamp", "time", "date"];
/** Types whose text the server reads, and refuses or keeps in its normal form. */
const READ_FROM_TEXT = ["inet", "cidr", "macaddr", "macaddr8", "uuid", "xml", "json", "jsonb", "citext", "hstore"];

/** How values of `from` become values of `to`; undefined where there is no exact way. */
export function fitColumn(from: ExistingColumn, to: ExistingColumn): ColumnFit | undefined {
  const ref = `s.${quoteName(from.name)}`;
  const through = isFloat(from) && to.base === "numeric" ? "::text" : ""; // all digits: the cast itself keeps 15
  const cast = `${ref}${through}::${to.typeName}`;
  const fit = { name: to.name, native: to.typeName };
  if (from.typeName === to.typeName) return { ...fit, value: ref };
  if (from.typeName === to.pgType) return { ...fit, value: cast }; // a domain: its values are compared as such
  if (to.base === "money" && !to.isArray && (isInteger(from) || from.base === "numeric")) {
    const money = `${ref}::numeric::${to.typeName}`;
    return { ...fit, value: money, changes: `(${money})::numeric IS DISTINCT FROM ${ref}::numeric` };
  }
  if (isSafe(from, to)) return { ...fit, value: cast };
  if (!isTried(from, to)) return undefined;
  const back = `(${cast})${through}::${from.typeName}`;
  const changes = isNumber(from) || isTime(from)
    ? `${back} IS DISTINCT FROM ${ref}`
    : `${back}::text IS DISTINCT FROM ${ref}::text`;
  return { ...fit, value: cast, changes };
}

const isInteger = ({ base, isArray }: ExistingColumn) => !isArray && INTEGERS.includes(base);
const isFloat = ({ base, isArray }: ExistingColumn) => !isArray && FLOATS.includes(base);
const isNumber = (column: ExistingColumn) =>
  isInteger(column) || isFloat(column) || (column.base === "numeric" && !column.isArray);
const isText = ({ base, isArray }: ExistingColumn) => !isArray && TEXTS.includes(base);
const isTime = ({ base, isArray }: ExistingColumn) => !isArray && (ZONED.includes(base) || LOCAL.includes(base));
const isDomain = ({ typeName, pgType }: ExistingColumn) => typeName !== pgType;
const boundsOf = ({ pgType }: ExistingColumn) => /\((\d+)(?:,(-?\d+))?\)/.exec(pgType)?.slice(1).map(Number);

/** True where every value of `from` is one of `to`. */
function isSafe(from: ExistingColumn, to: ExistingColumn): boolean {
  if (isDomain(to) || to.isArray || from.isArray !== to.isArray && !isText(to)) return false;
  const bounds = boundsOf(to);
  if (isInteger(from) && isInteger(to)) return INTEGERS.indexOf(to.base) > INTEGERS.indexOf(from.base);
  if (from.base === "float4" && to.base === "float8") return true;
  if (to.base === "numeric" && !isFloat(from) && isNumber(from)) {
    if (!bounds) return true;
    const [precision, scale] = from.base === "numeric"
      ? boundsOf(from) ?? [Infinity, Infinity]
      : [DIGITS[from.base], 0];
    return bounds[1] >= scale && bounds[0] - bounds[1] >= precision - scale;
  }
  if (isText(to)) return to.base !== "name" && to.base !== "bpchar" && !bounds;
  if (from.base === "date" && to.base === "timestamp") return !bounds;
  if (from.base === to.base && isTime(from)) return !bounds;
  if (from.base === "json" && to.base === "jsonb" || from.base === "jsonb" && to.base === "json") return true;
  return isText(from) && (["e", "r", "m"].includes(to.category) || READ_FROM_TEXT.includes(to.base));
}

/** True where some values of `from` are some of `to`: each is looked at. */
function isTried(from: ExistingColumn, to: ExistingColumn): boolean {
  if (from.isArray || to.isArray || to.base === "money") return false;
  if (isTime(from) && isTime(to)) {
    const isHour = ({ base }: ExistingColumn) => base === "time" || base === "timetz";
    return ZONED.includes(from.base) === ZONED.includes(to.base) && isHour(from) === isHour(to);
  }
  return isText(from) || isText(to) || isNumber(from) && isNumber(to) || from.base === to.base;
}

/** Refuses the first staged value that its column of the table would change. */
export async function refuseChanges(
  session: PgSession,
  fits: readonly ColumnFit[],
  { staged, target, label }: { readonly staged: string; readonly target: Target; readonly label: string },
): Promise<void> {
  for (const { name, changes, native } of fits) {
    if (changes === undefined) continue;
    const ref = `s.${quoteName(name)}`;
    const hint = "mend the value, or give the table a type that holds it";
    const [row] = await session.query(
      `SELECT left(${ref}::text, 200) AS value FROM ${staged} s WHERE ${ref} IS NOT NULL AND ${changes} LIMIT 1`,
    ).catch((error) => {
      if (!(error instanceof DtegError) || error.failure !== "data") throw error;
      throw new DtegError(
        "data.value",
        `column ${
          JSON.stringify(name)
        } of ${label} is ${native}, which does not hold a value of the load: ${error.message}`,
        { column: name, hint, cause: error },
      );
    });
    if (!row) continue;
    const declared = target.schema.find((column) => column.name === name)?.type.kind ?? "value";
    throw new DtegError(
      "data.value",
      `column ${JSON.stringify(name)} of ${label} is ${native}, which does not hold the ${declared} ${
        JSON.stringify(row.value)
      } exactly; nothing was loaded`,
      { column: name, hint },
    );
  }
}
