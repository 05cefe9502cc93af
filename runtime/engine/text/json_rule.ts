import type { TextRule } from "./text_rule.ts";

/** RE2 pattern of a comma before a closing bracket, which DuckDB takes though it is no JSON. In a text it may also stand in a string. */
const TRAILING_COMMA = "',\\s*[\\]}]'";
const WORDS = "'(?i)nan|inf'";

/** JSON as it was defined: without the NaN, Infinity and commas before a closing bracket that DuckDB takes too. */
export function jsonRule(ref: string): TextRule {
  const json = `TRY_CAST(${ref} AS JSON)`;
  const lower = `lower(${ref})`;
  const noWords = `NOT contains(${lower}, 'nan') AND NOT contains(${lower}, 'inf')`;
  // one look at the text: NULL where a word or a comma may be more than part of a string
  const quick = `CASE WHEN ${noWords} AND NOT regexp_matches(${ref}, ${TRAILING_COMMA}) THEN ${json} END`;
  const hasWords = `regexp_matches(${ref}, ${WORDS}) AND regexp_matches(${withoutStrings(ref)}, ${WORDS})`;
  const test = `(json_valid(${ref}) AND NOT (${hasWords}) AND NOT (${hasTrailingComma(ref)}))`;
  return { quick, test, value: `CAST(${ref} AS JSON)` };
}

/** SQL condition: in the text of JSON as DuckDB takes it a comma stands before a closing bracket. */
export function hasTrailingComma(ref: string): string {
  return `regexp_matches(${ref}, ${TRAILING_COMMA}) AND regexp_matches(${withoutStrings(ref)}, ${TRAILING_COMMA})`;
}

const withoutStrings = (ref: string) => `regexp_replace(${ref}, '"(?:[^"\\\\]|\\\\.)*"', '""', 'g')`;
