import { DtegError } from "../../sdk/mod.ts";
import type { Pipeline } from "../config/pipeline.ts";
import { errorReport } from "../store/error_report.ts";
import type { PipelineReport, RunReport, RunStatus, StreamReport } from "../store/event.ts";
import { duckdbMemory, usableThreads } from "./limits.ts";
import { openStage, type Stage } from "./move/session.ts";
import { asError, type RunContext, type RunRequest, type RunResult, secondsSince, type Told } from "./run_context.ts";
import { makeRunFolder } from "./run_folder.ts";
import { makeShared } from "./shared.ts";
import { type Outcome, runStream } from "./stream.ts";
import type { StreamJob } from "./stream_job.ts";
import { resolveJobs } from "./plan/jobs.ts";

/** Runs pipelines one after the other, their streams side by side, and reports. It never throws: what fails is in the result. */
export async function runPipelines(request: RunRequest): Promise<RunResult> {
  const began = performance.now();
  const tell = (event: Told) => request.emit({ run: request.run, at: Date.now(), ...event });
  const pipelines: PipelineReport[] = [];
  const errors: DtegError[] = [];
  tell({
    kind: "run.started",
    version: request.version,
    pipelines: request.pipelines.map((pipeline) => startOf(pipeline, request)),
  });
  try {
    await using folder = await makeRunFolder(request.tempParent, request.run);
    await using shared = sharedStage(request, folder.path);
    await using things = makeShared();
    const context: RunContext = {
      ...request,
      tell,
      tempDir: folder.path,
      shared: things,
      stage: shared.open,
      connectorOf: ({ connector }) => request.connectors.find(({ name }) => name === connector)!,
    };
    const replaced = new Map<string, string>();
    for (const pipeline of request.pipelines) {
      const { report, failed } = await runPipeline(pipeline, { context, replaced });
      pipelines.push(report);
      errors.push(...failed);
    }
  } catch (error) {
    errors.push(asError(error, request));
  }
  const [error] = errors;
  const status = request.signal.aborted
    ? "cancelled"
    : statusOf(pipelines.map((pipeline) => pipeline.status), { failed: errors.length > 0 });
  const report: RunReport = { run: request.run, status, seconds: secondsSince(began), pipelines };
  tell({ kind: "run.ended", report, error: error ? errorReport(error) : null });
  return { report, ...(error && { error }) };
}

function sharedStage(request: RunRequest, tempDir: string): AsyncDisposable & { open(): Promise<Stage> } {
  let opened: Promise<Stage> | undefined;
  const { limits, signal } = request;
  const { maxTemp } = limits;
  const stage = { memory: duckdbMemory(limits), threads: usableThreads(limits), maxTemp, tempDir, signal };
  return {
    open: () => opened ??= openStage(stage),
    async [Symbol.asyncDispose]() {
      const stage = await opened?.catch(() => undefined); // its failure has been reported by who opened it
      await stage?.[Symbol.asyncDispose]();
    },
  };
}

/** A pipeline as records keep it: secrets taken out. */
function startOf(pipeline: Pipeline, { mask }: RunRequest) {
  const { name, path, streams } = pipeline;
  const config: unknown = JSON.parse(mask(JSON.stringify(pipeline)));
  return { name, path, streams: streams.map((stream) => stream.name ?? "*"), config };
}

interface PipelineOutcome {
  readonly report: PipelineReport;
  readonly failed: readonly DtegError[];
}

interface Running {
  readonly context: RunContext;
  /** Names of the pipelines of this run by the targets that they replace. */
  readonly replaced: Map<string, string>;
}

async function runPipeline(pipeline: Pipeline, { context, replaced }: Running): Promise<PipelineOutcome> {
  let jobs: readonly StreamJob[];
  try {
    jobs = await resolveJobs(pipeline, context);
    refuseSecondReplace(jobs, replaced);
  } catch (thrown) {
    const error = asError(thrown, context);
    const streams = pipeline.streams.map(({ name }) => endedBefore(name ?? "*", { pipeline, error }));
    for (const report of streams) context.tell({ kind: "stream.ended", pipeline: pipeline.name, report });
    return { report: { name: pipeline.name, status: statusOf([], { failed: true }), streams }, failed: [error] };
  }
  const outcomes: Outcome[] = [];
  let next = 0, stopped = false;
  const workers = Array.from({ length: Math.min(usableThreads(context.limits), jobs.length) }, async () => {
    while (next < jobs.length) {
      const at = next++;
      const skip = stopped || context.signal.aborted;
      outcomes[at] = skip ? { report: skippedReport(jobs[at], context) } : await runStream(jobs[at], context);
      if (outcomes[at].error && pipeline.onError === "stop") stopped = true;
      context.tell({ kind: "stream.ended", pipeline: pipeline.name, report: outcomes[at].report });
    }
  });
  await Promise.all(workers);
  const streams = outcomes.map(({ report }) => report);
  const status = statusOf(streams.map((stream) => stream.status === "skipped" ? "failed" : stream.status));
  return { report: { name: pipeline.name, status, streams }, failed: outcomes.flatMap(({ error }) => error ?? []) };
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

/** One status of several: all well, none well, or some. */
function statusOf(statuses: readonly RunStatus[], { failed = false } = {}): RunStatus {
  if (statuses.includes("cancelled")) return "cancelled";
  if (!failed && statuses.every((status) => status === "ok")) return "ok";
  return statuses.some((status) => status === "ok" || status === "partial") ? "partial" : "failed";
}

const NOTHING = {
  read: 0,
  written: 0,
  filtered: 0,
  rejected: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  bytes: null,
  cursor: null,
} as const;

function skippedReport({ name, target }: StreamJob, { signal }: RunContext): StreamReport {
  return {
    ...NOTHING,
    name,
    target,
    status: signal.aborted ? "cancelled" : "skipped",
    seconds: 0,
    warnings: [],
    error: null,
  };
}

function endedBefore(name: string, { pipeline, error }: { pipeline: Pipeline; error: DtegError }): StreamReport {
  return {
    ...NOTHING,
    name,
    target: pipeline.destination.label,
    status: "failed",
    seconds: 0,
    warnings: [],
    error: errorReport(error),
  };
}
