import { type Batch, type Destination, DtegError } from "../../../sdk/mod.ts";
import { type Limits, memoryFor } from "../limits.ts";
import { longestLine } from "./longest_line.ts";

/** How often DuckDB holds what it works on: as it was read, and as it is written; measured. */
const TIMES = 3;
/** Lines that it takes at once, at least, where it is to take few. */
const LINES = 10;
const STEP = 64e6;

interface Load {
  readonly given: Batch;
  readonly destination: Pick<Destination, "can">;
  readonly context: { readonly limits: Limits };
}

/** The error of a load that memory did not do for, where the width of its rows is the reason: it says how much would. */
export async function withWidth(error: DtegError, load: Load): Promise<DtegError> {
  const { memory } = load.context.limits;
  const bytes = await bytesHeld(load).catch(() => undefined); // the first error tells enough
  if (bytes === undefined) return error;
  const needed = Math.ceil(memoryFor(bytes * TIMES) / STEP) * STEP;
  if (needed <= memory) return error;
  const message = `rows of which DuckDB holds ${megabytes(bytes)} at once are too wide for --max-memory ${
    megabytes(memory)
  }`;
  return new DtegError("memory.row_too_wide", message, {
    hint: `run it with --max-memory ${megabytes(needed)}, or leave the widest columns out`,
    cause: error,
    phase: error.phase,
  });
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)}MB`;

async function bytesHeld({ given, destination: { can: { heldRows = 0 } } }: Load): Promise<number | undefined> {
  if (given.kind === "scan") return await given.unitBytes?.();
  if (given.kind === "bytes" || given.format === "parquet") return undefined;
  const longest = await longestLine(given.paths);
  const sizes = await Promise.all(given.paths.map(async (path) => (await Deno.stat(path)).size));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return Math.min(longest * Math.max(LINES, heldRows), Math.max(all, longest * LINES));
}
