import {
  type BytesBatch,
  DtegError,
  type OnLoss,
  quoteName,
  quoteText,
  refusedName,
  type ScanBatch,
} from "../../../sdk/mod.ts";
import { typeWord } from "../text/type_word.ts";
import { columnAliases } from "../move/column_refs.ts";
import { makeFifo } from "./fifo.ts";
import { formColumn, readType } from "./form_value.ts";

/** The longest row that DuckDB takes, in bytes, and its buffer, which holds two of them. */
const LINE = 32 * 2 ** 20, BUFFER = 2 * LINE;

/** How a stream of bytes is taken into the stage. */
export interface BytesOptions {
  readonly tempDir: string;
  /** What becomes of a value that is none of its column's type; absent: it stops the query. */
  readonly onLoss?: (column: string) => OnLoss;
}

/** A stream of CSV as a query of its typed columns: it flows through a named pipe while the query runs. It can be read once. */
export function bytesScan(batch: BytesBatch, { tempDir, onLoss }: BytesOptions): ScanBatch {
  if (batch.format !== "csv") throw new DtegError("internal", `the stage takes no bytes of ${batch.format}`);
  const path = `${tempDir}/bytes-${crypto.randomUUID().slice(0, 12)}.csv`;
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
    query: `SELECT ${list.join(", ")} FROM ${readPipe(path, batch.schema)} r`,
    ...(told.length > 0 && {
      refused: told.map(({ column }) => ({ column: column.name, wanted: typeWord(column.type) })),
    }),
    within: (step) => pumping(batch.stream, { path, step }),
  };
}

function readPipe(path: string, schema: BytesBatch["schema"]): string {
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
    max_line_size: String(LINE),
    buffer_size: String(BUFFER),
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
      else for await (const chunk of stream) await writer.write(new Uint8Array(chunk));
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
  if (result.status === "rejected") throw result.reason;
  return result.value;
}
