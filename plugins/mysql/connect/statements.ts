/** A statement of a script, and where it begins there. */
export interface Statement {
  readonly sql: string;
  /** In UTF-16 units. */
  readonly offset: number;
}

/** What is passed over whole: comments, texts, names and words. A comment that begins with `/*!` or `/*M!` holds SQL. */
const PIECES: readonly RegExp[] = [
  /--(?=\s|$)[^\n]*/y,
  /#[^\n]*/y,
  /\/\*(?!M?!)[\s\S]*?(?:\*\/|$)/y,
  /'(?:\\[\s\S]|''|[^'\\])*(?:'|$)/y,
  /"(?:\\[\s\S]|""|[^"\\])*(?:"|$)/y,
  /`(?:``|[^`])*(?:`|$)/y,
  /[\p{L}\p{N}_$@]+/uy,
];
const IS_COMMENT = /^(?:--|#|\/\*)/;
const WITH_BODY = new Set(["procedure", "function", "trigger", "event", "package"]);

/** The statements of a script: the server takes one at a time. */
export function statementsOf(script: string): readonly Statement[] {
  const found: Statement[] = [];
  let start = 0, depth = 0, words: string[] = [];
  const end = (at: number) => {
    const sql = script.slice(start, at);
    const blanks = /^\s*/.exec(sql)?.[0].length ?? 0;
    if (words.length > 0) found.push({ sql: sql.slice(blanks), offset: start + blanks });
    start = at + 1;
    depth = 0;
    words = [];
  };
  for (let at = 0; at < script.length;) {
    const piece = pieceAt(script, at);
    if (piece === ";" && depth === 0) end(at);
    else if (!IS_COMMENT.test(piece) && /\S/.test(piece)) {
      words.push(piece.toLowerCase());
      depth = Math.max(0, depth + bodyStep(words));
    }
    at += piece.length;
  }
  end(script.length);
  return found;
}

function pieceAt(script: string, at: number): string {
  for (const pattern of PIECES) {
    pattern.lastIndex = at;
    const match = pattern.exec(script);
    if (match) return match[0];
  }
  return script[at];
}

/** The body of a routine, BEGIN … END, holds semicolons; so does BEGIN NOT ATOMIC of MariaDB. A CASE ends with END too. */
function bodyStep(words: readonly string[]): number {
  const isRoutine = words[0] === "create" && words.some((word) => WITH_BODY.has(word));
  const isBlock = words[0] === "begin" && words[1] === "not";
  if (!isRoutine && !isBlock) return 0;
  const last = words.at(-1), before = words.at(-2);
  if (isBlock && words.length === 2) return 1;
  if (before === "end") {
    return last === "case" || last === ";" || !["if", "loop", "while", "repeat"].includes(last ?? "") ? 0 : 1;
  }
  if (last === "begin" || last === "case") return 1;
  return last === "end" ? -1 : 0;
}
