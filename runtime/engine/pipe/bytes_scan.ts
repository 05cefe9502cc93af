import {
  type BytesBatch,
  DtegError,
  type OnLoss,
  quoteName,
  quoteText,
  refusedName,
  type ScanBatch,
} from "../../../sdk/mod.ts";
import { memoryFor } from "../limits.ts";
import { typeWord } from "../text/type_word.ts";
import { columnAliases } from "../move/column_refs.ts";
import { makeFifo } from "./fifo.ts";
import { formColumn, readType } from "./form_value.ts";

/** The longest row that DuckDB is let take, in bytes, whatever its memory; and what share of that it may be. */
const SHORTEST_LINE = 2 * 2 ** 20, LONGEST_LINE = 32 * 2 ** 20, SHARE = 32;

/** How a stream of bytes is taken into the stage. */
export interface BytesOptions {
  readonly tempDir: string;
  /** Bytes that DuckDB may hold; absent: the least that a run gives it. */
  readonly memory?: number;
  /** What becomes of a value that is none of its column's type; absent: it stops the query. */
  readonly onLoss?: (column: string) => OnLoss;
}

/** A stream of CSV as a query of its typed columns: it flows through a named pipe while the query runs. It can be read once. */
export function bytesScan(batch: BytesBatch, { tempDir, memory = 0, onLoss }: BytesOptions): ScanBatch {
  if (batch.format !== "csv") throw new DtegError("internal", `the stage takes no bytes of ${batch.format}`);
  const path = `${tempDir}/bytes-${crypto.randomUUID().slice(0, 12)}.csv`;
  const line = Math.round(Math.min(Math.max(memory / SHARE, SHORTEST_LINE), LONGEST_LINE));
  const formed = batch.schema.map((column, index) =>
    formColumn(column, `r.c${index}`, { onLoss: onLoss?.(column.name) })
  );
  const schema = formed.map(({ column }) => column);
  const aliases = columnAliases(schema);
  const told = formed.flatMap(({ column, refused }) => refused === undefined ? [] : [{ column, refused }]);
  const list = [
    ...formed.map(({ value }, index) => `${value} AS ${quoteName(aliases[index])}`),
    ...told.map(({ refused }, index) => `${refused} AS ${quoteName(refusedName(index))}`),
  ];
  return {
    kind: "scan",
    schema,
    query: `SELECT ${list.join(", ")} FROM ${readPipe(path, batch.schema, { line })} r`,
    order: "serial",
    ...(told.length > 0 && {
      refused: told.map(({ column }) => ({ column: column.name, wanted: typeWord(column.type) })),
    }),
    within: (step) => pumping(batch.stream, { path, step }),
  };
}

function readPipe(path: string, schema: BytesBatch["schema"], { line }: { readonly line: number }): string {
  const columns = schema.map(({ type }, index) => `'c${index}': '${readType(type)}'`);
  const settings = {
    auto_detect: "false",
    compression: "'none'",
    strict_mode: "true",
    header: "false",
    delim: "','",
    quote: `'"'`,
    escape: `'"'`,
    nullstr: "''",
    allow_quoted_nulls: "false",
    new_line: "'\\n'",
    columns: `{${columns.join(", ")}}`,
    hive_partitioning: "false",
    parallel: "false", // a pipe is read once: a thread that began in the middle of a text could not be put right
    max_line_size: String(line),
    buffer_size: String(line),
  };
  const list = Object.entries(settings).map(([key, value]) => `${key} = ${value}`).join(", ");
  return `read_csv(${quoteText(path)}, ${list})`;
}

/** Feeds the pipe while a step reads it. What broke the stream off tells more than what the reader then says. */
async function pumping<T>(
  stream: ReadableStream<Uint8Array>,
  { path, step }: { readonly path: string; readonly step: () => Promise<T> },
): Promise<T> {
  using fifo = makeFifo(path);
  fifo.release(); // what is written before DuckDB opens its end, and closed again, would be lost
  let failure: unknown;
  let isOpen = false, isOver = false;
  const pump = async () => {
    using writer = await fifo.openWhenRead();
    isOpen = true;
    try {
      if (isOver) await stream.cancel();
      else for await (const chunk of stream) await writer.write(chunk);
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) failure = error; // that the reader wants no more is its own affair
    }
  };
  const pumped = pump();
  const [result] = await Promise.allSettled([step()]);
  isOver = true;
  if (!isOpen) Deno.openSync(path, { read: true }).close(); // the writer waits for somebody
  await pumped;
  if (failure !== undefined) throw failure;
  if (result.status === "rejected") throw ofPipe(result.reason);
  return result.value;
}

/** A fault of the form as one of the rows: nobody wrote a file, and the pipe cannot be read in another way. */
function ofPipe(thrown: unknown): unknown {
  if (!(thrown instanceof DtegError) || thrown.code !== "csv.invalid") return thrown;
  const size = /Actual Size:(\d+)/.exec(String(thrown.cause))?.[1];
  if (size === undefined) return new DtegError("data.value", thrown.message, { cause: thrown });
  const needed = Math.ceil(memoryFor(Number(size) * SHARE) / 64e6) * 64;
  return new DtegError(
    "memory.row_too_wide",
    `a row takes ${Math.ceil(Number(size) / 1e6)} MB, which is too wide for --max-memory`,
    {
      cause: thrown,
      hint: Number(size) < LONGEST_LINE
        ? `run it with --max-memory ${needed}MB, or leave the widest columns out`
        : "leave the widest columns out: a row on its way through the stage may have 32 MB; into PostgreSQL it goes straight",
    },
  );
}
