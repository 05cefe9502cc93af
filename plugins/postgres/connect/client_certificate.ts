import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { DtegError } from "../../../sdk/mod.ts";
import type { Parameters } from "../parameters.ts";

/** A client's certificate and its key, as PEM. */
interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * What proves to the server who the client is. It is looked through here, since the runtime does not come back from a certificate or a key
 * that its TLS cannot use.
 */
export function clientCertificate(
  { sslcert, sslkey, sslpassword }: Pick<Parameters, "sslcert" | "sslkey" | "sslpassword">,
): ClientCertificate | undefined {
  if (sslcert === undefined) return undefined;
  if (sslkey === undefined) throw bad("sslcert", sslcert, "has no key beside it: sslkey names none");
  const cert = readFile(sslcert, "sslcert"), key = openKey(sslkey, sslpassword);
  const parsed = parseCertificate(cert, sslcert);
  if (!parsed.checkPrivateKey(key)) throw bad("sslcert", sslcert, `is not made for the key "${sslkey}" of sslkey`);
  return { cert, key: String(key.export({ type: "pkcs8", format: "pem" })) };
}

/** The text of a file that a setting names. */
export function readFile(path: string, setting: string): string {
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
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(text);
  } catch {
    throw bad("sslcert", path, "holds no certificate in PEM form");
  }
  if (isVersion1(parsed.raw)) {
    const hint = "make one of version 3: `openssl x509 -req` does so with -extfile";
    throw bad("sslcert", path, "is a certificate of version 1, which TLS of today does not take", hint);
  }
  return parsed;
}

/** DER: the certificate's first part begins with its version, tag A0, unless that is 1. */
function isVersion1(der: Uint8Array): boolean {
  const inside = (at: number) => at + 2 + (der[at + 1] & 0x80 ? der[at + 1] & 0x7f : 0);
  return der[inside(inside(0))] !== 0xa0;
}

function openKey(path: string, password: string | undefined): KeyObject {
  const pem = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----[\s\S]*?-----END \1PRIVATE KEY-----/.exec(
    readFile(path, "sslkey"),
  )?.[0];
  if (pem === undefined) throw bad("sslkey", path, "holds no key in PEM form");
  const isShut = pem.includes("ENCRYPTED");
  if (isShut && password === undefined) {
    throw bad(
      "sslkey",
      path,
      "is encrypted, and no sslpassword is given",
      "set sslpassword, by ${secret.…} or ${env.…}",
    );
  }
  try {
    return createPrivateKey({ key: pem, ...(isShut && { passphrase: password }) });
  } catch {
    if (!isShut) throw bad("sslkey", path, "holds a key that cannot be read");
    const hint = `check it; a key of the old form is brought to the new one by: openssl pkcs8 -topk8 -in ${path}`;
    throw bad("sslkey", path, "cannot be opened with the sslpassword", hint);
  }
}
