import { DtegError } from "../../sdk/mod.ts";
import type { Emit } from "./event.ts";
import type { Keep, RunStore } from "./run_store.ts";

/** Settings of a recorder. */
export interface RecorderOptions {
  /** Told once, of the first failure, as a DtegError `environment.store`; the run goes on. */
  readonly onFailure: (error: DtegError) => void;
  /** What stays when the run is over. */
  readonly keep?: Keep;
}

/**
 * One who keeps a run in the store and never stops it: where the store cannot be opened, nothing is recorded; where it fails
 * later, the rest of the run but for one last try at its end. At the end of a run old ones are removed.
 */
export async function openRecorder(open: () => Promise<RunStore>, options: RecorderOptions): Promise<Emit> {
  try {
    return makeRecorder(await open(), options);
  } catch (error) {
    options.onFailure(DtegError.from(error));
    return () => {};
  }
}

function makeRecorder(store: RunStore, { onFailure, keep }: RecorderOptions): Emit {
  let failed = false;
  return (event) => {
    if (failed && event.kind !== "run.ended") return;
    try {
      store.record(event);
      if (event.kind === "run.ended") store.prune(keep);
    } catch (error) {
      if (failed) return; // told already
      failed = true;
      onFailure(DtegError.from(error));
    }
  };
}
