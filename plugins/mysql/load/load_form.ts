import { DtegError } from "../../../sdk/mod.ts";

/** What is done to the fields of a column on their way from the text form of CSV into what LOAD DATA reads. */
export type FieldForm = "as it is" | "bool" | "instant" | "float32";

const COMMA = 44, LINE = 10, QUOTE = 34, ONE = 49, ZERO = 48, T = 116, Z = 90;
const PLAIN = 0, BOOL = 1, INSTANT = 2, FLOAT32 = 3;
const CODES: Readonly<Record<FieldForm, number>> = {
  "as it is": PLAIN,
  bool: BOOL,
  instant: INSTANT,
  float32: FLOAT32,
};
/** Longest field that has to be seen whole; a longer one passes as it is. */
const LONGEST = 64;
const NULL_WORD = new TextEncoder().encode("NULL"), QUOTED_NULL = new TextEncoder().encode('"NULL"');
/** The largest float32: read as a double, its shortest text is beyond it, and the server would refuse it. */
const LARGEST = "3.4028235e+38", LARGEST_EXACT = "3.4028234663852886e+38";

/**
 * Turns the text form of CSV into one where NULL is the word NULL without quotes, as LOAD DATA has it: an empty field is NULL, and the
 * text NULL gets quotes. Bytes are looked at one by one and copied in runs; no string is made but for the odd float.
 */
export function loadForm(forms: readonly FieldForm[]): TransformStream<Uint8Array, Uint8Array> {
  const { turn, isCut } = fieldTurner(forms.map((form) => CODES[form]));
  return new TransformStream({
    transform(chunk, controller) {
      const out = turn(chunk);
      if (out.length) controller.enqueue(out);
    },
    flush() {
      if (isCut()) throw new DtegError("internal", "the rows on the way to the server end in the middle of one");
    },
  });
}

interface FieldTurner {
  turn(chunk: Uint8Array): Uint8Array;
  /** The last chunk did not end with a row. */
  isCut(): boolean;
}

/** A function that turns chunk after chunk; what a chunk ends in the middle of is kept for the next one. */
function fieldTurner(codes: readonly number[]): FieldTurner {
  const last = codes.length - 1;
  let column = 0;
  let isQuoted = false; // inside of quotes
  let isLong = false; // the field began in a chunk before and passes as it is
  let carry: Uint8Array | undefined; // the beginning of a field

  return { turn, isCut: () => carry !== undefined || isLong || column > 0 };

  function turn(chunk: Uint8Array): Uint8Array {
    const input = carry ? joined(carry, chunk) : chunk;
    carry = undefined;
    const end = input.length;
    const out = new Output(end);
    let from = 0; // what is not written yet
    let field = 0; // where the field begins
    let at = 0;
    for (;; at++) {
      at = isQuoted ? nextQuote(input, at) : nextSpecial(input, at);
      if (at >= end) break;
      const byte = input[at];
      if (byte === QUOTE) {
        isQuoted = !isQuoted; // a doubled one ends and begins it again
        continue;
      }
      const length = at - field;
      if (!isLong) {
        const code = codes[column];
        if (length === 0) {
          out.copy(input, from, at);
          out.put(NULL_WORD);
          from = at;
        } else if (code !== PLAIN) {
          out.copy(input, from, field);
          putField(out, input, { code, field, end: at });
          from = at;
        } else if (length === 4 && isNullWord(input, field)) {
          out.copy(input, from, field);
          out.put(QUOTED_NULL);
          from = at;
        }
      }
      isLong = false;
      column = byte === LINE ? 0 : column === last ? column : column + 1;
      field = at + 1;
    }
    if (field < end && !isLong) {
      if (end - field <= LONGEST) {
        carry = input.slice(field);
        isQuoted = false; // it is looked at again from its beginning
        out.copy(input, from, field);
        return out.bytes();
      }
      isLong = true;
    }
    out.copy(input, from, end);
    return out.bytes();
  }
}

/** Where the next comma, line or quote stands. Small, so that the runtime makes it fast at once. */
function nextSpecial(input: Uint8Array, from: number): number {
  let at = from;
  for (const end = input.length; at < end; at++) {
    const byte = input[at];
    if (byte <= COMMA && (byte === COMMA || byte === LINE || byte === QUOTE)) break;
  }
  return at;
}

function nextQuote(input: Uint8Array, from: number): number {
  const at = input.indexOf(QUOTE, from);
  return at < 0 ? input.length : at;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function isNullWord(input: Uint8Array, at: number): boolean {
  return input[at] === 78 && input[at + 1] === 85 && input[at + 2] === 76 && input[at + 3] === 76;
}

function putField(
  out: Output,
  input: Uint8Array,
  { code, field, end }: { readonly code: number; readonly field: number; readonly end: number },
): void {
  const isQuoted = input[field] === QUOTE;
  const first = isQuoted ? field + 1 : field, past = isQuoted ? end - 1 : end;
  if (code === BOOL) return out.byte(input[first] === T ? ONE : ZERO);
  if (code === INSTANT) return out.copy(input, first, input[past - 1] === Z ? past - 1 : past);
  if (past - first < LARGEST.length) return out.copy(input, first, past);
  out.put(new TextEncoder().encode(exactFloat(new TextDecoder().decode(input.subarray(first, past)))));
}

/** The text of a float32 that the server reads as the same one. */
export function exactFloat(text: string): string {
  return text.replace("-", "") === LARGEST ? text.replace(LARGEST, LARGEST_EXACT) : text;
}

/** Bytes that grow. */
class Output {
  #bytes: Uint8Array;
  #length = 0;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size + (size >> 3) + 64);
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  put(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  copy(from: Uint8Array, start: number, end: number): void {
    if (start < end) this.put(from.subarray(start, end));
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
