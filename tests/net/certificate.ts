import type { Identity } from "../../runtime/net/flow_sender.ts";

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const OID = { commonName: "550403", subjectAltName: "551d11", ecdsaWithSha256: "2a8648ce3d040302" } as const;

/** Writes a certificate for `localhost`, signed by itself and good until tomorrow, and its key. */
export async function selfSigned(folder: string): Promise<Identity> {
  const keys = await crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
  const algorithm = der(0x30, oid(OID.ecdsaWithSha256));
  const name = der(0x30, der(0x31, der(0x30, oid(OID.commonName), der(0x0c, text("localhost")))));
  const days = [-1, 1].map((day) => der(0x17, text(utcTime(new Date(Date.now() + day * 86_400_000)))));
  const names = der(0x30, der(0x82, text("localhost")));
  const body = der(
    0x30,
    der(0xa0, der(0x02, Uint8Array.of(2))), // version 3
    der(0x02, Uint8Array.of(1)), // serial number
    algorithm,
    name,
    der(0x30, ...days),
    name,
    new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey)),
    der(0xa3, der(0x30, der(0x30, oid(OID.subjectAltName), der(0x04, names)))),
  );
  const raw = new Uint8Array(await crypto.subtle.sign(ECDSA, keys.privateKey, new Uint8Array(body)));
  const signature = der(0x30, integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
  const paths = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
  const key = new Uint8Array(await crypto.subtle.exportKey("pkcs8", keys.privateKey));
  const cert = der(0x30, body, algorithm, der(0x03, Uint8Array.of(0), signature));
  await Deno.writeTextFile(paths.cert, pem("CERTIFICATE", cert));
  await Deno.writeTextFile(paths.key, pem("PRIVATE KEY", key));
  return paths;
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(parts);
  const { length } = content;
  const head = length < 0x80
    ? [tag, length]
    : length < 0x100
    ? [tag, 0x81, length]
    : [tag, 0x82, length >> 8, length & 0xff];
  return concat([Uint8Array.from(head), content]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function oid(hex: string): Uint8Array {
  return der(0x06, Uint8Array.fromHex(hex));
}

/** A positive number: without leading zeros, with one where the first bit is set. */
function integer(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.subarray(start < 0 ? bytes.length - 1 : start);
  return der(0x02, short[0] & 0x80 ? concat([Uint8Array.of(0), short]) : short);
}

function utcTime(date: Date): string {
  return date.toISOString().replace(/[-:T]/g, "").slice(2, 14) + "Z";
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function pem(label: string, bytes: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${bytes.toBase64().replace(/.{64}/g, "$&\n")}\n-----END ${label}-----\n`;
}
