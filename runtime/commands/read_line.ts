import type { LineOptions } from "./terminal.ts";

/** The next line of standard input; undefined at its end. Rejects at a signal. A hidden one is not shown while it is typed. */
export async function readLine(
  { hidden = false }: LineOptions = {},
  { signal }: { readonly signal: AbortSignal },
): Promise<string | undefined> {
  if (hidden) Deno.stdin.setRaw(true, { cbreak: true });
  try {
    return await Promise.race([hidden ? hiddenLine() : plainLine(), rejectAt(signal)]);
  } finally {
    if (hidden) Deno.stdin.setRaw(false);
  }
}

function rejectAt(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("the question was broken off")), { once: true });
  });
}

/** A terminal hands over whole lines, so what one read brings past a line's end is never the next answer. */
async function plainLine(): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  for (;;) {
    const bytes = await readBytes();
    if (bytes === undefined) return parts.length ? await textOf(parts) : undefined;
    parts.push(bytes);
    if (bytes.includes(10)) return await textOf(parts);
  }
}

const [NEWLINE, RETURN, END, ERASE, DELETE, KILL] = [10, 13, 4, 8, 127, 21];

/** Without the help of the terminal's line editor: it would show what is typed. */
async function hiddenLine(): Promise<string | undefined> {
  let typed: number[] = [];
  for (;;) {
    const bytes = await readBytes();
    if (bytes === undefined) return undefined;
    for (const byte of bytes) {
      if (byte === NEWLINE || byte === RETURN) return new TextDecoder().decode(new Uint8Array(typed));
      if (byte === END && typed.length === 0) return undefined;
      if (byte === ERASE || byte === DELETE) typed = withoutLast(typed);
      else if (byte === KILL) typed = [];
      else typed.push(byte);
    }
  }
}

/** Takes off the last letter, which may have several bytes. */
function withoutLast(typed: readonly number[]): number[] {
  const letters = [...new TextDecoder().decode(new Uint8Array(typed))].slice(0, -1);
  return [...new TextEncoder().encode(letters.join(""))];
}

async function readBytes(): Promise<Uint8Array | undefined> {
  const buffer = new Uint8Array(4096);
  const count = await Deno.stdin.read(buffer);
  return count === null ? undefined : buffer.subarray(0, count);
}

async function textOf(parts: Uint8Array[]): Promise<string> {
  return await new Blob(parts as BlobPart[]).text();
}
