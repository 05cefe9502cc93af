import { type BytesBatch, DtegError, type DuckSession, quoteText, type ScanBatch } from "../../../sdk/mod.ts";
import { makeFifo } from "./fifo.ts";

const CHUNK = 1 << 18;

/** A query's rows as a stream of CSV, while DuckDB works. */
export interface CsvPipe extends AsyncDisposable {
  readonly batch: BytesBatch;
  /** Rows that DuckDB wrote; throws what stopped it. */
  rows(): Promise<number>;
}

/** Lets DuckDB write the text form of a query into a named pipe, and hands over what comes out. An end before DuckDB's is an error. */
export function openCsvPipe(session: DuckSession, scan: ScanBatch, { tempDir }: { readonly tempDir: string }): CsvPipe {
  if (scan.schema.length === 0) return emptyPipe(scan);
  const fifo = makeFifo(`${tempDir}/pipe-${crypto.randomUUID().slice(0, 12)}`);
  // a line of \. alone would end the data for PostgreSQL: only a table of one column can have it
  const quoting = scan.schema.length === 1 ? ", FORCE_QUOTE *" : "";
  const form = `FORMAT csv, HEADER false, DELIM ',', QUOTE '"', ESCAPE '"', NULLSTR ''${quoting}`;
  const to = `TO ${quoteText(fifo.path)} (${form})`;
  // opened before DuckDB begins: what it wrote would be lost if both its end and the keeper's were closed before
  let file: Deno.FsFile | undefined = Deno.openSync(fifo.path, { read: true });
  let failure: unknown;
  let isDisposed = false;
  const close = () => {
    file?.close();
    file = undefined;
  };
  const writing = session.runScan(
    scan,
    (query) => `COPY (${session.text({ ...scan, query }, { format: "csv" })}) ${to}`,
  )
    .catch((error) => {
      failure = error;
      return -1;
    }).finally(() => fifo.release());
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const buffer = new Uint8Array(CHUNK);
      const count = await file?.read(buffer) ?? null;
      if (count !== null) return controller.enqueue(buffer.subarray(0, count));
      close();
      await writing;
      if (failure === undefined) controller.close();
      else controller.error(failure); // what came before must not count as all
    },
    cancel: close,
  }, { highWaterMark: 0 });
  return {
    batch: { kind: "bytes", format: "csv", schema: scan.schema, stream },
    async rows() {
      const rows = await writing;
      if (failure !== undefined) throw DtegError.from(failure);
      return rows;
    },
    async [Symbol.asyncDispose]() {
      if (isDisposed) return;
      isDisposed = true;
      close(); // DuckDB's next write fails when nobody reads
      fifo.release();
      await writing;
      fifo[Symbol.dispose]();
    },
  };
}

/** What has no column has no rows: an empty file of records. */
function emptyPipe({ schema }: ScanBatch): CsvPipe {
  return {
    batch: { kind: "bytes", format: "csv", schema, stream: new Blob([]).stream() },
    rows: () => Promise.resolve(0),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
