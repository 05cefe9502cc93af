import type { DtegError } from "../../sdk/mod.ts";
import type { Pipeline } from "../config/pipeline.ts";
import { errorReport } from "../store/error_report.ts";
import type { PipelineReport, RunReport } from "../store/event.ts";
import { duckdbMemory, usableThreads } from "./limits.ts";
import { openStage, type Stage } from "./move/session.ts";
import { asError, type RunContext, type RunRequest, type RunResult, secondsSince, type Told } from "./run_context.ts";
import { makeRunFolder } from "./run_folder.ts";
import { runPipeline } from "./run_pipeline.ts";
import { statusOf } from "./run_report.ts";
import { makeShared } from "./shared.ts";

/** Runs pipelines one after the other in the order given, their streams side by side, and reports. It never throws: what fails is in the result. */
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
      const { report, failed } = await runPipeline(pipeline, { context, replaced, ended: pipelines });
      pipelines.push(report);
      errors.push(...failed);
    }
  } catch (error) {
    errors.push(asError(error, request));
  }
  const ended = statusOf(pipelines.map((pipeline) => pipeline.status), { failed: errors.length > 0 });
  const status = request.signal.aborted && ended !== "ok" ? "cancelled" : ended;
  const error = status === "cancelled" ? interruption(errors, request) : errors[0];
  const report: RunReport = {
    run: request.run,
    status,
    seconds: secondsSince(began),
    ...environmentOf(request),
    pipelines,
  };
  tell({ kind: "run.ended", report, error: error ? errorReport(error) : null });
  return { report, ...(error && { error }) };
}

/** The error of an interrupted run; also where it was between two streams, and so none of them could tell. */
function interruption(errors: readonly DtegError[], request: RunRequest): DtegError {
  return errors.find(({ failure }) => failure === "cancelled") ?? asError(request.signal.reason, request);
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

function environmentOf({ pipelines }: RunRequest): Pick<RunReport, "environment"> {
  const name = pipelines.map(({ environment }) => environment).find((one) => one !== undefined);
  return name === undefined ? {} : { environment: name };
}

/** A pipeline as records keep it: secrets taken out. */
function startOf(pipeline: Pipeline, { mask }: RunRequest) {
  const { name, path, environment, streams } = pipeline;
  const config: unknown = JSON.parse(mask(JSON.stringify(pipeline)));
  return {
    name,
    path,
    ...(environment !== undefined && { environment }),
    streams: streams.map((stream) => stream.name ?? "*"),
    config,
  };
}
