import { DtegError } from "../../../sdk/mod.ts";
import { type LoadOptions, loadPipeline, type Pipeline } from "../../config/mod.ts";
import { replayConnector, replayPipeline, streamOf } from "../../engine/replay/replay_pipeline.ts";
import { type Replay, replaySink } from "../../engine/replay/replay_sink.ts";
import type { RunResult } from "../../engine/run_context.ts";
import type { RejectSet } from "../../store/reject.ts";
import type { RunStore } from "../../store/run_store.ts";
import type { App } from "../app.ts";
import type { Input } from "../command.ts";
import { performRun } from "../data/perform_run.ts";

interface Replaying {
  readonly app: App;
  readonly input: Input;
  readonly id: string;
  readonly options: LoadOptions;
}

/** Loads sets of rejected rows again, each in one commit. */
export async function replaySets(
  sets: readonly RejectSet[],
  { app, input, id, options }: Replaying,
): Promise<RunResult> {
  const store = await app.store();
  const replays: Replay[] = [];
  for (const set of sets) {
    const pipeline = await pipelineOf(set, { store, options });
    const stream = streamOf(pipeline, set.head);
    if (!stream) {
      throw new DtegError("rejects.replay", `pipeline ${pipeline.name} has no stream ${set.head.stream} by now`, {
        hint: "put it back, or `dteg rejects export` the rows",
      });
    }
    replays.push({ set, pipeline, stream });
  }
  const sink = replaySink(store.rejects, replays);
  return await performRun({
    app,
    input,
    id,
    options,
    loads: replays.map((replay, index) => ({ pipeline: replayPipeline(replay, index), warnings: [] })),
    more: [replayConnector(store.rejects, replays)],
    rejects: () => Promise.resolve(sink),
  });
}

/** The pipeline of rejected rows as it is now. That of an ad hoc run is what the record of runs has of it, where no secret is left out. */
async function pipelineOf(
  { head }: RejectSet,
  { store, options }: { readonly store: RunStore; readonly options: LoadOptions },
): Promise<Pipeline> {
  if (head.path !== null) return (await loadPipeline(head.path, options)).pipeline;
  const found = store.show(head.run).pipelines.find(({ name }) => name === head.pipeline)?.config;
  const text = JSON.stringify(found ?? null);
  if (!isPipeline(found) || text.includes("***")) {
    throw new DtegError(
      "rejects.replay",
      `the pipeline ${head.pipeline} of run ${head.run} stands in no file, and its passwords are not kept`,
      { hint: "load the stream once by a pipeline file, or `dteg rejects export` the rows" },
    );
  }
  return found;
}

function isPipeline(value: unknown): value is Pipeline {
  return typeof value === "object" && value !== null && "streams" in value && "destination" in value;
}
