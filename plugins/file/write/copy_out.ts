import { createReadStream } from "node:fs";
import { type DuckSession, type Host, quoteText, type ScanBatch, type Target } from "../../../sdk/mod.ts";
import type { FileConfig } from "../mod.ts";
import { fileError } from "../paths.ts";
import type { Writing } from "./place.ts";
import { needsText } from "./type_table.ts";

/** All that a writer of files needs. */
export interface WriterOptions {
  readonly target: Target;
  readonly writing: Writing;
  readonly config: FileConfig;
  readonly session: DuckSession;
  readonly host: Host;
}

/** Writes a batch to a file that is not there yet; the result is the rows. */
export async function copyOut(path: string, batch: ScanBatch, options: WriterOptions): Promise<number> {
  const { session, writing, host } = options;
  if (writing.format !== "json") return await session.runScan(batch, copyStatement(path, batch, options));
  const lines = `${host.tempDir}/json-${crypto.randomUUID()}`;
  const asLines = copyStatement(lines, batch, { ...options, writing: { format: "ndjson", packing: "none" } });
  const rows = await session.runScan(batch, asLines);
  await wrapArray(lines, path, options);
  return rows;
}

/** The statement that writes the query of a batch. */
function copyStatement(
  path: string,
  batch: ScanBatch,
  { writing, config, session, target }: WriterOptions,
): (query: string) => string {
  const to = quoteText(path);
  const packing = `COMPRESSION ${writing.packing}`;
  switch (writing.format) {
    case "parquet": {
      const codec = config.compression === undefined || config.compression === "none" ? "zstd" : config.compression;
      const groups = config.row_group_size ? `, ROW_GROUP_SIZE ${config.row_group_size}` : "";
      return (query) =>
        `COPY (${parquetQuery({ ...batch, query }, session)}) TO ${to} (FORMAT parquet, COMPRESSION ${codec}${groups})`;
    }
    case "csv":
    case "tsv": {
      const delimiter = config.delimiter ?? (writing.format === "tsv" ? "\t" : ",");
      const settings = `HEADER ${config.header ?? true}, DELIM ${
        quoteText(delimiter)
      }, QUOTE '"', ESCAPE '"', NULLSTR ''`;
      return (query) =>
        `COPY (${session.text({ ...batch, query }, { format: "csv" })}) TO ${to} (FORMAT csv, ${settings}, ${packing})`;
    }
    default: {
      const form = { format: "ndjson", numbers: target.options.numbers } as const;
      return (query) =>
        `COPY (${session.text({ ...batch, query }, form)}) TO ${to} ` +
        `(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIM '', ${packing})`;
    }
  }
}

/** Columns that Parquet cannot hold exactly go as text. */
function parquetQuery(batch: ScanBatch, session: DuckSession): string {
  const only = batch.schema.filter(({ type }) => needsText(type)).map(({ name }) => name);
  return only.length === 0 ? batch.query : session.text(batch, { format: "csv", only });
}

/** Lines of JSON as one array, streamed. */
async function wrapArray(lines: string, path: string, { writing }: WriterOptions): Promise<void> {
  const encoder = new TextEncoder();
  let isFirst = true, atLineStart = true;
  const joiner = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode("[\n")),
    transform(chunk, controller) {
      const out: Uint8Array[] = [];
      let from = 0;
      while (from < chunk.length) {
        if (atLineStart && !isFirst) out.push(encoder.encode(",\n"));
        isFirst = atLineStart = false;
        const feed = chunk.indexOf(10, from);
        out.push(chunk.subarray(from, feed < 0 ? chunk.length : feed));
        if (feed < 0) break;
        atLineStart = true;
        from = feed + 1;
      }
      for (const piece of out) controller.enqueue(piece);
    },
    flush: (controller) => controller.enqueue(encoder.encode(isFirst ? "]\n" : "\n]\n")),
  });
  try {
    const source = ReadableStream.from<Uint8Array>(createReadStream(lines, { highWaterMark: 1 << 18 }));
    const joined = source.pipeThrough(joiner);
    const packed = writing.packing === "gzip"
      ? joined.pipeThrough(new CompressionStream("gzip") as ReadableWritablePair<Uint8Array, Uint8Array>)
      : joined;
    using file = await Deno.open(path, { write: true, createNew: true });
    for await (const chunk of packed) {
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    }
    await Deno.remove(lines);
  } catch (error) {
    throw fileError(error, { action: "write", path });
  }
}
