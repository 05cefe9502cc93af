import { DtegError } from "../../../sdk/mod.ts";

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;

/** Reads a file of `NAME=value` lines. */
export function readEnvFile(path: string, { name = path }: { readonly name?: string } = {}): Record<string, string> {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (cause) {
    const missing = cause instanceof Deno.errors.NotFound;
    const reason = missing ? "there is no such file" : DtegError.from(cause).message;
    throw new DtegError(
      missing ? "file.not_found" : "file.unreadable",
      `cannot read --env-file ${JSON.stringify(name)}: ${reason}`,
      {
        cause,
        hint: "check the path",
      },
    );
  }
  return parseEnvFile(text, name);
}

/**
 * The variables of a text: comments, `export`, single quotes (all is literal), double quotes (`\n \t \" \\ \$` are known), and
 * bare values up to ` #`. Quoted values may go over lines.
 */
export function parseEnvFile(text: string, path: string): Record<string, string> {
  const found: Record<string, string> = {};
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    if (/^\s*(#|$)/.test(lines[at])) continue;
    const first = at;
    const match = LINE.exec(lines[at]);
    if (!match) throw invalid(path, first, "wanted NAME=value");
    let value = match[2];
    const quote = /^["']/.exec(value)?.[0];
    while (quote && !closed(value, quote)) {
      if (++at >= lines.length) throw invalid(path, first, `the quote ${quote} is not closed`);
      value += `\n${lines[at]}`;
    }
    found[match[1]] = quote ? unquote(value, quote) : value.replace(/(^|\s+)#.*$/, "");
  }
  return found;
}

const QUOTED: Readonly<Record<string, RegExp>> = {
  "'": /^'([^']*)'\s*(#.*)?$/,
  '"': /^"((?:[^"\\]|\\[^])*)"\s*(#.*)?$/,
};

function closed(value: string, quote: string): boolean {
  return QUOTED[quote].test(value);
}

function unquote(value: string, quote: string): string {
  const inner = QUOTED[quote].exec(value)?.[1] ?? "";
  const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
  return quote === "'" ? inner : inner.replace(/\\([ntr"\\$])/g, (_, letter) => escapes[letter] ?? letter);
}

function invalid(path: string, line: number, reason: string): DtegError {
  return new DtegError("flag.invalid", `cannot read the file of --env-file: ${reason}`, {
    path,
    line: line + 1,
    col: 1,
  });
}
