import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { createZstdDecompress } from "node:zlib";
import { DtegError } from "../../../sdk/mod.ts";

/** A native library as the build packs it: zstd, between the runtime and Deno's own data, or as an embedded file. */
export interface PackedLibrary {
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
  /** Bytes when packed. */
  readonly packed: number;
  /** Where it begins in the executable; null: it is an embedded file, NAME.zst beside the list. */
  readonly offset: number | null;
}

/** What the build writes as native.json. */
export interface PackedLibraries {
  /** Of all contents: names the folder that they are unpacked to. */
  readonly hash: string;
  readonly files: readonly PackedLibrary[];
}

/** Unpacks one library into a folder, in bounded memory. `beside` is the folder of the list. */
export async function unpackLibrary(
  library: PackedLibrary,
  { folder, beside }: { readonly folder: string; readonly beside: string },
): Promise<void> {
  // /proc/self/exe is still the file that was started when an upgrade has replaced it on disk
  const from = library.offset === null ? `${beside}/${library.name}.zst` : "/proc/self/exe";
  const hash = createHash("sha256");
  using output = await Deno.open(`${folder}/${library.name}`, { createNew: true, write: true, mode: 0o600 });
  const unzip = createZstdDecompress({ chunkSize: 1 << 20 });
  Readable.from(slice(from, { offset: library.offset ?? 0, length: library.packed }))
    .on("error", (error) => unzip.destroy(error)) // no pipeline(): Deno 2.7 aborts it when a short source ends
    .pipe(unzip);
  try {
    for await (const chunk of unzip) {
      hash.update(chunk);
      for (let at = 0; at < chunk.length;) at += await output.write(chunk.subarray(at));
    }
  } catch (error) {
    if (error instanceof DtegError || !(error instanceof Error) || error.message.includes("os error")) throw error;
    throw damaged(library, error.message);
  }
  await output.syncData();
  const sum = hash.digest("hex");
  if (sum !== library.sha256) throw damaged(library, `it has sha256 ${sum}, wanted ${library.sha256}`);
}

async function* slice(
  path: string,
  { offset, length }: { offset: number; length: number },
): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  await file.seek(offset, Deno.SeekMode.Start);
  for (let left = length; left > 0;) {
    const buffer = new Uint8Array(Math.min(left, 1 << 18));
    const count = await file.read(buffer);
    if (count === null) throw new DtegError("internal", `"${path}" ends before the libraries that it should hold`);
    left -= count;
    yield buffer.subarray(0, count);
  }
}

function damaged(library: PackedLibrary, why: string): DtegError {
  return new DtegError("internal", `cannot unpack "${library.name}": ${why}`, {
    hint: "the dteg file is damaged: get it again",
  });
}
