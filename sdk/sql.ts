/**
 * An identifier in double quotes.
 *
 * @example
 * ```ts
 * import { quoteName } from "./sql.ts";
 * console.log(quoteName('a "b"')); // "a ""b"""
 * ```
 */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A text literal in single quotes, for SQL where a backslash is only a backslash.
 *
 * @example
 * ```ts
 * import { quoteText } from "./sql.ts";
 * console.log(quoteText("it's")); // 'it''s'
 * ```
 */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A qualified name: its parts, those that there are, each in double quotes. */
export function quoteTable(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).map(quoteName).join(".");
}

/** What `{{ interval }}` of a stream's query stands for until its source puts the condition of the cursor there: SQL that is true. */
export const INTERVAL_MARK = "/* interval */ true";
