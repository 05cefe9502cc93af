import { hidePasswords } from "../url.ts";

const SECRET_KEY = String.raw`["']?[\w-]*(?:pass|pwd|secret|token|private|credential)[\w-]*["']?\s*:\s+(?!["']?\$\{)`;
const SECRET_LINE = new RegExp(`^(\\s*(?:-\\s+)?${SECRET_KEY})\\S.*$`, "i");
const SECRET_INSIDE = new RegExp(`([{,]\\s*${SECRET_KEY})[^\\s,}][^,}]*`, "gi");

/** The 1-based line and column (UTF-16 units) of an offset. */
export function lineAndColumn(text: string, offset: number): { readonly line: number; readonly col: number } {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, col: offset - start + 1 };
}

/** The line of an offset with two before it, and a caret under it. Passwords are hidden. */
export function excerpt(text: string, offset: number, { end = offset }: { readonly end?: number } = {}): string {
  const { line, col } = lineAndColumn(text, offset);
  const lines = text.split("\n");
  const width = String(line).length;
  const shown = lines.slice(Math.max(0, line - 3), line).map((content, at, all) => {
    const number = String(line - all.length + 1 + at).padStart(width);
    return `${number} | ${clean(content)}`.trimEnd();
  });
  const last = lines[line - 1] ?? "";
  const carets = clean(last) === last ? Math.min(end - offset, last.length - col + 1) : 1;
  const indent = clean(last.slice(0, col - 1)).replace(/[^\t]/g, " ");
  return [...shown, `${" ".repeat(width)} | ${indent}${"^".repeat(Math.max(1, carets))}`].join("\n");
}

function clean(line: string): string {
  const hidden = hidePasswords(line.replace(/\r$/, "")).replace(SECRET_LINE, "$1***").replace(SECRET_INSIDE, "$1***");
  return hidden.length > 160 ? `${hidden.slice(0, 159)}…` : hidden;
}
