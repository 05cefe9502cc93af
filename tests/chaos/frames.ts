/** How a wire cuts what a client and a server say into messages. */
export interface WireForm {
  /** Bytes that must be there to know a message's length and kind. */
  readonly head: number;
  /** Length of the whole message that begins with these bytes. */
  length(head: Uint8Array, isFirst: boolean): number;
  /** The SQL of a client's message; undefined: it is another one. */
  statement(head: Uint8Array, isFirst: boolean): ((message: Uint8Array) => string) | undefined;
  /** True for the message of a server that ends its reply. */
  endsReply(head: Uint8Array): boolean;
}

const text = new TextDecoder();
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const untilNul = (bytes: Uint8Array) => text.decode(bytes.subarray(0, Math.max(0, bytes.indexOf(0))));

/** PostgreSQL: a letter and a length; the first message of a client has no letter. TLS must be off. */
export const POSTGRES_WIRE: WireForm = {
  head: 5,
  length: (head, isFirst) =>
    isFirst ? viewOf(head).getInt32(0) : head.length < 5 ? Infinity : 1 + viewOf(head).getInt32(1), // the rest is on its way
  statement(head, isFirst) {
    if (isFirst) return undefined;
    const letter = String.fromCharCode(head[0]);
    if (letter === "Q") return (message) => untilNul(message.subarray(5));
    if (letter === "P") return (message) => untilNul(message.subarray(message.indexOf(0, 5) + 1));
  },
  endsReply: ([letter]) => "ZGH".includes(String.fromCharCode(letter)), // ReadyForQuery, or a COPY begins
};

const COM_QUERY = 3;

/** MySQL: a length of three bytes and a number; what answers a server's request has a number above 0. */
export const MYSQL_WIRE: WireForm = {
  head: 5,
  length: (head) => 4 + (head[0] | head[1] << 8 | head[2] << 16),
  statement: (head) =>
    head[3] === 0 && head[4] === COM_QUERY ? (message) => text.decode(message.subarray(5)) : undefined,
  endsReply: () => true, // what ends a transaction is answered by one message
};

/** A piece of a stream: a statement comes whole, all else as it came. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly statement?: string;
  /** True where the message that ends here ends a server's reply. */
  readonly endsReply: boolean;
}

/** Cuts one direction of a connection into pieces. */
export class Frames {
  readonly #form: WireForm;
  #waiting = new Uint8Array(0);
  /** Bytes to come of the message that is being passed on. */
  #left = 0;
  #endsReply = false;
  readonly #side: "client" | "server";
  #isFirst: boolean;

  constructor(form: WireForm, side: "client" | "server") {
    this.#form = form;
    this.#side = side;
    this.#isFirst = side === "client";
  }

  *cut(chunk: Uint8Array): Generator<Piece> {
    let bytes = joined(this.#waiting, chunk);
    const { head, length, statement, endsReply } = this.#form;
    while (bytes.length > 0) {
      if (this.#left > 0) {
        const piece = bytes.subarray(0, this.#left);
        this.#left -= piece.length;
        bytes = bytes.subarray(piece.length);
        yield { bytes: piece, endsReply: this.#left === 0 && this.#endsReply };
        continue;
      }
      if (bytes.length < head) {
        // a message without content is shorter than what tells its kind
        if (bytes.length < 4 || length(bytes, this.#isFirst) > bytes.length) break;
      }
      const whole = length(bytes, this.#isFirst);
      const read = this.#side === "client" ? statement(bytes, this.#isFirst) : undefined;
      if (read) {
        if (bytes.length < whole) break;
        const message = bytes.subarray(0, whole);
        bytes = bytes.subarray(whole);
        yield { bytes: message, statement: read(message), endsReply: false };
      } else {
        this.#left = whole;
        this.#endsReply = endsReply(bytes);
      }
      this.#isFirst = false;
    }
    this.#waiting = bytes.slice();
  }
}

function joined(one: Uint8Array, two: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + two.length);
  both.set(one);
  both.set(two, one.length);
  return both;
}
