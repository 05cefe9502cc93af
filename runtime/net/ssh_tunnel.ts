import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { DtegError, type ErrorCode } from "../../sdk/mod.ts";
import { type Client, sshLibrary } from "./ssh_library.ts";
import { fingerprintOf, type KnownKey } from "./known_hosts.ts";

/** A place of the network. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An SSH server, and how to log in there. */
export interface SshServer extends Address {
  readonly user: string;
  /** Text of a private key. */
  readonly key?: string;
  readonly passphrase?: string;
  readonly password?: string;
  /** Socket of an agent. */
  readonly agent?: string;
  /** Keys that the server may have. */
  readonly known: readonly KnownKey[];
  /** The fingerprint that is wanted, in place of known keys. */
  readonly hostKey?: string;
}

/** A way through an SSH server: what is sent to its address arrives at the target. */
export interface Tunnel extends AsyncDisposable, Address {}

const TIMEOUT = 10_000;

/** Logs in, proves that the target can be reached from there, and opens a port of this machine for it. */
export async function openTunnel(
  server: SshServer,
  { target, signal }: { readonly target: Address; readonly signal: AbortSignal },
): Promise<Tunnel> {
  let client: Promise<Client> | undefined;
  const connected = () =>
    client ??= connect(server, { signal, onEnd: () => client = undefined }).catch((error) => {
      client = undefined;
      throw error;
    });
  (await forward(await connected(), { server, target })).destroy();
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const join = async () => {
      const channel = await forward(await connected(), { server, target });
      channel.on("error", () => socket.destroy());
      channel.on("close", () => socket.destroy());
      socket.on("close", () => channel.destroy());
      socket.pipe(channel).pipe(socket);
    };
    join().catch((error) => socket.destroy(error)); // whoever connected sees a lost connection, and may try again
  });
  const { port } = await listen(listener);
  return {
    host: "127.0.0.1",
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => listener.close(done));
      (await client?.catch(() => undefined))?.end(); // its failure has been told
    },
  };
}

function listen(listener: Server): Promise<AddressInfo> {
  return new Promise((done, fail) => {
    listener.once("error", fail).listen(0, "127.0.0.1", () => done(listener.address() as AddressInfo));
  });
}

function connect(
  server: SshServer,
  { signal, onEnd }: { readonly signal: AbortSignal; readonly onEnd: () => void },
): Promise<Client> {
  const client = new sshLibrary.Client();
  const stop = () => client.destroy();
  signal.addEventListener("abort", stop, { once: true });
  let refusal: DtegError | undefined;
  return new Promise<Client>((done, fail) => {
    client.on("ready", () => done(client));
    client.on(
      "error",
      (error: Error & { level?: string; code?: string }) => fail(refusal ?? loginError(server, error)),
    );
    client.on("close", () => {
      signal.removeEventListener("abort", stop);
      onEnd();
      fail(refusal ?? told(server, "connection.lost", "the connection ended before the log-in"));
    });
    const { host, port, user: username, key: privateKey, passphrase, password, agent } = server;
    const hostVerifier = (key: Buffer) => {
      refusal = hostKeyError(server, key);
      return refusal === undefined;
    };
    try {
      client.connect({
        host,
        port,
        username,
        ...(privateKey !== undefined && { privateKey }),
        ...(passphrase !== undefined && { passphrase }),
        ...(password !== undefined && { password }),
        ...(agent !== undefined && { agent }),
        readyTimeout: TIMEOUT,
        keepaliveInterval: 15_000,
        algorithms: { serverHostKey: { prepend: algorithmsOf(server.known), append: [], remove: [] } },
        hostVerifier,
      });
    } catch (error) { // a private key that cannot be read
      fail(told(server, "connection.auth", DtegError.from(error).message, {
        hint: "check the file of `key:`, and its `passphrase:`",
        cause: error,
      }));
    }
  });
}

/** Kinds of keys that are known for the server come first, so that it shows one of them. */
function algorithmsOf(known: readonly KnownKey[]): string[] {
  const types = [...new Set(known.filter(({ isRevoked }) => !isRevoked).map(({ type }) => type))];
  return types.flatMap((type) => type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type]);
}

function hostKeyError(server: SshServer, key: Buffer): DtegError | undefined {
  const { known, hostKey } = server;
  const shown = fingerprintOf(key), coded = key.toString("base64");
  if (known.some((one) => one.isRevoked && one.key === coded)) {
    return told(server, "connection.host_key", `its key ${shown} is revoked in the file of known hosts`);
  }
  if (hostKey !== undefined) {
    if (hostKey.replace(/=+$/, "") === shown) return undefined;
    return told(server, "connection.host_key", `its key is ${shown}, wanted ${hostKey}`, {
      hint: "somebody may stand between; ask who runs the server before you change `host_key:`",
    });
  }
  if (known.some((one) => one.key === coded)) return undefined;
  return known.length > 0
    ? told(server, "connection.host_key", `its key ${shown} is another one than the file of known hosts has`, {
      hint: "somebody may stand between; ask who runs the server before you change the file",
    })
    : told(server, "connection.host_key", `its key ${shown} is not known`, {
      hint: `compare it with that of the server, then say host_key: "${shown}", or connect once with ssh`,
    });
}

function loginError(server: SshServer, error: Error & { level?: string; code?: string }): DtegError {
  const { level, code, message } = error;
  if (level === "client-authentication") {
    return told(server, "connection.auth", `it does not let ${server.user} in`, {
      hint: "check `user:` and `key:`, and that the key's public half is in authorized_keys there",
      cause: error,
    });
  }
  if (level === "client-timeout") {
    return told(server, "connection.timeout", `no answer within ${TIMEOUT / 1000} s`, { cause: error });
  }
  const codes: Readonly<Record<string, ErrorCode>> = {
    ENOTFOUND: "connection.host_unknown",
    EAI_AGAIN: "connection.host_unknown",
    ECONNREFUSED: "connection.refused",
    ETIMEDOUT: "connection.timeout",
  };
  return told(server, codes[code ?? ""] ?? "connection.lost", message, { cause: error });
}

function forward(
  client: Client,
  { server, target }: { readonly server: SshServer; readonly target: Address },
): Promise<Duplex> {
  return new Promise((done, fail) => {
    client.forwardOut("127.0.0.1", 0, target.host, target.port, (error, channel) => {
      if (!error) return done(channel);
      const isForbidden = /prohibited/i.test(error.message);
      const reason = error.message.replace(/^\(SSH\) Channel open failure: /, "");
      fail(told(
        server,
        isForbidden ? "connection.forbidden" : "connection.refused",
        `it cannot reach ${target.host}:${target.port} for us: ${reason}`,
        {
          hint: isForbidden ? "allow forwarding there (AllowTcpForwarding)" : "check host and port, as seen from there",
          cause: error,
        },
      ));
    });
  });
}

function told(
  { host, port }: Address,
  code: ErrorCode,
  reason: string,
  { hint, cause }: { readonly hint?: string; readonly cause?: unknown } = {},
): DtegError {
  return new DtegError(code, `the SSH server ${host}:${port}: ${reason}`, { hint, cause });
}
