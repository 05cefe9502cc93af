import { readBeginning } from "./csv_beginning.ts";
import type { CsvLayout } from "./csv_dialect.ts";
import type { Dialect, LineBreak } from "./csv_scan.ts";

/** A record by its place in the file. */
export interface Place {
  /** 1-based, the header counted. */
  readonly record: number;
  /** 1-based line on which the record begins. */
  readonly line: number;
  /** Its bytes in the file, with the break behind it. */
  readonly from: number;
  readonly to: number;
  readonly fields: number;
  /** Fields up to the last one that is not empty. */
  readonly filled: number;
  readonly lineBreak: LineBreak;
  readonly problem?: "quote not closed" | "text after a closing quote";
}

/** The places of the records of a file, also where a copy of it is read. */
export async function* placesOf(path: string, layout: CsvLayout): AsyncGenerator<Place> {
  const { skip, linesLost } = readBeginning(layout);
  using file = await Deno.open(path);
  for await (const place of scanPlaces(file.readable.values(), layout, { skip, width: layout.names.length })) {
    yield { ...place, line: place.line + linesLost };
  }
}

interface Bytes {
  readonly delimiter: Uint8Array;
  readonly quote: number;
  readonly escape: number;
}

/**
 * Walks a UTF-8 file byte by byte and yields every record's place, to say where a fault is. Blank lines are records of one field only
 * where the file has one column; else they are passed over, as by the reader.
 */
export async function* scanPlaces(
  chunks: AsyncIterable<Uint8Array>,
  dialect: Dialect,
  { skip = 0, width = 0 } = {},
): AsyncGenerator<Place> {
  const bytes: Bytes = {
    delimiter: new TextEncoder().encode(dialect.delimiter),
    quote: dialect.quote ? dialect.quote.charCodeAt(0) : -1,
    escape: dialect.escape ? dialect.escape.charCodeAt(0) : -1,
  };
  let line = 1, record = 0, toSkip = skip, afterReturn = false;
  let from = 0, at = 0; // of the record, and of the byte that is looked at
  let now = fresh(line);

  function* end(lineBreak: LineBreak, to: number): Generator<Place> {
    const { blank, fields, filled, problem, line: start } = now;
    const range = { from, to };
    from = to;
    now = fresh(line);
    if (blank && width !== 1) return;
    record++;
    yield { record, line: start, ...range, fields, filled, lineBreak, ...(problem && { problem }) };
  }

  for await (const chunk of chunks) {
    for (let index = 0; index < chunk.length; index++, at++) {
      const byte = chunk[index];
      const isRest = afterReturn && byte === 10; // the second half of a CRLF
      if (afterReturn && !now.inQuotes) {
        const next = isRest ? at + 1 : at;
        if (toSkip > 0) {
          toSkip--;
          from = next;
        } else yield* end(isRest ? "\r\n" : "\r", next);
        now = fresh(line);
      }
      afterReturn = byte === 13;
      if (isRest) continue;
      if (byte === 10 || byte === 13) line++;
      if (now.inQuotes && toSkip === 0) quotedByte(now, byte, bytes);
      else if (byte === 10) {
        if (toSkip > 0) {
          toSkip--;
          from = at + 1;
        } else yield* end("\n", at + 1);
        now = fresh(line);
      } else if (byte !== 13 && toSkip === 0) plainByte(now, byte, bytes);
    }
  }
  if (now.inQuotes) now.problem = "quote not closed";
  if (toSkip > 0) return;
  if (afterReturn && !now.inQuotes) yield* end("\r", at);
  else if (!now.blank) yield* end("", at);
}

interface Walk {
  readonly line: number;
  fields: number;
  filled: number;
  blank: boolean;
  /** Nothing of the field has been seen but one blank. */
  atStart: boolean;
  /** Bytes of the delimiter that have been seen. */
  matched: number;
  blanks: number;
  inQuotes: boolean;
  /** The field's closing quote has been seen. */
  closed: boolean;
  escaped: boolean;
  problem?: Place["problem"];
}

const fresh = (line: number): Walk => ({
  line,
  fields: 1,
  filled: 0,
  blank: true,
  atStart: true,
  matched: 0,
  blanks: 0,
  inQuotes: false,
  closed: false,
  escaped: false,
});

function quotedByte(now: Walk, byte: number, { quote, escape }: Bytes): void {
  if (now.escaped) now.escaped = false;
  else if (byte === escape && escape !== quote) now.escaped = true;
  else if (byte === quote) {
    now.inQuotes = false;
    now.closed = true;
  }
}

function plainByte(now: Walk, byte: number, { delimiter, quote, escape }: Bytes): void {
  now.blank = false;
  now.matched = byte === delimiter[now.matched] ? now.matched + 1 : Number(byte === delimiter[0]);
  if (now.matched === delimiter.length) {
    now.fields++;
    now.atStart = true;
    now.closed = false;
    now.matched = now.blanks = 0;
    return;
  }
  if (now.matched > 0) return;
  now.filled = now.fields;
  if (byte === quote && (now.atStart || (now.closed && escape === quote))) { // opened, or a doubled quote
    now.inQuotes = true;
    now.closed = false;
    now.atStart = false;
  } else if (byte === 32 && now.atStart && now.blanks === 0) now.blanks = 1;
  else {
    if (now.closed && byte !== 32) now.problem ??= "text after a closing quote";
    now.atStart = false;
  }
}
