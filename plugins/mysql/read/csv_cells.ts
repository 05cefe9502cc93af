/**
 * How a column's value becomes CSV. `plain`: as it is, since it never needs quotes. `text`: in quotes where it needs them. `bytes`: `\x` and
 * hex. `bool`: one bit. `bits`: bits as the number that they are. `filled`: a number without the zeros before it. `moment`: a date with a
 * time, with a T between; `instant`: the same with a Z behind it.
 */
export type Cell = "plain" | "text" | "bytes" | "bool" | "bits" | "filled" | "moment" | "instant";

/** A row as the driver has it: values one after the other, each behind its length. */
export interface RowBytes {
  readonly buffer: Uint8Array;
  /** Where the first value's length stands. */
  readonly offset: number;
  readonly end: number;
}

/** Turns rows into the text form of CSV. */
export interface CsvCells {
  row(row: RowBytes): void;
  /** What has not been given away yet. */
  rest(): Uint8Array;
}

const CHUNK = 1 << 18;
/** What a value may need beside twice its bytes: quotes, or the digits of 64 bits. */
const ROOM = 24;
const NULL = 251, COMMA = 0x2c, QUOTE = 0x22, LF = 0x0a, CR = 0x0d, BACKSLASH = 0x5c, X = 0x78, T = 0x54, Z = 0x5a;
const ENCODER = new TextEncoder();
const BLANK = 0x20, ZERO = 0x30, POINT = 0x2e, TRUE = [...ENCODER.encode("true")], FALSE = [...ENCODER.encode("false")];
const HEX = ENCODER.encode("0123456789abcdef");
const PLAIN = 0, TEXT = 1, BYTES = 2, BOOL = 3, BITS = 4, FILLED = 5, MOMENT = 6, INSTANT = 7;
const CODES: Readonly<Record<Cell, number>> = {
  plain: PLAIN,
  text: TEXT,
  bytes: BYTES,
  bool: BOOL,
  bits: BITS,
  filled: FILLED,
  moment: MOMENT,
  instant: INSTANT,
};

/** Writes rows of these columns; `give` gets pieces of about 256 KB, cut anywhere. No value becomes a string or an object on the way. */
export function csvCells(cells: readonly Cell[], give: (piece: Uint8Array) => void): CsvCells {
  const codes = Uint8Array.from(cells.map((cell) => CODES[cell]));
  const isOnly = codes.length === 1; // a line of \. alone would end the data for PostgreSQL, and an empty one is NULL
  let out = new Uint8Array(CHUNK);
  let at = 0;

  function makeRoom(bytes: number): void {
    if (at > 0) give(out.subarray(0, at));
    out = new Uint8Array(Math.max(CHUNK, bytes));
    at = 0;
  }

  function row({ buffer, offset, end }: RowBytes): void {
    let from = offset;
    for (let column = 0; column < codes.length; column++) {
      if (column > 0) {
        if (at === out.length) makeRoom(1);
        out[at++] = COMMA;
      }
      let length = buffer[from++];
      if (length === NULL) continue;
      if (length > NULL) {
        const bytes = length === 252 ? 2 : length === 253 ? 3 : 8;
        length = 0;
        for (let index = bytes - 1; index >= 0; index--) length = length * 256 + buffer[from + index];
        from += bytes;
      }
      const to = from + length;
      if (to > end) throw new RangeError("a row of the server's answer is cut off");
      if (out.length - at < 2 * length + ROOM) makeRoom(2 * length + ROOM);
      switch (codes[column]) {
        case TEXT:
          writeText(buffer, from, to);
          break;
        case BYTES:
          out[at++] = BACKSLASH;
          out[at++] = X;
          for (; from < to; from++) {
            out[at++] = HEX[buffer[from] >> 4];
            out[at++] = HEX[buffer[from] & 15];
          }
          break;
        case BOOL:
          for (const byte of buffer[from] === 0 ? FALSE : TRUE) out[at++] = byte;
          break;
        case BITS:
          at += ENCODER.encodeInto(bitsOf(buffer, from, to), out.subarray(at)).written;
          break;
        default: {
          const start = at;
          if (codes[column] === FILLED) {
            while (from < to - 1 && buffer[from] === ZERO && buffer[from + 1] !== POINT) from++;
          }
          for (; from < to; from++) out[at++] = buffer[from];
          if (codes[column] >= MOMENT && out[start + 10] === BLANK) out[start + 10] = T;
          if (codes[column] === INSTANT) out[at++] = Z;
        }
      }
      from = to;
    }
    if (at === out.length) makeRoom(1);
    out[at++] = LF;
    if (from !== end) throw new RangeError("a row of the server's answer has more values than columns");
  }

  function writeText(buffer: Uint8Array, from: number, to: number): void {
    const start = at;
    let isPlain = to > from && !isOnly;
    if (isPlain) {
      for (let index = from; index < to; index++) {
        const byte = buffer[index];
        if (byte === COMMA || byte === QUOTE || byte === LF || byte === CR) {
          isPlain = false;
          break;
        }
        out[at++] = byte;
      }
    }
    if (isPlain) return;
    at = start;
    out[at++] = QUOTE;
    for (let index = from; index < to; index++) {
      const byte = buffer[index];
      if (byte === QUOTE) out[at++] = QUOTE;
      out[at++] = byte;
    }
    out[at++] = QUOTE;
  }

  return {
    row,
    rest: () => out.subarray(0, at),
  };
}

/** The number whose bytes these are, the highest first. */
function bitsOf(buffer: Uint8Array, from: number, to: number): string {
  let value = 0n;
  for (let index = from; index < to; index++) value = value << 8n | BigInt(buffer[index]);
  return String(value);
}
