import type { Pipeline, PipelineStream } from "../../config/pipeline.ts";
import type { Reject, RejectHead, RejectSet, RejectWriter } from "../../store/reject.ts";
import type { RejectSink, RejectStore } from "../../store/reject_store.ts";
import { canReplay, type ReplayFile } from "./replay_rows.ts";

/** A set of rejected rows that is loaded again. */
export interface Replay {
  readonly set: RejectSet;
  /** The pipeline and the stream that they are of, as they are now. */
  readonly pipeline: Pipeline;
  readonly stream: PipelineStream;
  /** The rows as they are read; there from the moment on that they are. */
  file?: ReplayFile;
}

/**
 * Takes what a replay rejects again: the set is written anew, with the run at the rows that arrive and the new reason at those that do not.
 * It takes the place of the old one with the load's commit, so that no row arrives twice, whenever a replay is killed.
 */
export function replaySink(store: RejectStore, replays: readonly Replay[]): RejectSink {
  return {
    always: true,
    settle: (stream, isCommitted) => store.settle(stream, isCommitted),
    begin(head) {
      const replay = replays.find(({ set }) => set.head.pipeline === head.pipeline && set.head.stream === head.stream);
      if (!replay) throw new TypeError(`no rows of ${head.stream} are replayed`);
      return replayWriter(store, replay, head);
    },
  };
}

function replayWriter(store: RejectStore, { set, file }: Replay, head: RejectHead): RejectWriter {
  const again = new Map<number, Reject>();
  const writer = store.begin({ ...set.head, load: head.load, process: head.process });
  return {
    ...writer,
    add(reject) {
      const row = reject.line === null ? undefined : file?.rowOf.get(reject.line);
      if (row === undefined) throw new TypeError(`line ${reject.line} of a replay is none of its rows`);
      again.set(row, reject);
    },
    seal() {
      let index = 0;
      for (const reject of store.rows(set)) {
        writer.add(rewritten(reject, { failed: again.get(index++), run: head.run }));
      }
      writer.seal();
    },
  };
}

function rewritten(reject: Reject, { failed, run }: { readonly failed?: Reject; readonly run: string }): Reject {
  if (!canReplay(reject)) return reject;
  if (!failed) return { ...reject, replayed: run };
  const { code, column, value, wanted, also } = failed;
  const { also: _, ...rest } = reject;
  return { ...rest, code, column, value, wanted, ...(also && { also }) };
}
