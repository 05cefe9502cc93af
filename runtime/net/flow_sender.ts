import { createHash } from "node:crypto";

export const TRANSPORTS = ["tcp", "tls", "unix"] as const;
export type Transport = typeof TRANSPORTS[number];

/** Paths of a certificate for `localhost` and its key, as PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** Known bytes to send. */
export interface FlowSource {
  readonly transport: Transport;
  readonly bytes: number;
  /** Where a unix socket is made. */
  readonly folder: string;
  /** For TLS. */
  readonly identity?: Identity;
}

const CHUNK = 1 << 16;

/** Sends the bytes to the first who connects, and ends. `listening` is told the port, or the path of a unix socket. */
export async function serveFlow(source: FlowSource, listening: (address: string) => void): Promise<void> {
  using listener = await listen(source);
  listening("port" in listener.addr ? String(listener.addr.port) : listener.addr.path);
  using connection = await listener.accept();
  for (const chunk of chunks(source.bytes)) {
    for (let at = 0; at < chunk.length;) at += await connection.write(chunk.subarray(at));
  }
  await connection.read(new Uint8Array(1)).catch(() => null); // until the reader goes, with or without a farewell
}

/** What the hash of all bytes must be. */
export function hashOfFlow(bytes: number): string {
  const hash = createHash("sha256");
  for (const chunk of chunks(bytes)) hash.update(chunk);
  return hash.digest("hex");
}

/** Deno's own sockets, not `node:net`: only the reader is on trial. */
async function listen({ transport, folder, identity }: FlowSource) {
  if (transport === "unix") return Deno.listen({ transport, path: `${folder}/flow.sock` });
  if (!identity) return Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const [cert, key] = await Promise.all([Deno.readTextFile(identity.cert), Deno.readTextFile(identity.key)]);
  return Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
}

/** Every four bytes hold their place, so no two chunks are equal. */
function* chunks(bytes: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes; at += CHUNK) {
    const length = Math.min(CHUNK, bytes - at) / 4;
    yield new Uint8Array(Uint32Array.from({ length }, (_, i) => at / 4 + i).buffer);
  }
}
