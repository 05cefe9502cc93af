import { DtegError, type Reader } from "../../../sdk/mod.ts";
import type { ResolvedFiles } from "../files/resolve_files.ts";

/** Why reading failed: first of all because the source changed meanwhile; else with the place of the fault. */
export async function readFault(
  thrown: unknown,
  { reader, explain }: { reader: Reader; explain?: ResolvedFiles["explain"] },
): Promise<DtegError> {
  const error = DtegError.from(thrown);
  if (error.failure === "cancelled") return error;
  try {
    await reader.verify();
  } catch (thrown) {
    const changed = DtegError.from(thrown);
    if (changed.failure !== "transient" || changed.code === "connection.conflict") return changed; // else it could not be asked
  }
  return await explain?.(error) ?? error;
}
