import { type BytesBatch, DtegError, type DuckSession, quoteText, type ScanBatch } from "../../../sdk/mod.ts";
import { type Fifo, makeFifo } from "./fifo.ts";
import type { PipeForm } from "./pipe_form.ts";

const CHUNK = 1 << 18;
/** Milliseconds. */
const WAKE_EVERY = 20;

/** A query's rows as streams of bytes, while DuckDB works. */
export interface BytePipe extends AsyncDisposable {
  /** All of them must be read at the same time: a thread of DuckDB waits for each. */
  readonly batches: readonly BytesBatch[];
  /** Rows that DuckDB wrote; throws what stopped it. */
  rows(): Promise<number>;
}

/** Where a pipe is made. */
export interface BytePipeOptions {
  readonly form: PipeForm;
  readonly tempDir: string;
  /** How many streams: 1, or as many as DuckDB has threads, since each thread fills its own. */
  readonly count: number;
}

/** Lets DuckDB write a query into named pipes, and hands over what comes out. An end before DuckDB's is an error. */
export function openBytePipe(
  session: DuckSession,
  scan: ScanBatch,
  { form, tempDir, count }: BytePipeOptions,
): BytePipe {
  const { format, options, empty } = form;
  if (scan.schema.length === 0) return emptyPipe(scan);
  const folder = `${tempDir}/pipe-${crypto.randomUUID().slice(0, 12)}`;
  Deno.mkdirSync(folder, { mode: 0o700 });
  const fifos = Array.from({ length: count }, (_, index) => makeFifo(`${folder}/part_${index}.${format}`));
  // keeping an order, a thread of DuckDB spins while the reader is slow
  const order = scan.order !== undefined ? ", PRESERVE_ORDER false" : "";
  const to = count === 1
    ? `TO ${quoteText(fifos[0].path)} (${options}${order})`
    : `TO ${quoteText(folder)} (${options}, ` +
      `PER_THREAD_OUTPUT true, OVERWRITE_OR_IGNORE true, FILENAME_PATTERN 'part_{i}', FILE_EXTENSION '${format}')`;
  // opened before DuckDB begins: what it wrote would be lost if both its end and the keeper's were closed before
  const outlets = fifos.map(openOutlet);
  const release = () => fifos.forEach((fifo) => fifo.release());
  let failure: unknown;
  let isCut = false; // by a reader that wants no more: what DuckDB then says of its pipe is no reason of anything
  let isDisposed = false;
  const writing = session.runScan(
    scan,
    (query) => `COPY (${form.query({ ...scan, query })}) ${to}`,
  )
    .catch((error) => {
      if (!isCut) failure = error;
      return -1;
    }).finally(release);
  const streamOf = (outlet: Outlet) => {
    let isEmpty = true;
    return new ReadableStream<Uint8Array>({
      async pull(controller) {
        const chunk = await outlet.read();
        if (chunk) {
          isEmpty &&= chunk.length === 0;
          return controller.enqueue(chunk);
        }
        outlet.close();
        const rows = await writing;
        if (rows >= 0 && isEmpty && empty.length > 0) controller.enqueue(empty);
        if (rows >= 0) controller.close();
        else controller.error(failure ?? new Error("the other streams were broken off")); // what came must not count as all
      },
      cancel() {
        isCut = true;
        outlet.close();
      },
    }, { highWaterMark: 0 });
  };
  return {
    batches: outlets.map((outlet) => ({ kind: "bytes", format, schema: scan.schema, stream: streamOf(outlet) })),
    async rows() {
      const rows = await writing;
      if (failure !== undefined) throw DtegError.from(failure);
      return rows;
    },
    async [Symbol.asyncDispose]() {
      if (isDisposed) return;
      isDisposed = true;
      isCut = true;
      for (const outlet of outlets) outlet.close(); // DuckDB's next write fails when nobody reads
      release();
      // it may not have opened its end yet, and would then wait for a reader for ever
      const waking = setInterval(() => fifos.forEach((fifo) => fifo.wakeWriter()), WAKE_EVERY);
      await writing;
      clearInterval(waking);
      for (const fifo of fifos) fifo[Symbol.dispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

interface Outlet {
  /** The next bytes; undefined at the end, and after close(). */
  read(): Promise<Uint8Array | undefined>;
  close(): void;
}

function openOutlet({ path }: Fifo): Outlet {
  let file: Deno.FsFile | undefined = Deno.openSync(path, { read: true });
  return {
    async read() {
      const buffer = new Uint8Array(CHUNK);
      const count = await file?.read(buffer) ?? null;
      return count === null ? undefined : buffer.subarray(0, count);
    },
    close() {
      file?.close();
      file = undefined;
    },
  };
}

/** What has no column has no rows: an empty file of records. */
function emptyPipe({ schema }: ScanBatch): BytePipe {
  return {
    batches: [{ kind: "bytes", format: "csv", schema, stream: new Blob([]).stream() }],
    rows: () => Promise.resolve(0),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
