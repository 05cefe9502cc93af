import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import net from "node:net";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import { type FlowSource, hashOfFlow } from "./flow_sender.ts";

type Take = (chunk: Uint8Array) => void;

/** Readers with back-pressure, each of which lost order or stalled on an unpatched runtime or is near to one that did. */
const READERS = {
  /** Waits while the stream fills up. */
  slow: (socket, take) => drain(socket, take),
  /** A driver's COPY: others listened first, and the pipe begins late. */
  late: async (socket, take) => {
    socket.on("data", take);
    await sleep(5);
    socket.off("data", take);
    socket.pause();
    await sleep(20);
    await drain(socket.pipe(new PassThrough({ highWaterMark: 1000 })), take);
  },
  piped: (socket, take) => drain(socket.pipe(new PassThrough()), take),
  /** Stops after each chunk, mostly only for a turn of the event loop. */
  paused: async (socket, take) => {
    let count = 0;
    socket.on("data", (chunk: Uint8Array) => {
      take(chunk);
      socket.pause();
      if (++count % 5 === 0) setTimeout(() => socket.resume(), 1);
      else setImmediate(() => socket.resume());
    });
    await once(socket, "end");
  },
} satisfies Record<string, (socket: net.Socket, take: Take) => Promise<void>>;

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
    const got = await Promise.race([receive(socket, reader), timeout]);
    if (!got) throw new Error(`${what}: ${socket.bytesRead} of ${bytes} bytes after ${seconds} s`);
    if (got.bytes !== bytes) throw new Error(`${what}: ${got.bytes} bytes arrived of ${bytes}`);
    if (got.hash !== hashOfFlow(bytes)) throw new Error(`${what}: the bytes arrived in another order`);
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

async function receive(socket: net.Socket, reader: FlowReader): Promise<{ bytes: number; hash: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  await READERS[reader](socket, (chunk) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  return { bytes, hash: hash.digest("hex") };
}

async function drain(stream: AsyncIterable<Uint8Array>, take: Take): Promise<void> {
  let count = 0;
  for await (const chunk of stream) {
    take(chunk);
    if (++count % 8 === 0) await sleep(1);
  }
}
