import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import ssh2 from "ssh2";

// the package has no types, and those published apart bring in the types of another Node

interface ConnectConfig {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly privateKey?: string;
  readonly passphrase?: string;
  readonly password?: string;
  readonly agent?: string;
  readonly readyTimeout: number;
  readonly keepaliveInterval: number;
  readonly algorithms: {
    readonly serverHostKey: {
      readonly prepend: readonly string[];
      readonly append: readonly string[];
      readonly remove: readonly string[];
    };
  };
  readonly hostVerifier: (key: Buffer) => boolean;
}

/** A client, as far as the tunnel uses it. */
export interface Client {
  on(event: "ready" | "close", listener: () => void): this;
  on(event: "error", listener: (error: Error & { level?: string; code?: string }) => void): this;
  connect(config: ConnectConfig): void;
  forwardOut(
    fromHost: string,
    fromPort: number,
    host: string,
    port: number,
    done: (error: Error | undefined, channel: Duplex) => void,
  ): void;
  end(): void;
  destroy(): void;
}

/** What the package gives. */
export interface SshLibrary {
  readonly Client: new () => Client;
}

/** The package. */
export const sshLibrary: SshLibrary = ssh2;
