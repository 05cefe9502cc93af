import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import net from "node:net";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import { type FlowSource, hashOfFlow } from "./flow_sender.ts";

/** Where a reader puts what it gets. All is counted by bytes, as drivers do: the end of a stream says nothing of a protocol's end. */
interface Sink {
  take(chunk: Uint8Array): void;
  readonly isFull: boolean;
  readonly full: Promise<void>;
}

/** Readers with back-pressure, each of which lost order on an unpatched runtime or is near to one that did. */
const READERS = {
  /** Waits while the stream fills up. */
  slow: (socket, sink) => drain(socket, sink),
  /** A driver's COPY: others listened first, and the pipe begins late. */
  late: async (socket, sink) => {
    socket.on("data", sink.take);
    await sleep(5);
    socket.off("data", sink.take);
    socket.pause();
    await sleep(20);
    await drain(socket.pipe(new PassThrough({ highWaterMark: 1000 })), sink);
  },
  piped: (socket, sink) => drain(socket.pipe(new PassThrough()), sink),
  /** Stops after each chunk, mostly only for a turn of the event loop. */
  paused: async (socket, sink) => {
    let count = 0;
    socket.on("data", (chunk: Uint8Array) => {
      sink.take(chunk);
      socket.pause();
      if (++count % 5 === 0) setTimeout(() => socket.resume(), 1);
      else setImmediate(() => socket.resume());
    });
    await sink.full;
  },
} satisfies Record<string, (socket: net.Socket, sink: Sink) => Promise<void>>;

export type FlowReader = keyof typeof READERS;
export const FLOW_READERS: readonly FlowReader[] = ["slow", "late", "piped", "paused"];

export interface FlowCheck extends Omit<FlowSource, "bytes"> {
  readonly reader: FlowReader;
  /** Command that serves the flow whose JSON is its last argument, in a process of its own: the fault shows only between two. */
  readonly sender: readonly string[];
  readonly bytes?: number;
  readonly seconds?: number;
}

/** Reads known bytes from another process with back-pressure. Throws unless all arrive, in order and in time. */
export async function checkFlow(check: FlowCheck): Promise<void> {
  const { reader, sender: [command, ...args], bytes = 12 << 20, seconds = 20, ...rest } = check;
  const source: FlowSource = { ...rest, bytes };
  await using child = new Deno.Command(command, { args: [...args, JSON.stringify(source)], stdout: "piped" }).spawn();
  let socket: net.Socket | undefined;
  try {
    socket = await connect(source, await firstLine(child.stdout));
    const what = `${source.transport} socket, ${reader} reader`;
    const timeout = sleep(seconds * 1000, undefined, { ref: false });
    const hash = await Promise.race([receive(socket, { reader, bytes }), timeout]);
    if (!hash) throw new Error(`${what}: ${socket.bytesRead} of ${bytes} bytes after ${seconds} s`);
    if (hash !== hashOfFlow(bytes)) throw new Error(`${what}: the bytes arrived in another order`);
  } finally {
    socket?.destroy();
  }
}

async function connect({ identity }: FlowSource, address: string): Promise<net.Socket> {
  const target = address.startsWith("/") ? { path: address } : { host: "127.0.0.1", port: Number(address) };
  const socket = identity
    ? tls.connect({ ...target, servername: "localhost", ca: await readFile(identity.cert, "utf8") })
    : net.connect(target);
  await once(socket, identity ? "secureConnect" : "connect");
  return socket;
}

async function firstLine(output: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const part of output.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n")) break;
  }
  return text.trim();
}

/** The hash of the bytes, when all have come. */
async function receive(
  socket: net.Socket,
  { reader, bytes }: { readonly reader: FlowReader; readonly bytes: number },
): Promise<string> {
  const hash = createHash("sha256");
  const { promise: full, resolve } = Promise.withResolvers<void>();
  let left = bytes;
  await READERS[reader](socket, {
    take: (chunk) => {
      hash.update(chunk);
      left -= chunk.length;
      if (left <= 0) resolve();
    },
    get isFull() {
      return left <= 0;
    },
    full,
  });
  return hash.digest("hex");
}

async function drain(stream: AsyncIterable<Uint8Array>, sink: Sink): Promise<void> {
  let count = 0;
  for await (const chunk of stream) {
    sink.take(chunk);
    if (sink.isFull) return;
    if (++count % 8 === 0) await sleep(1);
  }
}
