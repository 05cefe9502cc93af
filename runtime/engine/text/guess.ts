import type { DataType, DuckSession, Row } from "../../../sdk/mod.ts";
import { quoteName, quoteText } from "../../../sdk/mod.ts";
import { exactDouble, GUESS_FORMS } from "./guess_rule.ts";

/** Rows that a first guess looks at. A value further down that breaks it leads to a second guess from all rows. */
export const GUESS_ROWS = 20_000;

interface Guess {
  readonly columns: readonly string[];
  /** SQL whose columns are text. */
  readonly query: string;
}

/**
 * The type of each text column: one that gives every value back as it was, digit for digit, else text. Codes with leading zeros,
 * signs, thousands marks and dates of another order than ISO stay text.
 */
export async function guessTypes(
  session: DuckSession,
  { columns, query }: Guess,
): Promise<ReadonlyMap<string, DataType>> {
  if (columns.length === 0) return new Map();
  const types = new Map<string, DataType>();
  for (let from = 0; from < columns.length; from += 100) {
    const some = columns.slice(from, from + 100);
    const [row] = await session.all(`SELECT ${some.map(countsOf).join(", ")} FROM (${query}) t`);
    some.forEach((name, index) => types.set(name, typeFor(row, index)));
  }
  return types;
}

/** Counts of the forms that the values of one column have, as a STRUCT. */
function countsOf(name: string, index: number): string {
  const ref = `t.${quoteName(name)}`;
  const form = (key: keyof typeof GUESS_FORMS) => `regexp_full_match(${ref}, ${quoteText(GUESS_FORMS[key])})`;
  const castable = (duck: string) => `TRY_CAST(${ref} AS ${duck}) IS NOT NULL`;
  const whole = `regexp_full_match(${ref}, '-?[0-9]+(\\.[0-9]+)?')`;
  const whole_digits = `CASE WHEN ${whole} THEN strlen(split_part(ltrim(${ref}, '-'), '.', 1)) END`;
  const counts = {
    n: `count(${ref})`,
    bool: `count(*) FILTER (${form("bool")})`,
    int: `count(*) FILTER (${form("int")})`,
    int64: `count(*) FILTER (${form("int")} AND ${castable("BIGINT")})`,
    decimal: `count(*) FILTER (${form("decimal")})`,
    double: `count(*) FILTER (${exactDouble(ref)})`,
    digits: `max(${whole_digits})`,
    scale: `max(CASE WHEN ${whole} THEN strlen(split_part(${ref}, '.', 2)) END)`,
    date: `count(*) FILTER (${form("date")} AND CAST(TRY_CAST(${ref} AS DATE) AS VARCHAR) = ${ref})`,
    timestamp: `count(*) FILTER (${form("timestamp")} AND ${castable("TIMESTAMP")})`,
    timestamptz: `count(*) FILTER (${form("timestamptz")} AND ${castable("TIMESTAMP WITH TIME ZONE")})`,
  };
  return Object.entries(counts).map(([key, sql]) => `${sql} AS ${key}${index}`).join(", ");
}

function typeFor(row: Row, index: number): DataType {
  const count = (key: string) => Number(row[`${key}${index}`] ?? 0);
  const n = count("n");
  if (n === 0) return { kind: "text" };
  if (count("int64") === n) return { kind: "int64" };
  if (count("int") + count("decimal") === n) {
    const scale = count("scale");
    const digits = count("digits") + scale;
    return digits <= 38 ? { kind: "decimal", precision: digits <= 18 ? 18 : 38, scale } : { kind: "decimal" };
  }
  if (count("double") === n) return { kind: "float64" };
  if (count("bool") === n) return { kind: "bool" };
  if (count("date") === n) return { kind: "date" };
  if (count("timestamp") === n) return { kind: "timestamp", precision: 6 };
  if (count("timestamptz") === n) return { kind: "timestamptz", precision: 6 };
  return { kind: "text" };
}
