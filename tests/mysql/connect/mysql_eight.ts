import { Buffer } from "node:buffer";
import { constants, createHash, generateKeyPairSync, privateDecrypt } from "node:crypto";

const NONCE = Buffer.from("abcdefghijklmnopqrst"); // 20 bytes
const FAST_DONE = 3, FULL = 4, WANTS_KEY = 2, MORE = 1;
const CAPABILITIES = 0x81bff7ff & ~0x0800; // all but TLS

/** How a login went: without the password, which the server had seen before, or with it under the server's key. */
export interface FakeLogin {
  readonly user: string;
  readonly way: "fast" | "by key";
  readonly isRight: boolean;
}

/** A server that logs in as MySQL 8 does (caching_sha2_password) and answers every statement with OK. */
export interface FakeMysql extends AsyncDisposable {
  readonly port: number;
  readonly logins: readonly FakeLogin[];
}

/** Opens it. `knows`: it has seen the password before, so that a hash of it is enough. */
export function openFakeMysql({ password, knows }: { readonly password: string; readonly knows: boolean }): FakeMysql {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const logins: FakeLogin[] = [];
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const publicKey = keys.publicKey.export({ type: "spki", format: "pem" }).toString();

  async function serve(connection: Deno.Conn): Promise<void> {
    const wire = wireOf(connection);
    await wire.send(greeting());
    const answer = await wire.next();
    if (!answer) return;
    const nameEnd = answer.indexOf(0, 32);
    const user = answer.toString("utf8", 32, nameEnd);
    const hash = answer.subarray(nameEnd + 2, nameEnd + 2 + answer[nameEnd + 1]);
    let isRight: boolean;
    if (knows) {
      isRight = hash.equals(scrambled(password));
      if (isRight) await wire.send(Buffer.from([MORE, FAST_DONE]));
    } else {
      await wire.send(Buffer.from([MORE, FULL]));
      const wish = await wire.next();
      if (wish?.[0] !== WANTS_KEY) return;
      await wire.send(Buffer.concat([Buffer.from([MORE]), Buffer.from(publicKey)]));
      const secret = await wire.next();
      if (!secret) return;
      const padding = constants.RSA_PKCS1_OAEP_PADDING;
      const plain = privateDecrypt({ key: keys.privateKey, padding, oaepHash: "sha1" }, secret)
        .map((byte, index) => byte ^ NONCE[index % NONCE.length]);
      isRight = Buffer.from(plain).toString() === `${password}\0`;
    }
    logins.push({ user, way: knows ? "fast" : "by key", isRight });
    if (!isRight) return await wire.send(denied(user));
    await wire.send(OK);
    for (let command = await wire.next(); command && command[0] !== 1; command = await wire.next()) await wire.send(OK);
  }

  const serving = (async () => {
    for await (const connection of listener) {
      await serve(connection).catch((error) => {
        if (!(error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe)) throw error;
      });
      connection.close();
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    logins,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

const OK = Buffer.from([0, 0, 0, 2, 0, 0, 0]);
const sha256 = (...parts: readonly Buffer[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

function scrambled(password: string): Buffer {
  const once = sha256(Buffer.from(password));
  const other = sha256(sha256(once), NONCE);
  return Buffer.from(once.map((byte, index) => byte ^ other[index]));
}

function greeting(): Buffer {
  const head = Buffer.alloc(31);
  head.writeUInt16LE(CAPABILITIES & 0xffff, 0);
  head[2] = 255; // utf8mb4
  head.writeUInt16LE(2, 3);
  head.writeUInt16LE(CAPABILITIES >>> 16, 5);
  head[7] = NONCE.length + 1;
  return Buffer.concat([
    Buffer.from([10]),
    Buffer.from("8.0.40\0"),
    Buffer.from([1, 0, 0, 0]),
    NONCE.subarray(0, 8),
    Buffer.from([0]),
    head.subarray(0, 18),
    NONCE.subarray(8),
    Buffer.from([0]),
    Buffer.from("caching_sha2_password\0"),
  ]);
}

function denied(user: string): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0x15, 0x04]),
    Buffer.from(`#28000Access denied for user '${user}'@'localhost'`),
  ]);
}

function wireOf(connection: Deno.Conn) {
  let rest = Buffer.alloc(0), sequence = 0;
  return {
    async send(body: Buffer): Promise<void> {
      const head = Buffer.from([body.length & 255, body.length >> 8 & 255, body.length >> 16, sequence++]);
      const whole = Buffer.concat([head, body]);
      for (let at = 0; at < whole.length;) at += await connection.write(whole.subarray(at));
    },
    async next(): Promise<Buffer | undefined> {
      const chunk = new Uint8Array(65536);
      while (rest.length < 4 || rest.length < 4 + rest.readUIntLE(0, 3)) {
        const count = await connection.read(chunk);
        if (count === null) return undefined;
        rest = Buffer.concat([rest, chunk.subarray(0, count)]);
      }
      const length = rest.readUIntLE(0, 3);
      sequence = rest[3] + 1;
      const body = rest.subarray(4, 4 + length);
      rest = Buffer.from(rest.subarray(4 + length));
      return body;
    },
  };
}
