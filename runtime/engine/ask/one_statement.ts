const SKIPPED = [
  /--[^\n]*/y,
  /\/\*[\s\S]*?\*\//y,
  /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y,
  /'(?:[^']|'')*'/y,
  /"(?:[^"]|"")*"/y,
  /(\$[A-Za-z_]*\$)[\s\S]*?\1/y,
  /[\p{L}\p{N}_]+/uy,
];

/**
 * True for a text that stays one statement when it stands in parentheses: no parenthesis closes that it did not open, and no
 * semicolon ends it, outside of quotes and comments.
 */
export function isOneStatement(sql: string): boolean {
  let depth = 0;
  for (let at = 0; at < sql.length;) {
    const skipped = lengthAt(sql, at);
    if (skipped > 0) {
      at += skipped;
      continue;
    }
    if (sql[at] === "(") depth++;
    if (sql[at] === ";" || (sql[at] === ")" && --depth < 0)) return false;
    at++;
  }
  return depth === 0;
}

function lengthAt(sql: string, at: number): number {
  for (const pattern of SKIPPED) {
    pattern.lastIndex = at;
    const length = pattern.exec(sql)?.[0].length;
    if (length) return length;
  }
  return 0;
}
