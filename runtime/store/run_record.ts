import type {
  ErrorReport,
  LogLevel,
  PipelineReport,
  PipelineStart,
  RunEvent,
  RunReport,
  RunStatus,
  StreamReport,
  StreamStatus,
} from "./event.ts";

/** A stream that began and of whose end nothing is known: it still moves, or its process is gone. */
export interface OpenStream {
  readonly name: string;
  readonly target: string;
  readonly step: "starting" | "reading" | "moving" | "committing";
  readonly rows: number | null;
  readonly bytes: number | null;
}

/** A pipeline of a run: how it began, and what became of its streams. */
export interface PipelineRecord extends Omit<PipelineReport, "name"> {
  readonly name: string;
  readonly path: string | null;
  readonly environment?: string;
  readonly config: unknown;
  readonly open: readonly OpenStream[];
}

/** All that is kept of a run but its log. Times are ISO 8601, UTC. */
export interface RunRecord {
  readonly run: string;
  readonly status: RunStatus;
  readonly started: string;
  readonly ended: string | null;
  readonly seconds: number | null;
  /** Version of dteg. */
  readonly version: string;
  /** What it ran on, as `deno 2.9.6, linux x86_64`. */
  readonly runtime: string;
  readonly pid: number;
  readonly pipelines: readonly PipelineRecord[];
  readonly error: ErrorReport | null;
}

/** A run as a list shows it. */
export interface RunSummary {
  readonly run: string;
  readonly status: RunStatus;
  readonly started: string;
  readonly ended: string | null;
  readonly seconds: number | null;
  readonly pipelines: readonly string[];
  /** Streams that began. */
  readonly streams: number;
  /** Rows written by the streams that ended. */
  readonly written: number;
  /** Code of the run's error. */
  readonly error: string | null;
}

/** What the store holds of a run. `events` are those of its streams, in order; `progress` the last of each stream. */
export interface StoredRun {
  readonly run: string;
  readonly status: RunStatus;
  readonly started: number;
  readonly ended: number | null;
  readonly version: string;
  readonly runtime: string;
  readonly pid: number;
  readonly pipelines: readonly PipelineStart[];
  readonly report: RunReport | null;
  readonly error: ErrorReport | null;
  readonly events: readonly RunEvent[];
  readonly progress: readonly RunEvent[];
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const LEVEL_OF_STREAM: Readonly<Record<StreamStatus, LogLevel>> = {
  ok: "info",
  skipped: "warn",
  cancelled: "warn",
  failed: "error",
};

/** How much an event matters to a reader of a log. */
export function levelOf(event: RunEvent): LogLevel {
  switch (event.kind) {
    case "log":
      return event.level;
    case "streams.found":
    case "stream.progress":
      return "debug";
    case "stream.ended":
      return LEVEL_OF_STREAM[event.report.status];
    case "hook.ended":
      return event.report.error ? "error" : "info";
    case "retry":
      return "warn";
    case "run.ended":
      return event.error ? "error" : "info";
    default:
      return "info";
  }
}

/** Levels as numbers: an error is the highest. */
export function rankOf(level: LogLevel): number {
  return LEVELS.indexOf(level);
}

/** What a store holds of a run, put together. */
export function recordOf(stored: StoredRun): RunRecord {
  const { run, status, version, runtime, pid, error } = stored;
  const pipelines = stored.pipelines.map((pipeline): PipelineRecord => {
    const ended = stored.report?.pipelines.find((report) => report.name === pipeline.name);
    const streams = ended?.streams ?? endedStreams(stored, pipeline.name);
    return {
      ...ended,
      name: pipeline.name,
      path: pipeline.path,
      ...(pipeline.environment !== undefined && { environment: pipeline.environment }),
      status: ended?.status ?? status,
      config: pipeline.config,
      streams,
      open: stored.report ? [] : openStreams(stored, pipeline.name, new Set(streams.map((stream) => stream.name))),
    };
  });
  return { run, status, ...timesOf(stored), version, runtime, pid, pipelines, error };
}

/** The same in one line. */
export function summaryOf(stored: StoredRun): RunSummary {
  const record = recordOf(stored);
  const streams = record.pipelines.flatMap((pipeline) => pipeline.streams);
  return {
    run: record.run,
    status: record.status,
    ...timesOf(stored),
    pipelines: record.pipelines.map((pipeline) => pipeline.name),
    streams: streams.length + record.pipelines.reduce((sum, pipeline) => sum + pipeline.open.length, 0),
    written: streams.reduce((sum, stream) => sum + stream.written, 0),
    error: record.error?.code ?? null,
  };
}

function timesOf({ started, ended, report }: StoredRun): Pick<RunRecord, "started" | "ended" | "seconds"> {
  return {
    started: new Date(started).toISOString(),
    ended: ended === null ? null : new Date(ended).toISOString(),
    seconds: report?.seconds ?? (ended === null ? null : (ended - started) / 1000),
  };
}

function endedStreams(stored: StoredRun, pipeline: string): readonly StreamReport[] {
  return stored.events.flatMap((event) =>
    event.kind === "stream.ended" && event.pipeline === pipeline ? [event.report] : []
  );
}

function openStreams(stored: StoredRun, pipeline: string, ended: ReadonlySet<string>): readonly OpenStream[] {
  return stored.events.flatMap((event): OpenStream[] => {
    if (event.kind !== "stream.started" || event.pipeline !== pipeline || ended.has(event.stream)) return [];
    const at = stored.progress.find((progress) =>
      progress.kind === "stream.progress" && progress.pipeline === pipeline && progress.stream === event.stream
    );
    const { step, rows, bytes } = at?.kind === "stream.progress"
      ? at
      : { step: "starting", rows: null, bytes: null } as const;
    return [{ name: event.stream, target: event.target, step, rows, bytes }];
  });
}
