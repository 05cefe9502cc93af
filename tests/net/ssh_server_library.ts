import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import ssh2 from "ssh2";

export interface Authentication {
  readonly method: string;
  readonly username: string;
  readonly password?: string;
  readonly key?: { readonly algo: string; readonly data: Buffer };
  readonly signature?: Buffer;
  readonly blob: Buffer;
  readonly hashAlgo?: string;
  accept(): void;
  reject(): void;
}
export interface Connection {
  on(event: "authentication", listener: (authentication: Authentication) => void): this;
  on(event: "error" | "close", listener: (error?: Error) => void): this;
  on(
    event: "tcpip",
    listener: (
      accept: () => Duplex | undefined,
      reject: () => void,
      info: { readonly destIP: string; readonly destPort: number },
    ) => void,
  ): this;
  end(): void;
}
interface Server {
  listen(port: number, host: string, done: () => void): void;
  address(): { readonly port: number };
  close(done: () => void): void;
}
interface Key {
  getPublicSSH(): Buffer;
  verify(data: Buffer, signature: Buffer, algorithm?: string): boolean;
}
export interface SshServerLibrary {
  readonly Server: new (
    config: { readonly hostKeys: readonly string[] },
    listener: (connection: Connection) => void,
  ) => Server;
  readonly utils: {
    generateKeyPairSync(type: "ed25519"): { readonly private: string; readonly public: string };
    parseKey(text: string): Key;
  };
}

export const library: SshServerLibrary = ssh2;
