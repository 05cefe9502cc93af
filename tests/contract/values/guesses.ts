import type { Kind } from "../kinds.ts";
import { type Line, nasty, refused } from "../nasty.ts";

type Guess = readonly [kind: Kind, is: string, why: string, written?: string];

/** Fields of a CSV without quotes. */
const OF_CSV: readonly Guess[] = [
  ["text", "007", "zeros before a number are kept"],
  ["text", "+5", "a sign that no number writes"],
  ["text", "1,000", "a comma is no point", '"1,000"'],
  ["text", "0x1F", "a number of programmers"],
  ["text", "1_000", "digits in groups"],
  ["text", "31/12/2024", "a day whose month is not known"],
  ["text", "2024-02-30", "no day"],
  ["text", "24:00:00", "the end of a day"],
  ["text", "NULL", "a word for nothing"],
  ["text", "\\N", "a sign of nothing"],
  ["text", "True", "a word of Python"],
  ["text", "-", "a dash"],
  ["text", "1e400", "a number that is too large for a double"],
  ["text", "1e-400", "a number that is too small for a double"],
  ["text", "-0", "minus zero is no whole number"],
  ["text", " 5", "a blank before a number", '" 5"'],
  ["text", "\u0665", "a digit of another script"],
  ["numeric", "0.1234567890123456789012345678901234567890", "more digits than any fixed decimal"],
  ["int64", "9223372036854775807", "the largest of 64 bits"],
  ["decimal(38,0)", "9223372036854775808", "the first number of more than 64 bits"],
  ["decimal(38,0)", "18446744073709551615", "the largest unsigned of 64 bits"],
  ["decimal(18,2)", "0.10", "a zero at the end"],
  ["float64", "1e5", "a number with an exponent"],
  ["float64", "NaN", "no number"],
  ["timestamptz", "2024-06-01T10:00:00Z", "an offset", "2024-06-01T15:30:00+05:30"],
  ["timestamp", "2024-03-10T02:30:00", "an hour that New York's clocks skip", "2024-03-10 02:30:00"],
];

/** Values of JSON. */
const OF_JSON: readonly Guess[] = [
  ["int64", "9007199254740993", "beyond 2^53"],
  ["decimal(38,0)", "18446744073709551615", "the largest unsigned of 64 bits"],
  ["numeric", "123456789012345678901234567890123456789012345", "more than 38 digits"],
  ["decimal(18,1)", "1.5", "a zero at the end is no part of a number of JSON", "1.50"],
  ["decimal(18,1)", "1.1", "a decimal that no double is"],
  ["text", "1e400", "a number that is too large for a double"],
  ["text", "-0", "minus zero is no whole number"],
  ["float64", "1e5", "a number with an exponent"],
  ["text", "007", "zeros before a number", '"007"'],
  ["text", "2024-05-01", "a text like a date", '"2024-05-01"'],
  ["json", '{"a":[1,null]}', "an object"],
];

const lines = (guesses: readonly Guess[], ends: readonly ("csv" | "ndjson" | "json")[]): readonly Line[] =>
  guesses.map(([kind, is, why, value = is]) => {
    const from = Object.fromEntries(ends.map((end) => [end, { value }]));
    const to = is === "NaN" ? { ">mysql": refused("data.value") } : {};
    return [kind, is, `not declared: ${why}`, { only: [], from, to }];
  });

/** Values of text files that nobody declares: a guess changes none of them. */
export const GUESSES = nasty("guess", [...lines(OF_CSV, ["csv"]), ...lines(OF_JSON, ["ndjson", "json"])]);
