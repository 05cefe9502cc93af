/** How a CSV file is written. */
export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
}

/** A field as it stands in the file. */
export interface Field {
  readonly text: string;
  readonly quoted: boolean;
  /** There is a blank between a quote and the delimiter; the reader leaves it out. */
  readonly padded: boolean;
  /** Text stands behind its closing quote. */
  readonly broken: boolean;
}

/** How a line ends; nothing at the end of a file. */
export type LineBreak = "\n" | "\r" | "\r\n" | "";

/** A record as it stands in the file. */
export interface TextRecord {
  readonly fields: readonly Field[];
  readonly lineBreak: LineBreak;
  /** Where the text goes on behind it. */
  readonly end: number;
}

/**
 * The first records of a text, at most `limit`, as the reader takes them; a last record without its line's end counts only when `whole`
 * is true. A broken field is the last one that is seen. One blank before a quote, and blanks after the closing one, are no part of a
 * field.
 */
export function parseRecords(text: string, dialect: Dialect, { limit = 1000, whole = true } = {}): TextRecord[] {
  const { delimiter } = dialect;
  const records: TextRecord[] = [];
  let fields: Field[] = [];
  let at = 0;
  while (at < text.length && records.length < limit) {
    const found = fieldAt(text, { at, dialect });
    if (!found) return records; // a quote that does not close here
    fields.push(found.field);
    if (found.field.broken) return [...records, { fields, lineBreak: "", end: found.end }]; // what follows is not sure
    at = found.end;
    if (text.startsWith(delimiter, at)) {
      at += delimiter.length;
      if (at < text.length) continue;
      fields.push({ text: "", quoted: false, padded: false, broken: false });
    }
    if (at >= text.length && !whole) return records;
    const lineBreak = breakAt(text, at);
    at += lineBreak.length;
    records.push({ fields, lineBreak, end: at });
    fields = [];
  }
  return records;
}

function breakAt(text: string, at: number): LineBreak {
  if (text[at] === "\n") return "\n";
  if (text[at] !== "\r") return "";
  return text[at + 1] === "\n" ? "\r\n" : "\r";
}

function fieldAt(
  text: string,
  { at: start, dialect }: { at: number; dialect: Dialect },
): { field: Field; end: number } | undefined {
  const { delimiter, quote, escape } = dialect;
  const isPadded = text[start] === " " && text[start + 1] === quote;
  let at = isPadded ? start + 1 : start;
  let value = "";
  const quoted = quote !== "" && text[at] === quote;
  if (quoted) {
    for (at++; text[at] !== quote || (escape === quote && text[at + 1] === quote); at++) {
      if (at >= text.length) return undefined;
      if (text[at] === escape) at++;
      value += text[at] ?? "";
    }
    at++;
  }
  const end = fieldEnd(text, { at, delimiter });
  const rest = text.slice(at, end);
  const isBlank = /^ *$/.test(rest);
  const field = {
    text: quoted && isBlank ? value : value + rest,
    quoted,
    padded: quoted && (isPadded || (rest !== "" && isBlank)),
    broken: quoted && !isBlank,
  };
  return { field, end };
}

function fieldEnd(text: string, { at, delimiter }: { at: number; delimiter: string }): number {
  for (let end = at; end < text.length; end++) {
    const char = text[end];
    if (char === "\n" || char === "\r" || text.startsWith(delimiter, end)) return end;
  }
  return text.length;
}
