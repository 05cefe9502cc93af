import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";

/** A host key as a file of known hosts has it. */
export interface KnownKey {
  /** `ssh-ed25519`, `ssh-rsa` … */
  readonly type: string;
  /** Base64. */
  readonly key: string;
  readonly isRevoked: boolean;
}

/** The keys that a file of known hosts, as OpenSSH has it, holds for a server. */
export function knownKeys(text: string, { host, port }: { readonly host: string; readonly port: number }): KnownKey[] {
  const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
  return text.split(/\r?\n/).flatMap((line): KnownKey[] => {
    const words = line.trim().split(/\s+/);
    const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
    const [hosts, type, key] = words;
    if (!key || hosts.startsWith("#") || marker === "@cert-authority" || !fits(hosts, name)) return [];
    return [{ type, key, isRevoked: marker === "@revoked" }];
  });
}

/** The fingerprint of a key, as `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

function fits(hosts: string, name: string): boolean {
  const hashed = /^\|1\|([^|]+)\|(.+)$/.exec(hosts);
  if (hashed) return createHmac("sha1", Buffer.from(hashed[1], "base64")).update(name).digest("base64") === hashed[2];
  const patterns = hosts.toLowerCase().split(",");
  const matches = (pattern: string) =>
    new RegExp(`^${RegExp.escape(pattern).replaceAll("\\*", ".*").replaceAll("\\?", ".")}$`).test(name);
  return !patterns.some((one) => one.startsWith("!") && matches(one.slice(1))) && patterns.some(matches);
}
