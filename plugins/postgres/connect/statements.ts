/** A statement of a script, and where it begins there. */
export interface Statement {
  readonly sql: string;
  /** In UTF-16 units. */
  readonly offset: number;
}

/** What is passed over whole: comments (they nest), texts, names, dollar quotes, and words, since a $ or E may be part of one. */
const PIECES: readonly RegExp[] = [
  /--[^\n]*/y,
  /[eE]'(?:\\[\s\S]|''|[^'\\])*(?:'|$)/y,
  /'(?:''|[^'])*(?:'|$)/y,
  /"(?:""|[^"])*(?:"|$)/y,
  /\$((?:[\p{L}_][\p{L}\p{N}_]*)?)\$[\s\S]*?(?:\$\1\$|$)/uy,
  /[\p{L}_][\p{L}\p{N}_$]*/uy,
];

/** The statements of a script: the server runs several at once in one transaction, which some do not want. */
export function statementsOf(script: string): readonly Statement[] {
  const found: Statement[] = [];
  let start = 0, parens = 0, bodies = 0, words: string[] = [];
  const end = (at: number) => {
    const sql = script.slice(start, at);
    if (words.length > 0 || parens > 0) {
      const blanks = /^\s*/.exec(sql)?.[0].length ?? 0;
      found.push({ sql: sql.slice(blanks), offset: start + blanks });
    }
    start = at + 1;
    parens = bodies = 0;
    words = [];
  };
  for (let at = 0; at < script.length;) {
    const piece = pieceAt(script, at);
    const char = script[at];
    if (/^[\p{L}_]/u.test(piece) && !/^e'/i.test(piece)) {
      words.push(piece.toLowerCase());
      bodies = Math.max(0, bodies + bodyStep(words));
    } else if (char === "(" || char === "[") parens++;
    else if (char === ")" || char === "]") parens--;
    else if (char === ";" && parens <= 0 && bodies === 0) end(at);
    else if (/^[^\s-]/.test(piece) && !piece.startsWith("/*")) words.push(char);
    at += piece.length;
  }
  end(script.length);
  return found;
}

function pieceAt(script: string, at: number): string {
  if (script.startsWith("/*", at)) return script.slice(at, endOfComment(script, at));
  for (const pattern of PIECES) {
    pattern.lastIndex = at;
    const match = pattern.exec(script);
    if (match) return match[0];
  }
  return script[at];
}

function endOfComment(script: string, at: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(script); mark; mark = marks.exec(script)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return script.length;
}

/** A function's body in SQL, BEGIN ATOMIC … END, holds semicolons; a CASE in it ends with END too. */
function bodyStep(words: readonly string[]): number {
  if (words[0] !== "create" || !words.some((word) => word === "function" || word === "procedure")) return 0;
  const [last, before] = [words.at(-1), words.at(-2)];
  if (last === "atomic" && before === "begin") return 1;
  const isInside = words.some((word, index) => word === "atomic" && words[index - 1] === "begin");
  if (!isInside) return 0;
  return last === "case" ? 1 : last === "end" ? -1 : 0;
}
