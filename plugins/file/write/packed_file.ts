import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip, createZstdCompress } from "node:zlib";
import type { Packing } from "../format.ts";
import { fileError } from "../paths.ts";

const PACKERS = {
  gzip: () => createGzip(),
  zstd: () => createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } }), // so that damage is seen
};

/**
 * Writes bytes to a file that is not there yet, compressed where that is wanted. Not through streams of `node:fs`: on Deno 2.7.11 two of
 * them at once may wait for ever.
 */
export async function writePacked(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { packing, signal }: { readonly packing: Packing; readonly signal: AbortSignal },
): Promise<void> {
  try {
    using file = await Deno.open(path, { write: true, createNew: true });
    for await (const chunk of packing === "none" ? chunks : packed(chunks, PACKERS[packing]())) {
      signal.throwIfAborted();
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    }
  } catch (error) {
    signal.throwIfAborted();
    throw fileError(error, { action: "write", path });
  }
}

async function* packed(
  chunks: AsyncIterable<Uint8Array>,
  packer: ReturnType<typeof PACKERS[keyof typeof PACKERS]>,
): AsyncGenerator<Uint8Array> {
  const fed = pipeline(Readable.from(chunks), packer);
  fed.catch(() => {}); // reading the packer throws the same
  yield* packer as AsyncIterable<Uint8Array>;
  await fed;
}
