import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";

/** A secret that is told by its nonce, whatever a text makes of the rest. */
export interface Planted {
  readonly name: string;
  readonly value: string;
  readonly nonce: string;
}

/** A password with all that needs care in a URL, in JSON, in YAML and in SQL. */
export function plant(name: string): Planted {
  const nonce = randomBytes(15).toString("base64url").replace(/[-_]/g, "x");
  return { name, nonce, value: `p@s:s/w"ö'\\ %&${nonce}` };
}

/** Base64 of a text where it begins `shift` bytes into a group of three, without the digits that its neighbours share. */
function base64At(text: string, shift: number): string {
  const coded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString("base64").replace(/=+$/, "");
  return coded.slice(shift === 0 ? 0 : shift + 1, -1);
}

/** What of the planted secrets is found in bytes: `name as form`. */
export function foundIn(bytes: Uint8Array | string, planted: readonly Planted[]): readonly string[] {
  const text = Buffer.from(bytes);
  return planted.flatMap(({ name, nonce }) => {
    const hex = Buffer.from(nonce).toString("hex");
    const forms: Record<string, readonly string[]> = {
      "text, percent or JSON": [nonce],
      "hex": [hex, hex.toUpperCase(), hex.replace(/../g, "%$&")],
      "base64": [0, 1, 2].map((shift) => base64At(nonce, shift)),
      "UTF-16": [Buffer.from(nonce, "utf16le").toString("latin1")],
    };
    return Object.entries(forms).flatMap(([form, all]) =>
      all.some((one) => text.includes(Buffer.from(one, "latin1"))) ? [`${name} as ${form}`] : []
    );
  });
}

/** All files below a folder but pipes, with their bytes. */
export function* filesBelow(folder: string): Generator<readonly [path: string, bytes: Uint8Array]> {
  for (const { name, isDirectory, isFile } of entriesOf(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesBelow(path);
    else if (isFile) {
      const bytes = bytesOf(path);
      if (bytes) yield [path, bytes];
    }
  }
}

function entriesOf(folder: string): readonly Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return []; // gone in this moment
    throw error;
  }
}

function bytesOf(path: string): Uint8Array | undefined {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // gone in this moment
    throw error;
  }
}
