import type { ErrorReport, RunEvent, RunReport, StreamReport } from "../../runtime/store/event.ts";

/** A report of a stream that went well, with some parts replaced. */
export function streamReport(parts: Partial<StreamReport> = {}): StreamReport {
  const read = parts.read ?? 3;
  return {
    name: "orders",
    target: "dteg.duckdb main.orders",
    status: "ok",
    read,
    written: read,
    filtered: 0,
    rejected: 0,
    inserted: read,
    updated: 0,
    deleted: 0,
    unchanged: 0,
    bytes: 1200,
    seconds: 0.5,
    cursor: null,
    warnings: [],
    error: null,
    ...parts,
  };
}

/** An error of a value, with some parts replaced. */
export function errorReport(parts: Partial<ErrorReport> = {}): ErrorReport {
  return {
    code: "data.value",
    failure: "data",
    phase: "moving",
    message: 'cannot read "x12" as decimal(18,2)',
    path: "orders.csv",
    line: 3,
    col: 7,
    column: "amount",
    hint: "mend the line",
    ...parts,
  };
}

/** A report of a run of one pipeline. */
export function runReport(run: string, streams: readonly StreamReport[], parts: Partial<RunReport> = {}): RunReport {
  const status = parts.status ?? "ok";
  return { run, status, seconds: 1.5, pipelines: [{ name: "shop", status, streams }], ...parts };
}

/** The first event of a run of pipeline `shop`. */
export function started(run: string, at: number, streams: readonly string[] = ["orders"]): RunEvent {
  const config = { write: "replace" };
  return {
    kind: "run.started",
    run,
    at,
    version: "1.2.3",
    pipelines: [{ name: "shop", path: "shop.yaml", streams, config }],
  };
}

/** A stream's start. */
export function streamStarted(run: string, at: number, stream = "orders"): RunEvent {
  return { kind: "stream.started", run, at, pipeline: "shop", stream, target: `dteg.duckdb main.${stream}` };
}

/** How far a stream is. */
export function progress(
  run: string,
  at: number,
  parts: { readonly stream?: string; readonly rows?: number | null; readonly share?: number | null } = {},
): RunEvent {
  const { stream = "orders", rows = 2, share = null } = parts;
  return {
    kind: "stream.progress",
    run,
    at,
    pipeline: "shop",
    stream,
    step: "moving",
    rows,
    bytes: 80,
    totalBytes: null,
    share,
  };
}

/** A stream's end. */
export function streamEnded(run: string, at: number, parts: Partial<StreamReport> = {}): RunEvent {
  return { kind: "stream.ended", run, at, pipeline: "shop", report: streamReport(parts) };
}

/** A log line. */
export function logged(
  run: string,
  at: number,
  message: string,
  parts: Partial<Extract<RunEvent, { kind: "log" }>> = {},
): RunEvent {
  return { kind: "log", run, at, level: "info", message, ...parts };
}

/** The end of a run. */
export function ended(run: string, at: number, report: RunReport, error: ErrorReport | null = null): RunEvent {
  return { kind: "run.ended", run, at, report, error };
}
