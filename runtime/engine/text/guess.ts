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
  const forms = new Map<string, Form>();
  for (const [some, row] of await rowsOf(session, { columns, query }, summaryOf)) {
    some.forEach((name, index) => forms.set(name, commonForm(row, index)));
  }
  const numbers = columns.filter((name) => isUnsure(forms.get(name)!));
  const types = new Map<string, DataType>();
  for (const [some, row] of await rowsOf(session, { columns: numbers, query }, numbersOf)) {
    some.forEach((name, index) => types.set(name, numberType(forms.get(name)!, row, index)));
  }
  return new Map(columns.map((name) => [name, types.get(name) ?? plainType(forms.get(name)!)]));
}

/** Asks about columns, a hundred at a time; each answer with the columns that it is about. */
async function rowsOf(
  session: DuckSession,
  { columns, query }: Guess,
  ask: (query: string, columns: readonly string[]) => string,
): Promise<[columns: readonly string[], row: Row][]> {
  const answers: [readonly string[], Row][] = [];
  for (let from = 0; from < columns.length; from += 100) {
    const some = columns.slice(from, from + 100);
    answers.push([some, (await session.all(ask(query, some)))[0]]);
  }
  return answers;
}

/** What a text can be, as a number: so the least and the greatest of a column tell what all its values are. */
const FORM = {
  text: 0,
  int64: 1,
  int: 2,
  decimal: 3,
  float: 4,
  bool: 5,
  date: 6,
  timestamp: 7,
  timestamptz: 8,
} as const;
type Form = typeof FORM[keyof typeof FORM];

function summaryOf(query: string, columns: readonly string[]): string {
  const forms = columns.map((name, index) => {
    const ref = `t.${quoteName(name)}`;
    return `${formOf(ref)} AS f${index}`;
  });
  const counts = columns.map((_, index) => `min(f${index}) AS least${index}, max(f${index}) AS most${index}`);
  return `SELECT ${counts.join(", ")} FROM (SELECT ${forms.join(", ")} FROM (${query}) t)`;
}

/** SQL that gives the form of a text; the first that fits, and a look at the first letter before all. */
function formOf(ref: string): string {
  const has = (pattern: string) => `regexp_full_match(${ref}, ${quoteText(pattern)})`;
  const where = (condition: string, form: number) => `CASE WHEN ${condition} THEN ${form} ELSE ${FORM.text} END`;
  const castable = (type: string) => `TRY_CAST(${ref} AS ${type}) IS NOT NULL`;
  const number = "-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?";
  return `CASE WHEN ${ref} IS NULL THEN NULL WHEN NOT regexp_matches(${ref}, '^[-0-9tfNI]') THEN ${FORM.text}
    WHEN ${has(GUESS_FORMS.int)} THEN CASE WHEN ${castable("BIGINT")} THEN ${FORM.int64} ELSE ${FORM.int} END
    WHEN ${has(GUESS_FORMS.decimal)} THEN ${FORM.decimal}
    WHEN ${has(`${number}|${GUESS_FORMS.special}`)} THEN ${FORM.float}
    WHEN ${has(GUESS_FORMS.bool)} THEN ${FORM.bool}
    WHEN ${has(GUESS_FORMS.date)} THEN ${where(`CAST(TRY_CAST(${ref} AS DATE) AS VARCHAR) = ${ref}`, FORM.date)}
    WHEN ${has(GUESS_FORMS.timestamp)} THEN ${where(castable("TIMESTAMP"), FORM.timestamp)}
    WHEN ${has(GUESS_FORMS.timestamptz)} THEN ${where(castable("TIMESTAMP WITH TIME ZONE"), FORM.timestamptz)}
    ELSE ${FORM.text} END`;
}

/** The form that all values of a column have: integers and decimals are decimals, numbers with exponents among them floats. */
function commonForm(row: Row, index: number): Form {
  const [least, most] = [row[`least${index}`], row[`most${index}`]].map((form) => Number(form ?? FORM.text) as Form);
  return least === most || (least > FORM.text && most <= FORM.float) ? most : FORM.text;
}

/** Whether more must be known of the values than their form. */
const isUnsure = (form: Form) => form === FORM.int || form === FORM.decimal || form === FORM.float;

/** Of columns of numbers: the most digits before and behind the point, and how many values a double does not give back. */
function numbersOf(query: string, columns: readonly string[]): string {
  const counts = columns.map((name, index) => {
    const ref = `t.${quoteName(name)}`;
    return `max(strlen(split_part(ltrim(${ref}, '-'), '.', 1))) AS digits${index}, ` +
      `max(strlen(split_part(${ref}, '.', 2))) AS scale${index}, ` +
      `count(*) FILTER (${ref} IS NOT NULL AND NOT (${exactDouble(ref)})) AS inexact${index}`;
  });
  return `SELECT ${counts.join(", ")} FROM (${query}) t`;
}

function numberType(form: Form, row: Row, index: number): DataType {
  if (form === FORM.float) return { kind: Number(row[`inexact${index}`]) > 0 ? "text" : "float64" };
  const scale = Number(row[`scale${index}`]);
  const digits = Number(row[`digits${index}`]) + scale;
  return digits <= 38 ? { kind: "decimal", precision: digits <= 18 ? 18 : 38, scale } : { kind: "decimal" };
}

function plainType(form: Form): DataType {
  switch (form) {
    case FORM.int64:
      return { kind: "int64" };
    case FORM.bool:
      return { kind: "bool" };
    case FORM.date:
      return { kind: "date" };
    case FORM.timestamp:
      return { kind: "timestamp", precision: 6 };
    case FORM.timestamptz:
      return { kind: "timestamptz", precision: 6 };
    default:
      return { kind: "text" };
  }
}
