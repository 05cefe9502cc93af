import { typeWord } from "./type_word.ts";
import { faultChecks, instead } from "../check/fault_checks.ts";
import type { Check } from "../check/judged_query.ts";
import { refuse } from "../move/duck_error.ts";
import { guessRule, hasGuessRule } from "./guess_rule.ts";
import type { TextColumn, TextRule } from "./text_rule.ts";
import { valueRule } from "./value_rule.ts";

/**
 * SQL that turns the text into the type, or stops the query and names column and value. A cast of DuckDB alone rounds `1.5` to an
 * integer, cuts nanoseconds and drops zones without a word, so each cast here stands behind a test that it changes nothing.
 */
export function parseText(column: TextColumn): string {
  const { ref, type, rule, name, action = "fail" } = column;
  if (type.kind === "text" || type.kind === "other") return ref;
  const { fast, quick, test, value } = ruleOf(column);
  const near = action === "allow" || action === "near or reject" ? valueRule(column).near : undefined;
  const stop = refuse({ kind: rule === "guess" ? "guess" : "value", column: name, type: wantedOf(column) }, ref);
  const rest = instead(action, { stop, near });
  const first = fast ? `WHEN ${fast} THEN ${value} ` : "";
  const sure = `CASE ${first}WHEN ${ref} IS NULL THEN NULL WHEN ${test} THEN ${value} ELSE ${rest} END`;
  return quick ? `coalesce(${quick}, ${sure})` : sure;
}

/** What a text had to be. */
const wantedOf = ({ type, rule }: TextColumn) => typeWord(type) + MORE[rule];

/** The looks at the values of a text column that tell its faults, where they did not stop the query. */
export function textChecks(column: TextColumn): readonly Check[] {
  const { name, type, action = "fail" } = column;
  if (type.kind === "text" || type.kind === "other") return [];
  const bad = (raw: string) => refusedBy({ ...column, ref: raw });
  return faultChecks({ column: name, wanted: wantedOf(column), action, bad });
}

/** SQL condition under which {@linkcode parseText} stops the query. */
export function refusedBy(column: TextColumn): string {
  if (column.type.kind === "text" || column.type.kind === "other") return "false";
  return `(${column.ref} IS NOT NULL AND NOT coalesce(${ruleOf(column).test}, false))`;
}

/** What a refusal says behind the type. */
const MORE: Readonly<Record<TextColumn["rule"], string>> = {
  guess: " as was guessed from the rows before it",
  table: ", the type that the target has for it, to the letter",
  value: "",
};

const ruleOf = (column: TextColumn): TextRule =>
  column.rule !== "value" && hasGuessRule(column.type) ? guessRule(column) : valueRule(column);
