import { createZstdDecompress } from "node:zlib";
import { Readable } from "node:stream";
import { DtegError } from "../../../sdk/mod.ts";

const MAGIC = 0xfd2fb528;

/** A frame of a zstd file by its place. */
interface Frame {
  readonly from: number;
  readonly bytes: number;
  /** Skippable frames hold no data. */
  readonly isData: boolean;
}

/**
 * The content of a zstd file. The runtime's decoder stops silently at the end of the first frame and at a cut, so the frames are found
 * here, by their block headers, and each is decoded by itself.
 */
export async function* zstdContent(path: string, name: string): AsyncGenerator<Uint8Array> {
  for (const { from, bytes, isData } of await framesOf(path, name)) {
    if (!isData) continue;
    const decoder = createZstdDecompress({ chunkSize: 1 << 20 });
    try {
      yield* Readable.from(slice(path, { from, bytes })).on("error", (error) => decoder.destroy(error)).pipe(decoder);
    } catch (cause) {
      throw corrupt(name, cause instanceof Error ? cause.message : String(cause));
    }
  }
}

async function* slice(path: string, { from, bytes }: { from: number; bytes: number }): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  await file.seek(from, Deno.SeekMode.Start);
  for (let left = bytes; left > 0;) {
    const buffer = new Uint8Array(Math.min(left, 1 << 18));
    const count = await file.read(buffer);
    if (count === null) return;
    left -= count;
    yield buffer.subarray(0, count);
  }
}

async function framesOf(path: string, name: string): Promise<Frame[]> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const frames: Frame[] = [];
  const read = async (at: number, count: number): Promise<DataView> => {
    const buffer = new Uint8Array(count);
    await file.seek(at, Deno.SeekMode.Start);
    for (let filled = 0; filled < count;) {
      const got = await file.read(buffer.subarray(filled));
      if (got === null) throw corrupt(name, `it ends in the middle of a frame, after ${size} bytes`);
      filled += got;
    }
    return new DataView(buffer.buffer);
  };
  for (let at = 0; at < size;) {
    const from = at;
    const magic = (await read(at, 4)).getUint32(0, true);
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      at += 8 + (await read(at + 4, 4)).getUint32(0, true);
      frames.push({ from, bytes: at - from, isData: false });
    } else if (magic === MAGIC) {
      at = await frameEnd(at + 4, read);
      frames.push({ from, bytes: at - from, isData: true });
    } else throw corrupt(name, `what follows after byte ${at} is no zstd frame`);
    if (at > size) throw corrupt(name, `it ends in the middle of a frame, after ${size} bytes`);
  }
  return frames;
}

/** Where a frame ends: its header, its blocks, its checksum (RFC 8878). */
async function frameEnd(start: number, read: (at: number, count: number) => Promise<DataView>): Promise<number> {
  const descriptor = (await read(start, 1)).getUint8(0);
  const single = (descriptor >> 5) & 1;
  const sizeBytes = [single, 2, 4, 8][descriptor >> 6];
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3];
  let at = start + 1 + (single ? 0 : 1) + dictionaryBytes + sizeBytes;
  for (let last = false; !last;) {
    const view = await read(at, 3);
    const header = view.getUint8(0) | (view.getUint8(1) << 8) | (view.getUint8(2) << 16);
    last = (header & 1) === 1;
    at += 3 + ((header >> 1 & 3) === 1 ? 1 : header >> 3);
  }
  return at + ((descriptor >> 2) & 1 ? 4 : 0);
}

function corrupt(name: string, reason: string): DtegError {
  return new DtegError("file.corrupt", `cannot decompress "${name}": ${reason}`, {
    path: name,
    hint: "the file is cut off or damaged: get it again",
  });
}
