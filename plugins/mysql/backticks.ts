/** An identifier as MySQL quotes it, whatever its sql_mode. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** A qualified name: its parts, those that there are, each in backticks. */
export function quotePlace(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).map(quoteIdentifier).join(".");
}

/** A text literal that means the same whatever sql_mode says of backslashes, and whatever character set the literal would have. */
export function quoteString(text: string): string {
  if (/^[ -~]*$/.test(text) && !text.includes("\\")) return `'${text.replaceAll("'", "''")}'`;
  const hex = [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `CONVERT(X'${hex}' USING utf8mb4)`;
}
