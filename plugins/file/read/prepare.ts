import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { DtegError, type Host } from "../../../sdk/mod.ts";
import {
  engineFormat,
  formatByContent,
  type FormatName,
  type Packing,
  packingOf,
  splitName,
  unknownFormat,
} from "../format.ts";
import { fileError } from "../paths.ts";
import { chunksOf } from "../until_aborted.ts";
import { readPipe } from "./named_pipe.ts";
import { zstdContent } from "./zstd_frames.ts";

/** A file that DuckDB can read as it is: not compressed, and UTF-8 where it is text. */
export interface PlainFile {
  readonly path: string;
  /** What the user calls it. */
  readonly name: string;
  readonly format: FormatName;
}

/** What was declared about a file. */
export interface Declared {
  readonly format?: FormatName;
  readonly encoding?: string;
  readonly compression?: string;
  /** The format may be found from the content: for pipes. */
  readonly byContent?: boolean;
}

interface Given {
  readonly path: string;
  readonly name: string;
}

let copies = 0;

/** Decompresses and decodes what is not plain, into the run's folder. Damage and bytes outside the encoding are errors. */
export async function plainFile({ path, name }: Given, declared: Declared, host: Host): Promise<PlainFile> {
  const named = splitName(name);
  const head = await headOf(path, { name, bytes: 4096 });
  const isParquet = (declared.format ?? named.format) === "parquet";
  const packing = packingFor(declared, isParquet ? "none" : packingOf(head));
  let current = path;
  if (packing !== "none") {
    current = newCopy(host);
    await writeAll(current, packing === "gzip" ? gunzip(path, name) : zstdContent(path, name), host);
  }
  const content = packing === "none" ? head : await headOf(current, { name, bytes: 4096 });
  const format = declared.format ?? named.format ?? found(content, { name, declared });
  if (format === "parquet") return { path: current, name, format };
  const encoding = declared.encoding ?? byteOrderMark(content) ?? "utf-8";
  if (!isUtf8(encoding)) {
    const decoded = newCopy(host);
    await writeAll(decoded, decode(current, { name, encoding }), host);
    current = decoded;
  }
  return { path: current, name, format };
}

function packingFor({ compression }: Declared, seen: Packing): Packing {
  if (compression === undefined) return seen;
  return compression === "gzip" || compression === "zstd" ? compression : "none";
}

/** By content: for sure for Parquet and JSON; for text only where the user sent it through a pipe. */
function found(head: Uint8Array, { name, declared }: { name: string; declared: Declared }): FormatName {
  const format = formatByContent(head);
  if (engineFormat(format) === "csv" && !declared.byContent) throw unknownFormat(name);
  return format;
}

/** Copies what can be read only once to a file of the run's folder: standard input, `-`, or a named pipe. */
export async function spool(from: string, host: Host): Promise<string> {
  const path = newCopy(host);
  await writeAll(path, from === "-" ? chunksOf(Deno.stdin.readable, host.signal) : readPipe(from, host.signal), host);
  return path;
}

const newCopy = (host: Host) => `${host.tempDir}/plain-${++copies}`;

async function headOf(path: string, { name, bytes }: { name: string; bytes: number }): Promise<Uint8Array> {
  try {
    using file = await Deno.open(path);
    const buffer = new Uint8Array(bytes);
    return buffer.subarray(0, await file.read(buffer) ?? 0);
  } catch (error) {
    throw fileError(error, { action: "read", path: name });
  }
}

async function writeAll(path: string, chunks: AsyncIterable<Uint8Array>, host: Host): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
  for await (const chunk of chunks) {
    host.signal.throwIfAborted();
    try {
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    } catch (error) {
      throw fileError(error, { action: "write", path });
    }
  }
}

async function* gunzip(path: string, name: string): AsyncGenerator<Uint8Array> {
  const file = await Deno.open(path);
  const decoder = createGunzip({ chunkSize: 1 << 20 });
  const input = Readable.from(file.readable.values());
  input.on("error", (error) => decoder.destroy(error));
  try {
    yield* input.pipe(decoder);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DtegError("file.corrupt", `cannot decompress "${name}": ${reason}`, {
      path: name,
      cause,
      hint: "the file is cut off or damaged: get it again",
    });
  }
}

function byteOrderMark(head: Uint8Array): string | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  return head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : undefined;
}

function isUtf8(label: string): boolean {
  try {
    return new TextDecoder(label).encoding === "utf-8";
  } catch (cause) {
    throw new DtegError("connector.config", `there is no encoding ${JSON.stringify(label)}`, {
      cause,
      hint: "use a label of WHATWG, as latin1, windows-1252, utf-16le, euc-kr, shift_jis, gbk",
    });
  }
}

async function* decode(
  path: string,
  { name, encoding }: { name: string; encoding: string },
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const encoder = new TextEncoder();
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 18);
  let at = 0;
  try {
    for (let count; (count = await file.read(buffer)) !== null; at += count) {
      yield encoder.encode(decoder.decode(buffer.subarray(0, count), { stream: true }));
    }
    yield encoder.encode(decoder.decode());
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new DtegError(
      "file.encoding",
      `cannot read "${name}" as ${encoding}: bytes near byte ${at} are no text of it`,
      {
        path: name,
        cause,
        hint: "declare the encoding that the file has",
      },
    );
  }
}
