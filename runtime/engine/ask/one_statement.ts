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
 * Why a text does not stay one statement when it stands in parentheses: a semicolon ends it, or its parentheses do not pair, outside of
 * quotes and comments. Undefined where it does.
 */
export function notOneStatement(sql: string): "several" | "open" | "closed" | undefined {
  let depth = 0;
  for (let at = 0; at < sql.length;) {
    const skipped = lengthAt(sql, at);
    if (skipped > 0) {
      at += skipped;
      continue;
    }
    if (sql[at] === "(") depth++;
    if (sql[at] === ";") return "several";
    if (sql[at] === ")" && --depth < 0) return "closed";
    at++;
  }
  return depth > 0 ? "open" : undefined;
}

function lengthAt(sql: string, at: number): number {
  for (const pattern of SKIPPED) {
    pattern.lastIndex = at;
    const length = pattern.exec(sql)?.[0].length;
    if (length) return length;
  }
  return 0;
}
