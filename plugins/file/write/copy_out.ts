import { DtegError, type DuckSession, type Host, quoteText, type ScanBatch, type Target } from "../../../sdk/mod.ts";
import type { FileConfig } from "../mod.ts";
import type { Packing } from "../format.ts";
import { writePacked } from "./packed_file.ts";
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
  if (batch.schema.length === 0) return await writeNothing(path, options);
  if (writing.format === "parquet") return await copyParquet(path, batch, options);
  if (writing.format !== "json") {
    return await session.runScan(batch, (query) => copyStatement(path, { ...batch, query }, options));
  }
  const lines = `${host.tempDir}/json-${crypto.randomUUID()}`;
  const form = { format: "ndjson", numbers: options.target.options.numbers } as const;
  const rows = await session.runScan(batch, (query) => {
    const text = session.text({ ...batch, query }, form);
    return copyLines(`SELECT line || ',' FROM (${text})`, lines, "none");
  });
  await writePacked(path, arrayOf(lines), { packing: writing.packing, signal: host.signal });
  await Deno.remove(lines);
  return rows;
}

/** Row groups are by rows; of rows for which memory does not do so, by bytes, which DuckDB does only where it need not keep their order. */
async function copyParquet(path: string, batch: ScanBatch, options: WriterOptions): Promise<number> {
  const { session } = options;
  const copy = (more: string) =>
    session.runScan(batch, (query) => copyStatement(path, { ...batch, query }, { ...options, more }));
  try {
    return await copy("");
  } catch (error) {
    const mayDo = error instanceof DtegError && error.code === "environment.memory" && !batch.within &&
      options.config.row_group_size === undefined;
    if (!mayDo) throw error;
  }
  return await session.alone("order of rows", async () => {
    await session.run("SET preserve_insertion_order = false");
    return await copy(`, ROW_GROUP_SIZE_BYTES ${WIDE_GROUP}`).finally(() =>
      session.run("SET preserve_insertion_order = true")
    );
  });
}

/** Rows of a group where they come from a server: the group that is gathered is most of what such a load holds. */
const SERIAL_GROUP = 40_960;

/** Bytes of a row group of wide rows. */
const WIDE_GROUP = 4 << 20;

function copyStatement(
  path: string,
  batch: ScanBatch,
  { writing, config, session, target, more = "" }: WriterOptions & { readonly more?: string },
): string {
  const to = quoteText(path);
  const packing = `COMPRESSION ${writing.packing}`;
  switch (writing.format) {
    case "parquet": {
      const codec = config.compression === undefined || config.compression === "none" ? "zstd" : config.compression;
      const size = config.row_group_size ?? (batch.order === "serial" ? SERIAL_GROUP : undefined);
      const groups = size ? `, ROW_GROUP_SIZE ${size}` : "";
      const order = batch.order !== undefined ? ", PRESERVE_ORDER false" : ""; // to keep it, DuckDB holds many row groups
      return `COPY (${
        parquetQuery(batch, session)
      }) TO ${to} (FORMAT parquet, COMPRESSION ${codec}${groups}${order}${more})`;
    }
    case "csv":
    case "tsv": {
      const delimiter = config.delimiter ?? (writing.format === "tsv" ? "\t" : ",");
      const settings = `HEADER ${config.header ?? true}, DELIM ${
        quoteText(delimiter)
      }, QUOTE '"', ESCAPE '"', NULLSTR ''`;
      return `COPY (${session.text(batch, { format: "csv" })}) TO ${to} (FORMAT csv, ${settings}, ${packing})`;
    }
    default: {
      const query = session.text(batch, { format: "ndjson", numbers: target.options.numbers });
      return copyLines(query, path, writing.packing);
    }
  }
}

/** One column of text as lines, nothing quoted. */
function copyLines(query: string, path: string, packing: Packing): string {
  const settings = `HEADER false, QUOTE '', ESCAPE '', DELIM '', COMPRESSION ${packing}`;
  return `COPY (${query}) TO ${quoteText(path)} (FORMAT csv, ${settings})`;
}

/** Columns that Parquet cannot hold exactly go as text. */
function parquetQuery(batch: ScanBatch, session: DuckSession): string {
  const only = batch.schema.filter(({ type }) => needsText(type)).map(({ name }) => name);
  return only.length === 0 ? batch.query : session.text(batch, { format: "csv", only });
}

/** A stream of no columns: an empty file, in JSON an empty array; Parquet has no form for it. */
async function writeNothing(path: string, { writing, host }: WriterOptions): Promise<number> {
  if (writing.format === "parquet") {
    throw new DtegError(
      "schema.incompatible",
      "the source has no rows and no columns, and Parquet has no form for that",
      {
        hint: "write CSV or NDJSON, or leave such a source out",
      },
    );
  }
  const text = new TextEncoder().encode(writing.format === "json" ? "[]\n" : "");
  await writePacked(path, ReadableStream.from([text]), { packing: writing.packing, signal: host.signal });
  return 0;
}

/** Lines that each end in a comma, as one array. */
async function* arrayOf(lines: string): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const { size } = await Deno.stat(lines);
  yield encoder.encode(size > 0 ? "[\n" : "[");
  if (size > 0) yield* beginningOf(lines, size - 2); // without the last comma and break
  yield encoder.encode(size > 0 ? "\n]\n" : "]\n");
}

/** The first bytes of a file. */
async function* beginningOf(path: string, bytes: number): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  for (let left = bytes; left > 0;) {
    const chunk = new Uint8Array(Math.min(left, 1 << 18));
    const read = await file.read(chunk);
    if (read === null) throw new Error(`${path} has become shorter`);
    yield chunk.subarray(0, read);
    left -= read;
  }
}
