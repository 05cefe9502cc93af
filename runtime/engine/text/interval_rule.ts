import { matches, type TextRule } from "./text_rule.ts";

const UNITS = ["years", "months", "weeks", "days", "hours", "minutes", "seconds"] as const;
const ISO = "P(?:(-?[0-9]+)Y)?(?:(-?[0-9]+)M)?(?:(-?[0-9]+)W)?(?:(-?[0-9]+)D)?" +
  "(?:T(?:(-?[0-9]+)H)?(?:(-?[0-9]+)M)?(?:(-?[0-9]+(?:\\.[0-9]{1,6}0*)?)S)?)?";

/** Intervals: ISO 8601, each part with its own sign, or DuckDB's words. Fractions only where they are whole microseconds. */
export function intervalRule(ref: string): TextRule {
  const text = `trim(${ref})`;
  const part = (index: number) => `coalesce(nullif(regexp_extract(${text}, '^${ISO}$', ${index + 1}), ''), '0')`;
  const words = UNITS.map((unit, index) => `${part(index)} || ' ${unit}'`).join(` || ' ' || `);
  const isIso = `(${matches(text, ISO)} AND regexp_matches(${text}, '[0-9]'))`;
  const cut = "\\.[0-9]{6}0*[1-9]|(?i)\\.[0-9]+ *(y|mon|mil|dec|cent|quarter)";
  const value = `TRY_CAST(CASE WHEN ${isIso} THEN ${words} ELSE ${ref} END AS INTERVAL)`;
  return { test: `NOT regexp_matches(${text}, '${cut}') AND ${value} IS NOT NULL`, value };
}
