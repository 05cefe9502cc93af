import { type DtegError, formatName } from "../../../sdk/mod.ts";
import type { Pipeline } from "../../config/pipeline.ts";
import { errorReport } from "../../store/error_report.ts";
import { resolveJobs } from "../plan/jobs.ts";
import { asError, type RunContext } from "../run_context.ts";
import { openSource } from "../ask/open_end.ts";
import { planStream } from "./plan_stream.ts";
import { definitionOf } from "./definition.ts";
import { blankPlan, type PipelinePlan, type RunPlan, type StreamPlan } from "./run_plan.ts";

/** A plan, and what is wrong with it. */
export interface Planned {
  readonly plan: RunPlan;
  readonly errors: readonly DtegError[];
}

/** What a run of the pipelines would do. Both ends are connected to, and nothing of them is changed. */
export async function planPipelines(pipelines: readonly Pipeline[], context: RunContext): Promise<Planned> {
  const plans: PipelinePlan[] = [];
  const errors: DtegError[] = [];
  for (const pipeline of pipelines) {
    const { streams, failed } = await planPipeline(pipeline, context);
    const { name, path, source, destination } = pipeline;
    const definition = definitionOf(pipeline, context);
    plans.push({ name, path, source: source.label, destination: destination.label, definition, streams });
    errors.push(...failed);
  }
  return {
    plan: { plan: 1, dteg: context.version, plannedAt: new Date().toISOString(), pipelines: plans },
    errors,
  };
}

interface PlannedPipeline {
  readonly streams: readonly StreamPlan[];
  readonly failed: readonly DtegError[];
}

async function planPipeline(pipeline: Pipeline, context: RunContext): Promise<PlannedPipeline> {
  try {
    const jobs = await resolveJobs(pipeline, context);
    const rows = await rowsOf(pipeline, context, new Set(jobs.map(({ name }) => name)));
    const streams: StreamPlan[] = [];
    const failed: DtegError[] = [];
    for (const job of jobs) {
      const { plan, error } = await planStream(job, context, { rows: rows.get(job.name) ?? null });
      streams.push(plan);
      if (error) failed.push(error);
    }
    return { streams, failed };
  } catch (thrown) {
    context.signal.throwIfAborted();
    const error = asError(thrown, context);
    return { streams: pipeline.streams.map((stream) => unplanned(stream, error)), failed: [error] };
  }
}

/** What the source says of its rows without counting. */
async function rowsOf(
  { source: end }: Pipeline,
  context: RunContext,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> {
  await using opened = await openSource(end, context);
  const found = new Map<string, number>();
  for await (const { name, rows } of opened.source.discover((name) => names.has(formatName(name)))) {
    if (rows !== undefined) found.set(formatName(name), rows);
  }
  return found;
}

function unplanned({ name, write, key, into }: Pipeline["streams"][number], error: DtegError): StreamPlan {
  const shown = name ?? "*";
  return { ...blankPlan({ name: shown, target: into ?? shown, write, key }), error: errorReport(error) };
}
