import {
  type BytesBatch,
  type Destination,
  DtegError,
  type DuckSession,
  type Reader,
  type ScanBatch,
  type Writer,
} from "../../../sdk/mod.ts";
import { openBytePipe } from "../pipe/byte_pipe.ts";
import { csvForm, packedForm } from "../pipe/pipe_form.ts";

/** Below this the connections of more writers cost more than they bring; bytes. */
const WORTH_PARTS = 64e6;

/** Below this the text form is quicker, since the extension that writes the binary one has to be loaded; bytes. */
const WORTH_PACKING = 32e6;

/** What is to be written, and where. */
export interface Delivery {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly destination: Destination;
  readonly tempDir: string;
  /** How many parts are written at once. */
  readonly parts: number;
  /** The stage; it is opened only where rows go through it. */
  duckdb(): Promise<DuckSession>;
  /** What becomes of the batches of the parts after the first. */
  shape(batch: BytesBatch): BytesBatch;
}

/** How many parts of a stream are written at once: one where there is little, or where the destination cannot. */
export function partsAtOnce(
  batch: ScanBatch | BytesBatch,
  { reader: { parts, bytes = 0 }, destination: { can, accepts }, threads }: {
    readonly reader: Reader;
    readonly destination: Destination;
    readonly threads: number;
  },
): number {
  if (!can.parallelWriters) return 1;
  if (batch.kind === "bytes") return Math.min(threads, parts.length);
  return accepts.includes("scan") || bytes < WORTH_PARTS || threads > MOST_PIPES ? 1 : threads;
}

/** DuckDB opens a pipe a thread, and each has a connection of its own. */
const MOST_PIPES = 8;

/** Hands batches over in a form that the destination takes; the stage converts where it does not take what there is. Gives the rows. */
export async function deliver(first: ScanBatch | BytesBatch, delivery: Delivery): Promise<number> {
  if (first.kind === "bytes") return await deliverBytes(first, delivery);
  const { reader, writer, destination, parts, tempDir } = delivery;
  const [{ id }] = reader.parts;
  if (destination.accepts.includes("scan")) return (await writer.write(id, first)).rows;
  const session = await delivery.duckdb();
  const packed = destination.accepts.includes("pgcopy") && (reader.bytes ?? 0) >= WORTH_PACKING
    ? packedForm(first, destination.types)
    : undefined;
  if (packed) await session.load("postgres_scanner");
  const form = packed ?? csvForm(session, first);
  await using pipe = openBytePipe(session, first, { form, tempDir, count: parts });
  let written: readonly number[];
  try {
    const stop = () => pipe[Symbol.asyncDispose]();
    written = await together(
      pipe.batches.map((batch, index) => async () => (await writer.write(`${id}.${index}`, batch)).rows),
      { stop },
    );
  } catch (error) {
    const taken = DtegError.from(error);
    if (taken.failure !== "data" && taken.failure !== "internal") throw error;
    await pipe[Symbol.asyncDispose]();
    await pipe.rows(); // why the stream broke off tells more than that it did
    throw error;
  }
  const sent = await pipe.rows(), rows = sum(written);
  if (sent !== rows) throw new DtegError("internal", `${sent} rows were sent and ${rows} arrived`);
  return rows;
}

/** The parts of a source's own bytes, some at once. */
async function deliverBytes(first: BytesBatch, { reader, writer, parts, shape }: Delivery): Promise<number> {
  const { done = new Map<string, number>() } = writer;
  const waiting = reader.parts.filter(({ id }) => !done.has(id));
  if (done.has(reader.parts[0].id)) await letGo(first);
  let isStopped = false;
  const workers = Array.from({ length: parts }, () => async () => {
    let rows = 0;
    for (let part = waiting.shift(); part && !isStopped; part = waiting.shift()) {
      const batch = part === reader.parts[0] ? first : shape(await bytesOf(reader, part));
      rows += (await writer.write(part.id, batch)).rows;
    }
    return rows;
  });
  const stop = () => {
    isStopped = true;
    return Promise.resolve();
  };
  return sum(await together(workers, { stop })) + sum([...done.values()]);
}

/** Ends a stream that nobody wants; what it holds is let go of once it has begun. */
async function letGo({ stream }: BytesBatch): Promise<void> {
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel();
}

async function bytesOf(reader: Reader, part: Reader["parts"][number]): Promise<BytesBatch> {
  const batch = await reader.read(part);
  if (batch.kind !== "bytes") {
    throw new DtegError("internal", `part ${part.id} is no stream of bytes as the first one is`);
  }
  return batch;
}

/** Runs steps side by side; the first failure stops the others and is thrown when all have ended. */
async function together<T>(
  steps: readonly (() => Promise<T>)[],
  { stop }: { stop(): PromiseLike<void> },
): Promise<readonly T[]> {
  const failures: unknown[] = [];
  const results = await Promise.allSettled(steps.map((step) =>
    step().catch(async (error) => {
      if (failures.push(error) === 1) await stop();
      throw error;
    })
  ));
  if (failures.length) throw failures[0];
  return results.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
