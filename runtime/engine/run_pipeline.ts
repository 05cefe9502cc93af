import { DtegError } from "../../sdk/mod.ts";
import type { Pipeline } from "../config/pipeline.ts";
import { errorReport } from "../store/error_report.ts";
import type { HookReport, PipelineReport, StreamReport } from "../store/event.ts";
import { withRetry } from "./commit/retry.ts";
import { retryOptions } from "./commit/retry_options.ts";
import { requireSql, runHooks, skipHooks } from "./hooks.ts";
import { holdTargets } from "./lease/hold_targets.ts";
import { untilFree } from "./lease/until_free.ts";
import { usableThreads } from "./limits.ts";
import { resolveJobs } from "./plan/jobs.ts";
import { asError, type RunContext } from "./run_context.ts";
import { skippedReport, statusOf, unknownReports } from "./run_report.ts";
import { type Outcome, runStream } from "./stream.ts";
import type { StreamJob } from "./stream_job.ts";
import { throughTunnels, tunnelsOf } from "./tunnels.ts";

/** How a pipeline ended. */
export interface PipelineOutcome {
  readonly report: PipelineReport;
  readonly failed: readonly DtegError[];
}

/** What the pipelines of a run have to do with each other. */
export interface Running {
  readonly context: RunContext;
  /** Names of the streams by the targets that they replace. */
  readonly replaced: Map<string, string>;
  /** The pipelines that are over. */
  readonly ended: readonly PipelineReport[];
}

/** Runs one pipeline: what it comes after, hooks, its streams side by side, hooks. It never throws. */
export async function runPipeline(given: Pipeline, running: Running): Promise<PipelineOutcome> {
  let pipeline = given;
  const { context, ended } = running;
  const missing = ended.find(({ name, status }) => status !== "ok" && pipeline.after?.includes(name));
  if (missing) return skipped(pipeline, missing, context);
  const warnings: string[] = [];
  let jobs: readonly StreamJob[];
  try {
    await requireSql(pipeline, context);
    pipeline = await withRetry(
      () => throughTunnels(given, tunnelsOf(context)),
      retryOptions(given, context, { warnings }),
    );
    const resolve = () => resolveJobs(pipeline, context);
    jobs = await untilFree(() => withRetry(resolve, retryOptions(pipeline, context, { warnings })), {
      context,
      pipeline: pipeline.name,
    });
    if (pipeline.streams.some(({ isWild, name }) => isWild || name === null)) {
      context.tell({ kind: "streams.found", pipeline: pipeline.name, streams: jobs.length });
    }
    refuseSecondReplace(jobs, running.replaced);
  } catch (thrown) {
    const error = asError(thrown, context);
    const streams = told(pipeline, context, unknownReports(pipeline, { error, context }));
    return outcome(pipeline, { streams, warnings, errors: [error], status: statusOf([], { failed: true }) });
  }
  const before = await runHooks(pipeline, "before", context);
  if (before.error) {
    const streams = told(pipeline, context, jobs.map((job) => skippedReport(job, context)));
    const hooks = [...before.reports, ...skipHooks(pipeline, "after", context)];
    return outcome(pipeline, {
      streams,
      warnings,
      hooks,
      errors: [before.error],
      status: "failed",
      error: before.error,
    });
  }
  await using held = await holdTargets(jobs, { pipeline, context });
  const outcomes = await runStreams(pipeline, held.jobs, context);
  const streams = outcomes.map(({ report }) => report);
  const status = statusOf(streams.map((stream) => stream.status === "skipped" ? "failed" : stream.status));
  const after = status === "ok"
    ? await runHooks(pipeline, "after", context)
    : { reports: skipHooks(pipeline, "after", context) };
  if (status !== "ok" && after.reports.length > 0) {
    warnings.push("the hooks after the load did not run, since not all streams are loaded");
  }
  return outcome(pipeline, {
    streams,
    warnings,
    hooks: [...before.reports, ...after.reports],
    errors: [...outcomes.flatMap(({ error }) => error ?? []), ...(after.error ? [after.error] : [])],
    status: after.error ? "failed" : status,
    error: after.error,
  });
}

interface Ending {
  readonly streams: readonly StreamReport[];
  readonly warnings: readonly string[];
  readonly hooks?: readonly HookReport[];
  readonly errors: readonly DtegError[];
  readonly status: PipelineReport["status"];
  /** The error of the pipeline itself. */
  readonly error?: DtegError;
}

function outcome(
  { name }: Pipeline,
  { streams, warnings, hooks = [], errors, status, error }: Ending,
): PipelineOutcome {
  return {
    report: {
      name,
      status: error?.failure === "cancelled" ? "cancelled" : status,
      streams,
      ...(hooks.length > 0 && { hooks }),
      ...(warnings.length > 0 && { warnings }),
      ...(error && { error: errorReport(error) }),
    },
    failed: errors,
  };
}

function skipped(pipeline: Pipeline, { name, status }: PipelineReport, context: RunContext): PipelineOutcome {
  const reason = status === "skipped" ? "was skipped" : status === "partial" ? "was loaded only in part" : "failed";
  const streams = told(pipeline, context, unknownReports(pipeline, { context }));
  const warnings = [`skipped: pipeline ${name}, which it comes after, ${reason}`];
  context.tell({ kind: "log", level: "warn", message: `pipeline ${pipeline.name} is ${warnings[0]}` });
  const hooks = [...skipHooks(pipeline, "before", context), ...skipHooks(pipeline, "after", context)];
  return outcome(pipeline, {
    streams,
    warnings,
    hooks,
    errors: [],
    status: context.signal.aborted ? "cancelled" : "skipped",
  });
}

function told(
  { name }: Pipeline,
  { tell }: RunContext,
  reports: readonly StreamReport[],
): readonly StreamReport[] {
  for (const report of reports) tell({ kind: "stream.ended", pipeline: name, report });
  return reports;
}

async function runStreams(
  pipeline: Pipeline,
  jobs: readonly StreamJob[],
  context: RunContext,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 0, stopped = false;
  const workers = Array.from({ length: Math.min(usableThreads(context.limits), jobs.length) }, async () => {
    while (next < jobs.length) {
      const at = next++;
      const skip = stopped || context.signal.aborted;
      await using _lease = jobs[at].lease; // another run need not wait for the other streams
      outcomes[at] = skip ? { report: skippedReport(jobs[at], context) } : await runStream(jobs[at], context);
      if (outcomes[at].error && pipeline.onError === "stop") stopped = true;
      context.tell({ kind: "stream.ended", pipeline: pipeline.name, report: outcomes[at].report });
    }
  });
  await Promise.all(workers);
  return outcomes;
}

/** What one pipeline of a run has loaded, another of the same run must not replace. */
function refuseSecondReplace(jobs: readonly StreamJob[], replaced: Map<string, string>): void {
  for (const { pipeline, name, target, stream } of jobs) {
    const { connector, folder } = pipeline.destination;
    if (stream.write !== "replace" || target === "stdout") continue;
    const key = JSON.stringify([connector, folder, target]);
    const other = replaced.get(key);
    if (other !== undefined) {
      throw new DtegError(
        "stream.same_target",
        `${other} of this run went to ${target}, and stream ${name} would replace it`,
        {
          hint:
            "give one of them another target (into, --into), or name the files by one pattern in quotes: 'data/*.csv'",
        },
      );
    }
    replaced.set(key, `stream ${name} of ${pipeline.source.label}`);
  }
}
