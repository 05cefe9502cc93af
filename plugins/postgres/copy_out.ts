import type { Duplex } from "node:stream";
import type { PgClient } from "./driver.ts";

/** Messages of the protocol that end or break a COPY; see the server's documentation of the frontend/backend protocol. */
const COPY_DATA = 0x64, ERROR = 0x45, READY = 0x5a;
const HEAD = 5; // kind and length

/** What of the driver's connection is used here; it has no public name for it. */
interface Wire {
  readonly stream: Duplex;
  query(sql: string): void;
}

/**
 * The bytes of COPY … TO STDOUT, cut out of the socket's own chunks with no object a row. The client must be idle, and is so again at the
 * end. The driver's own stream of COPY pauses the socket, after which this runtime gives no more data to it.
 */
export async function* copyOut(client: PgClient, sql: string): AsyncGenerator<Uint8Array> {
  const wire = wireOf(client);
  const socket = takeSocket(wire.stream);
  let rest: Uint8Array = new Uint8Array(0);
  let missing = 0; // bytes of the payload that a chunk ended in
  let failure: Error | undefined;
  let isDone = false;
  try {
    wire.query(sql);
    for await (const chunk of socket.chunks()) {
      const buffer = rest.length ? joined(rest, chunk) : chunk;
      rest = new Uint8Array(0);
      const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
      let at = Math.min(missing, buffer.length);
      let kept = at; // payload is moved to the front of the same buffer
      missing -= at;
      while (at < buffer.length) {
        const end = buffer.length - at < HEAD ? Infinity : at + 1 + view.getUint32(at + 1);
        if (buffer[at] === COPY_DATA && end !== Infinity) {
          const upTo = Math.min(end, buffer.length);
          buffer.copyWithin(kept, at + HEAD, upTo);
          kept += upTo - at - HEAD;
          missing = end - upTo;
          at = upTo;
          continue;
        }
        if (end > buffer.length) {
          rest = buffer.slice(at);
          break;
        }
        if (buffer[at] === ERROR) failure = serverError(buffer.subarray(at + HEAD, end));
        isDone = buffer[at] === READY;
        at = end;
        if (isDone) break;
      }
      if (kept) yield buffer.slice(0, kept);
      if (isDone) break;
    }
    if (failure) throw failure;
    if (!isDone) throw new Error("Connection terminated: the server closed it during COPY");
  } finally {
    socket.giveBack();
    if (!isDone) client.connection.stream.destroy(); // in the middle of a COPY a connection is of no more use
  }
}

function wireOf(client: PgClient): Wire {
  return client.connection as Wire;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** Takes the socket from the driver's parser for a while. */
function takeSocket(socket: Duplex) {
  const parsers = socket.listeners("data") as ((chunk: Uint8Array) => void)[];
  socket.removeAllListeners("data");
  let wake = () => {};
  let ended: Error | true | undefined;
  const onReadable = () => wake();
  const onEnd = () => {
    ended ??= true;
    wake();
  };
  const onError = (error: Error) => {
    ended = error;
    wake();
  };
  socket.on("readable", onReadable).on("end", onEnd).on("close", onEnd).on("error", onError);
  return {
    async *chunks(): AsyncGenerator<Uint8Array> {
      for (;;) {
        const chunk: Uint8Array | null = socket.read();
        if (chunk) yield chunk;
        else if (ended) {
          if (ended !== true) throw ended;
          return;
        } else await new Promise<void>((resolve) => wake = resolve);
      }
    },
    giveBack() {
      socket.off("readable", onReadable).off("end", onEnd).off("close", onEnd).off("error", onError);
      for (const parse of parsers) socket.on("data", parse);
      socket.resume();
    },
  };
}

/** An error message of the protocol as the driver makes it. */
function serverError(body: Uint8Array): Error {
  const fields: Record<string, string> = {};
  for (const part of new TextDecoder().decode(body).split("\0")) if (part) fields[part[0]] = part.slice(1);
  return Object.assign(new Error(fields.M ?? "the server reports an error"), {
    severity: fields.S ?? "ERROR",
    code: fields.C,
    detail: fields.D,
    hint: fields.H,
    where: fields.W,
    column: fields.c,
  });
}
