import { DtegError, type TableName } from "../../../sdk/mod.ts";

/** Names of streams by their parts: `*` is any text, `?` one character; what stands in double quotes is meant as it is. */
export interface StreamPattern {
  /** As written, without the `!`. */
  readonly text: string;
  /** It leaves out what it matches. */
  readonly excludes: boolean;
  /** It may mean several streams. */
  readonly isWild: boolean;
  /** True for a name whose last part may be meant, whatever its schema is. */
  matchesLast(name: string): boolean;
  /** True for a name whose last parts are those of the pattern. */
  matches(name: TableName): boolean;
}

const PART = /"((?:[^"]|"")*)"(?=\.|$)|([^".][^.]*)(?=\.|$)/y;

/** True for a name that is a pattern: it holds `*` or `?` outside of quotes, or begins with `!`. */
export function isPattern(text: string): boolean {
  return /^!|[*?]/.test(text.replace(/"[^"]*"/g, ""));
}

/** Reads a pattern or a plain name. Throws `pipeline.invalid` where it has no form. */
export function parsePattern(written: string): StreamPattern {
  const excludes = written.startsWith("!");
  const text = excludes ? written.slice(1) : written;
  const parts: RegExp[] = [];
  let isWild = false;
  for (let at = 0; at <= text.length; at++) { // the dot between two parts is stepped over
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (!match || parts.length === 3) throw invalid(written);
    const [, quoted, plain = ""] = match;
    isWild ||= /[*?]/.test(plain);
    parts.push(quoted === undefined ? wildcard(plain) : literal(quoted.replaceAll('""', '"')));
    at = PART.lastIndex;
  }
  return {
    text,
    excludes,
    isWild,
    matchesLast: (name) => parts[parts.length - 1].test(name),
    matches({ catalog, schema, name }) {
      const given = [catalog, schema, name].slice(-parts.length);
      return parts.every((part, index) => part.test(given[index] ?? "\0"));
    },
  };
}

const literal = (text: string) => new RegExp(`^${RegExp.escape(text)}$`, "u");

function wildcard(text: string): RegExp {
  const source = text.split(/([*?])/).map((piece) => piece === "*" ? ".*" : piece === "?" ? "." : RegExp.escape(piece));
  return new RegExp(`^${source.join("")}$`, "su");
}

function invalid(text: string): DtegError {
  return new DtegError(
    "pipeline.invalid",
    `cannot read the pattern ${JSON.stringify(text)}: wanted parts with dots between them, as in schema.name*`,
    { hint: 'a part that is meant as it is stands in double quotes: schema."odd*name"' },
  );
}
