import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip, createZstdCompress } from "node:zlib";
import type { Packing } from "../format.ts";
import { fileError } from "../paths.ts";

const PACKERS = {
  gzip: () => createGzip(),
  zstd: () => createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } }), // so that damage is seen
};

/** Writes bytes to a file that is not there yet, compressed where that is wanted. */
export async function writePacked(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { packing, signal }: { readonly packing: Packing; readonly signal: AbortSignal },
): Promise<void> {
  const plain = Readable.from(chunks), file = createWriteStream(path, { flags: "wx" });
  try {
    if (packing === "none") await pipeline(plain, file, { signal });
    else await pipeline(plain, PACKERS[packing](), file, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw fileError(error, { action: "write", path });
  }
}
