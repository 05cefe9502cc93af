import { connect } from "node:net";
import { type Authentication, type Connection, library } from "./ssh_server_library.ts";

/** A pair of keys. */
export interface Pair {
  readonly private: string;
  /** As authorized_keys and known_hosts have it: type and Base64. */
  readonly public: string;
}

export function keyPair(): Pair {
  const made = library.utils.generateKeyPairSync("ed25519");
  return { private: made.private, public: made.public.split(" ").slice(0, 2).join(" ") };
}

/** An SSH server of this process that forwards to everything but `forbidden`. */
export interface SshTestServer extends AsyncDisposable {
  readonly port: number;
  readonly host: Pair;
  /** The key that lets the user `me` in. */
  readonly user: Pair;
  /** Ends all connections. */
  drop(): void;
}

export async function openSshServer(): Promise<SshTestServer> {
  const host = keyPair(), user = keyPair();
  const wanted = library.utils.parseKey(user.public);
  const connections = new Set<Connection>();
  const fits = ({ method, username, key, signature, blob, hashAlgo }: Authentication) =>
    method === "publickey" && username === "me" && key?.data.equals(wanted.getPublicSSH()) === true &&
    (!signature || wanted.verify(blob, signature, hashAlgo));
  const server = new library.Server({ hostKeys: [host.private] }, (connection) => {
    connections.add(connection);
    connection.on("error", () => {});
    connection.on("close", () => connections.delete(connection));
    connection.on("authentication", (one) => fits(one) ? one.accept() : one.reject());
    connection.on("tcpip", (accept, reject, { destIP, destPort }) => {
      if (destIP === "forbidden") return reject();
      const socket = connect(destPort, destIP);
      socket.on("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        const channel = accept();
        socket.on("error", () => channel?.destroy());
        channel?.on("error", () => socket.destroy());
        if (channel) socket.pipe(channel).pipe(socket);
      });
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const drop = () => connections.forEach((connection) => connection.end());
  return {
    port: server.address().port,
    host,
    user,
    drop,
    async [Symbol.asyncDispose]() {
      drop();
      await new Promise<void>((done) => server.close(done));
    },
  };
}
