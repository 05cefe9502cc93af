import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { checkServerIdentity, type PeerCertificate, rootCertificates, type TLSSocket } from "node:tls";
import { DtegError } from "../../../sdk/mod.ts";
import type { MysqlClient } from "../driver.ts";
import { clientSocket } from "./client_socket.ts";
import type { Parameters } from "../parameters.ts";

/** What the driver takes for TLS. */
export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  readonly ca: string | string[];
  readonly cert?: string;
  readonly key?: string;
}

/** Certificates and keys, looked through here: the runtime does not come back from one that its TLS cannot use. */
export function tlsOptions({ sslmode, sslrootcert = "system", sslcert, sslkey, sslpassword }: Parameters): TlsOptions {
  const ca = sslrootcert === "system" ? [...rootCertificates] : readFile(sslrootcert, "sslrootcert");
  const trust = { rejectUnauthorized: sslmode.startsWith("verify-"), ca };
  if (sslcert === undefined) return trust;
  if (sslkey === undefined) throw bad("sslcert", sslcert, "has no key beside it: sslkey names none");
  const cert = readFile(sslcert, "sslcert");
  const key = openKey(sslkey, sslpassword);
  if (!parseCertificate(cert, sslcert).checkPrivateKey(key)) {
    throw bad("sslcert", sslcert, `is not made for the key "${sslkey}" of sslkey`);
  }
  return { ...trust, cert, key: String(key.export({ type: "pkcs8", format: "pem" })) };
}

/** What is known of a TLS connection that the driver begins. */
export interface TlsWatch {
  /** The reason that says most of why there is no connection. */
  reasonOf(error: Error): Error;
}

/**
 * Looks at the certificate before the driver logs in: with verify-full it must be for the host that was asked for, a name or an address, of
 * which the driver looks at names only.
 */
export function watchTls(client: MysqlClient, { sslmode, host }: Parameters): TlsWatch {
  const faults: Error[] = [];
  const startTLS: unknown = Reflect.get(client, "startTLS");
  if (typeof startTLS !== "function") {
    throw new DtegError("internal", "the driver begins TLS in another way than it did");
  }
  Reflect.set(client, "startTLS", (onSecure: (fault?: Error) => void) => {
    startTLS.call(client, (fault?: Error) => {
      const found = fault ?? (sslmode === "verify-full" ? checkServerIdentity(host, certificateOf(client)) : undefined);
      if (found) faults.push(found);
      onSecure(found);
    });
    clientSocket(client).once("error", (error: Error) => faults.push(error));
  });
  return {
    reasonOf(error) {
      const all = [...faults, error];
      // some runtimes begin to write before the certificate was looked at, and then have no word for what is wrong
      const isBroken = sslmode.startsWith("verify-") && all.some(({ message }) => /UNKNOWN/.test(message));
      return all.find(({ message }) => /certificate|altnames|issuer/i.test(message)) ??
        (isBroken ? new Error("the server's certificate is not trusted", { cause: error }) : faults[0] ?? error);
    },
  };
}

function certificateOf(client: MysqlClient): PeerCertificate {
  const socket = clientSocket(client);
  if ("getPeerCertificate" in socket) return (socket as TLSSocket).getPeerCertificate(true);
  throw new DtegError("internal", "the driver keeps its TLS connection in another place than it did");
}

function readFile(path: string, setting: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new DtegError("connector.config", `cannot read the file "${path}" of ${setting}`, { path, cause });
  }
}

function bad(setting: string, path: string, what: string, hint?: string): DtegError {
  return new DtegError("connector.config", `the file "${path}" of ${setting} ${what}`, { path, hint });
}

function parseCertificate(text: string, path: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch {
    throw bad("sslcert", path, "holds no certificate in PEM form");
  }
}

function openKey(path: string, password: string | undefined) {
  const text = readFile(path, "sslkey");
  const isShut = text.includes("ENCRYPTED");
  if (isShut && password === undefined) {
    throw bad(
      "sslkey",
      path,
      "is encrypted, and no sslpassword is given",
      "set sslpassword, by ${secret.…} or ${env.…}",
    );
  }
  try {
    return createPrivateKey({ key: text, ...(isShut && { passphrase: password }) });
  } catch {
    throw bad(
      "sslkey",
      path,
      isShut ? "cannot be opened with the sslpassword" : "holds no key in PEM form that can be read",
    );
  }
}
