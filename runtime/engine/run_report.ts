import type { DtegError } from "../../sdk/mod.ts";
import type { Pipeline } from "../config/pipeline.ts";
import { errorReport } from "../store/error_report.ts";
import type { PipelineReport, RunStatus, StreamReport } from "../store/event.ts";
import type { RunContext } from "./run_context.ts";
import type { StreamJob } from "./stream_job.ts";

/** One status of several: all well, none well, or some. */
export function statusOf(
  statuses: readonly PipelineReport["status"][],
  { failed = false }: { readonly failed?: boolean } = {},
): RunStatus {
  if (statuses.includes("cancelled")) return "cancelled";
  if (!failed && statuses.every((status) => status === "ok")) return "ok";
  return statuses.some((status) => status === "ok" || status === "partial") ? "partial" : "failed";
}

/** The report of a stream in which nothing moved yet. */
export function emptyReport(name: string, target: string): StreamReport {
  return {
    name,
    target,
    status: "ok",
    read: 0,
    written: 0,
    filtered: 0,
    rejected: 0,
    inserted: 0,
    updated: 0,
    deleted: 0,
    unchanged: 0,
    bytes: null,
    seconds: 0,
    cursor: null,
    warnings: [],
    error: null,
  };
}

/** The report of a stream that was not begun. */
export function skippedReport({ name, target }: Pick<StreamJob, "name" | "target">, context: RunContext): StreamReport {
  return { ...emptyReport(name, target), status: context.signal.aborted ? "cancelled" : "skipped" };
}

/** The reports of the streams of a pipeline that ended before they were known by their targets. */
export function unknownReports(
  { streams, destination }: Pipeline,
  { error, context }: { readonly error?: DtegError; readonly context: RunContext },
): readonly StreamReport[] {
  return streams.map(({ name }): StreamReport => {
    const stream = { name: name ?? "*", target: destination.label };
    return error
      ? {
        ...emptyReport(stream.name, stream.target),
        status: context.signal.aborted ? "cancelled" : "failed",
        error: errorReport(error),
      }
      : skippedReport(stream, context);
  });
}
