import type { RunStore } from "../../store/run_store.ts";
import type { ShownState } from "./state_text.ts";

const RUNS = 100;

/** What the runs of this machine reported last of each stream of a pipeline. The target may have gone on since. */
export function lastKnown(store: RunStore, pipeline: string): readonly ShownState[] {
  const found = new Map<string, ShownState>();
  for (const { run } of store.list({ pipeline, limit: RUNS })) {
    const { ended, pipelines } = store.show(run);
    const streams = pipelines.filter(({ name }) => name === pipeline).flatMap(({ streams }) => streams);
    for (const { name, target, status, cursor } of streams) {
      if (status !== "ok" || ended === null || found.has(name)) continue;
      found.set(name, {
        pipeline,
        stream: name,
        target,
        cursor: cursor === null ? null : "cursor",
        value: cursor,
        run,
        load: null,
        committedAt: ended,
        names: {},
        masks: {},
        remembered: null,
        lease: null,
        kept: [],
        isCurrent: false,
      });
    }
  }
  return [...found.values()];
}
