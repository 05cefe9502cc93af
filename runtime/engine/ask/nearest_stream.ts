import { DtegError, type Source } from "../../../sdk/mod.ts";
import { withNearest } from "../plan/jobs.ts";

/** Runs a step on a stream; where there is no such stream, the error names the nearest one. */
export async function withNearestOf<T>(
  { wanted, source }: { readonly wanted: string; readonly source: Source },
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof DtegError ? await withNearest(error, { source, wanted }) : error;
  }
}
