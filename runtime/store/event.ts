import type { ErrorCode, Failure, Phase } from "../../sdk/mod.ts";

/** Status words of runs and of streams: one table for store, CLI, and later API and UI. */
export const RUN_STATUSES = ["queued", "running", "ok", "failed", "partial", "cancelled", "lost"] as const;
export const STREAM_STATUSES = ["ok", "failed", "skipped", "cancelled"] as const;
export type RunStatus = typeof RUN_STATUSES[number];
export type StreamStatus = typeof STREAM_STATUSES[number];
export type LogLevel = "debug" | "info" | "warn" | "error";

/** An error as reports, logs and the store show it: keys are always there, null where there is nothing. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly failure: Failure;
  readonly phase: Phase;
  readonly message: string;
  readonly path: string | null;
  readonly line: number | null;
  readonly col: number | null;
  readonly column: string | null;
  readonly hint: string | null;
}

/** What became of one stream. `read = written + filtered + rejected`; `written` includes unchanged rows. */
export interface StreamReport {
  readonly name: string;
  /** Where it went, as the user calls it. */
  readonly target: string;
  readonly status: StreamStatus;
  readonly read: number;
  readonly written: number;
  readonly filtered: number;
  readonly rejected: number;
  /** Values that did not fit and were changed or left out, by column; absent where there are none. */
  readonly changed?: readonly {
    readonly column: string;
    readonly to: "nearest" | "null" | "nothing";
    readonly values: number;
  }[];
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
  readonly bytes: number | null;
  readonly seconds: number;
  readonly cursor: string | null;
  readonly warnings: readonly string[];
  readonly error: ErrorReport | null;
}

/** What became of one statement of `hooks`. */
export interface HookReport {
  readonly on: "source" | "destination";
  readonly when: "before" | "after";
  /** The statement, without secrets. */
  readonly sql: string;
  /** `skipped`: an earlier one failed, or not all streams were loaded. */
  readonly status: "ok" | "failed" | "skipped";
  readonly seconds: number;
  readonly error: ErrorReport | null;
}

/** What became of one pipeline. */
export interface PipelineReport {
  readonly name: string;
  /** `skipped`: one that it comes after was not loaded. */
  readonly status: RunStatus | "skipped";
  readonly streams: readonly StreamReport[];
  /** Absent where it has none. */
  readonly hooks?: readonly HookReport[];
  /** What concerns no single stream; absent where there is nothing. */
  readonly warnings?: readonly string[];
  /** Why it failed, where that is no stream's failure. */
  readonly error?: ErrorReport;
}

/** The `result` of `dteg run --json`. */
export interface RunReport {
  readonly run: string;
  readonly status: RunStatus;
  readonly seconds: number;
  /** Of the project, where it declares some. */
  readonly environment?: string;
  readonly pipelines: readonly PipelineReport[];
}

/** What a run tells while it goes on. `at` is epoch milliseconds. Log, progress, record and later everything else feed on it. */
export type RunEvent =
  & { readonly run: string; readonly at: number }
  & (
    | { readonly kind: "run.started"; readonly version: string; readonly pipelines: readonly PipelineStart[] }
    /** The source was asked which streams the wildcards of a pipeline mean. */
    | { readonly kind: "streams.found"; readonly pipeline: string; readonly streams: number }
    | { readonly kind: "stream.started"; readonly pipeline: string; readonly stream: string; readonly target: string }
    | {
      readonly kind: "stream.progress";
      readonly pipeline: string;
      readonly stream: string;
      readonly step: "reading" | "moving" | "committing";
      /** Rows so far, null while unknown. */
      readonly rows: number | null;
      /** Bytes of the source read so far, and in all; null while unknown. */
      readonly bytes: number | null;
      readonly totalBytes: number | null;
      /** Done share, 0 to 1, null while unknown. */
      readonly share: number | null;
    }
    | { readonly kind: "stream.ended"; readonly pipeline: string; readonly report: StreamReport }
    | {
      /** Something failed that may pass by itself; it is tried again. */
      readonly kind: "retry";
      readonly pipeline: string;
      /** Absent where the pipeline as a whole is tried again. */
      readonly stream?: string;
      /** Number of the attempt that comes, from 2 up, and of the last one that there may be. */
      readonly attempt: number;
      readonly attempts: number;
      /** How long is waited before it. */
      readonly seconds: number;
      readonly error: ErrorReport;
    }
    | { readonly kind: "hook.ended"; readonly pipeline: string; readonly report: HookReport }
    | {
      readonly kind: "log";
      readonly level: LogLevel;
      readonly message: string;
      readonly pipeline?: string;
      readonly stream?: string;
    }
    | { readonly kind: "run.ended"; readonly report: RunReport; readonly error: ErrorReport | null }
  );

/** A pipeline as a run begins with it. `config` is resolved, without secrets. */
export interface PipelineStart {
  readonly name: string;
  /** The file that it stands in; null for an ad hoc run. */
  readonly path: string | null;
  readonly environment?: string;
  readonly streams: readonly string[];
  readonly config: unknown;
}

/** One who is told. */
export type Emit = (event: RunEvent) => void;
