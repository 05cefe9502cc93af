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
}

/** The first records of a text, at most `limit`; a last record without its line's end counts only when `whole` is true. */
export function parseRecords(text: string, dialect: Dialect, { limit = 1000, whole = true } = {}): Field[][] {
  const { delimiter, quote, escape } = dialect;
  const records: Field[][] = [];
  let fields: Field[] = [];
  let at = 0;
  while (at < text.length && records.length < limit) {
    let value = "", quoted = false;
    if (quote && text[at] === quote) {
      quoted = true;
      at++;
      while (at < text.length) {
        if (text[at] === escape && (text[at + 1] === quote || (escape !== quote && text[at + 1] === escape))) {
          value += text[at + 1];
          at += 2;
        } else if (text[at] === quote) break;
        else value += text[at++];
      }
      if (at >= text.length) return records; // it does not end here
      at++;
    }
    const end = fieldEnd(text, { at, delimiter });
    value += text.slice(at, end);
    fields.push({ text: value, quoted });
    at = end;
    if (text.startsWith(delimiter, at)) {
      at += delimiter.length;
      if (at < text.length) continue;
      fields.push({ text: "", quoted: false });
    }
    const atEnd = at >= text.length;
    if (atEnd && !whole) return records;
    records.push(fields);
    fields = [];
    at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
  }
  return records;
}

function fieldEnd(text: string, { at, delimiter }: { at: number; delimiter: string }): number {
  for (let end = at; end < text.length; end++) {
    const char = text[end];
    if (char === "\n" || char === "\r" || text.startsWith(delimiter, end)) return end;
  }
  return text.length;
}

/** A record by its place in the file. */
export interface Place {
  /** 1-based, the header counted. */
  readonly record: number;
  /** 1-based line on which the record begins. */
  readonly line: number;
  readonly fields: number;
  readonly problem?: "quote not closed" | "text after a closing quote";
}

/**
 * Walks a UTF-8 file byte by byte and yields every record's place, to say where a fault is. Blank lines are records of one field only where the file has one column;
 * else they are passed over, as by the reader.
 */
export async function* scanPlaces(
  chunks: AsyncIterable<Uint8Array>,
  dialect: Dialect,
  { skip = 0, width = 0 } = {},
): AsyncGenerator<Place> {
  const [delimiter, quote, escape] = [dialect.delimiter, dialect.quote, dialect.escape].map((c) =>
    c ? c.charCodeAt(0) : -1
  );
  let line = 1, record = 0, afterReturn = false, toSkip = skip;
  let now = fresh(line);

  function end(): Place | undefined {
    const { blank, fields, problem } = now;
    const start = now.line;
    now = fresh(line);
    if (blank && width !== 1) return undefined;
    record++;
    return { record, line: start, fields, ...(problem && { problem }) };
  }

  for await (const chunk of chunks) {
    for (const byte of chunk) {
      const isRest = byte === 10 && afterReturn; // the second half of a CRLF
      afterReturn = byte === 13;
      if (isRest) continue;
      const isBreak = byte === 10 || byte === 13;
      if (isBreak) line++;
      if (toSkip > 0) {
        if (isBreak) toSkip--;
        now = fresh(line);
      } else if (now.inQuotes) {
        quotedByte(now, { byte, quote, escape });
      } else if (isBreak) {
        const place = end();
        if (place) yield place;
      } else {
        plainByte(now, { byte, quote, escape, delimiter });
      }
    }
  }
  if (now.inQuotes) now.problem = "quote not closed";
  if (now.blank) return;
  const place = end();
  if (place) yield place;
}

interface Walk {
  readonly line: number;
  fields: number;
  blank: boolean;
  /** Nothing of the field has been seen. */
  atStart: boolean;
  inQuotes: boolean;
  /** The field's closing quote has been seen. */
  closed: boolean;
  escaped: boolean;
  problem?: Place["problem"];
}

const fresh = (line: number): Walk => ({
  line,
  fields: 1,
  blank: true,
  atStart: true,
  inQuotes: false,
  closed: false,
  escaped: false,
});

function quotedByte(now: Walk, { byte, quote, escape }: { byte: number; quote: number; escape: number }): void {
  if (now.escaped) now.escaped = false;
  else if (byte === escape && escape !== quote) now.escaped = true;
  else if (byte === quote) {
    now.inQuotes = false;
    now.closed = true;
  }
}

function plainByte(
  now: Walk,
  { byte, quote, escape, delimiter }: { byte: number; quote: number; escape: number; delimiter: number },
): void {
  now.blank = false;
  if (byte === delimiter) {
    now.fields++;
    now.atStart = true;
    now.closed = false;
  } else if (byte === quote && (now.atStart || (now.closed && escape === quote))) { // opened, or a doubled quote
    now.inQuotes = true;
    now.closed = false;
    now.atStart = false;
  } else {
    if (now.closed && byte !== 32) now.problem ??= "text after a closing quote";
    now.atStart = false;
  }
}
