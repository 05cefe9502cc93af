import type { JsonFile } from "./json_file.ts";

/** A record as it stands in the file, or what stands in its place. */
export interface WalkedRecord {
  /** 1-based line on which it begins. */
  readonly line: number;
  readonly bytes: Uint8Array;
  /** What is wrong around it. */
  readonly problem?: string;
}

const OPENING: readonly number[] = [0x7b, 0x5b];
const CLOSING: readonly number[] = [0x7d, 0x5d];
const [FEED, QUOTE, COMMA, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY] = [10, 34, 44, 92, 0x5b, 0x5d];
const isBlank = (byte: number) => byte === 32 || (byte >= 9 && byte <= 13);

/** The records of a file in their order, read in one pass, to say where a fault is. */
export async function* recordsOf({ path, layout }: JsonFile): AsyncGenerator<WalkedRecord> {
  using file = await Deno.open(path);
  yield* layout === "newline_delimited" ? lines(file.readable.values()) : values(file.readable.values(), layout);
}

async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<WalkedRecord> {
  let line = 1;
  const held = new Held();
  const ended = (): WalkedRecord | undefined => {
    const bytes = held.take();
    return bytes.every(isBlank) ? undefined : { line, bytes };
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let feed; (feed = chunk.indexOf(FEED, from)) >= 0; from = feed + 1) {
      held.add(chunk.subarray(from, feed));
      const record = ended();
      if (record) yield record;
      line++;
    }
    held.add(chunk.subarray(from));
  }
  const record = ended();
  if (record) yield record;
}

async function* values(chunks: AsyncIterable<Uint8Array>, layout: JsonFile["layout"]): AsyncGenerator<WalkedRecord> {
  const splitter = new ValueSplitter(layout === "array");
  for await (const chunk of chunks) {
    for (const record of splitter.feed(chunk)) {
      yield record;
      if (record.problem) return;
    }
  }
  yield* splitter.end();
}

/** What may stand where no value is. */
const WANTED = {
  array: "an array is",
  valueOrEnd: "a record or the array's end is",
  value: "a record is",
  commaOrEnd: "a comma or the array's end is",
  nothing: "nothing more is",
} as const;

/** Splits the values of an array, or values that follow each other, without reading what is in them. */
class ValueSplitter {
  readonly #isArray: boolean;
  readonly #held = new Held();
  #wants: keyof typeof WANTED;
  #line = 1;
  #start = 1;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #isInside = false;

  constructor(isArray: boolean) {
    this.#isArray = isArray;
    this.#wants = isArray ? "array" : "value";
  }

  *feed(chunk: Uint8Array): Generator<WalkedRecord> {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.#isInside && this.#isWord() && (isBlank(byte) || byte === COMMA || byte === CLOSE_ARRAY)) {
        yield this.#finish(chunk.subarray(from, at));
      }
      if (byte === FEED) this.#line++;
      if (this.#isInside) {
        if (this.#endsWith(byte)) yield this.#finish(chunk.subarray(from, at + 1));
        continue;
      }
      const what = this.#between(byte);
      if (what === "stray") yield this.#stray(byte);
      if (what === "start") from = at;
    }
    if (this.#isInside) this.#held.add(chunk.subarray(from));
  }

  *end(): Generator<WalkedRecord> {
    if (this.#isInside) {
      const isCut = !this.#isWord();
      const record = this.#finish(new Uint8Array());
      yield isCut ? { ...record, problem: "the file ends in the middle of this record" } : record;
    }
    if (this.#isArray && this.#wants !== "nothing") {
      yield { line: this.#line, bytes: new Uint8Array(), problem: "the array is never closed" };
    }
  }

  /** A number, or a word as null. */
  #isWord(): boolean {
    return this.#depth === 0 && !this.#inString;
  }

  #finish(rest: Uint8Array): WalkedRecord {
    this.#held.add(rest);
    this.#isInside = false;
    this.#wants = this.#isArray ? "commaOrEnd" : "value";
    return { line: this.#start, bytes: this.#held.take() };
  }

  /** Takes a byte of a value; true when the value ends with it. */
  #endsWith(byte: number): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#inString = false;
    } else if (byte === QUOTE) this.#inString = true;
    else if (OPENING.includes(byte)) this.#depth++;
    else if (CLOSING.includes(byte)) this.#depth--;
    return this.#isWord() && (byte === QUOTE || CLOSING.includes(byte));
  }

  /** Takes a byte that is in no value. */
  #between(byte: number): "start" | "skip" | "stray" {
    if (isBlank(byte)) return "skip";
    const after = this.#afterMark(byte);
    if (after) this.#wants = after;
    if (after) return "skip";
    const takesValue = this.#wants === "value" || this.#wants === "valueOrEnd";
    if (!takesValue || byte === COMMA || CLOSING.includes(byte)) return "stray";
    this.#isInside = true;
    this.#start = this.#line;
    this.#inString = byte === QUOTE;
    this.#depth = OPENING.includes(byte) ? 1 : 0;
    return "start";
  }

  /** What is wanted after a mark between values; nothing where the byte is no such mark here. */
  #afterMark(byte: number): keyof typeof WANTED | undefined {
    if (this.#wants === "array" && byte === OPEN_ARRAY) return "valueOrEnd";
    if ((this.#wants === "valueOrEnd" || this.#wants === "commaOrEnd") && byte === CLOSE_ARRAY) return "nothing";
    return this.#wants === "commaOrEnd" && byte === COMMA ? "value" : undefined;
  }

  #stray(byte: number): WalkedRecord {
    const problem = `${JSON.stringify(String.fromCharCode(byte))} stands where ${WANTED[this.#wants]} wanted`;
    return { line: this.#line, bytes: new Uint8Array(), problem };
  }
}

/** Bytes that are gathered over chunks. */
class Held {
  #parts: Uint8Array[] = [];

  add(part: Uint8Array): void {
    if (part.length > 0) this.#parts.push(part);
  }

  take(): Uint8Array {
    const all = new Uint8Array(this.#parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    return all;
  }
}
