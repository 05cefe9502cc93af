import type { ErrorReport, LogLevel, RunEvent, StreamReport } from "../../store/event.ts";
import { levelOf } from "../../store/run_record.ts";
import { formatBytes, formatCount, formatCountOf, formatDuration, formatRate, formatShare } from "./numbers.ts";

/** An event as a log shows it. */
export interface EventLine {
  readonly level: LogLevel;
  readonly stream?: string;
  readonly message: string;
  /** What a machine may want besides. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The event in one line of text. */
export function eventLine(event: RunEvent): EventLine {
  const level = levelOf(event);
  const where = "stream" in event ? { pipeline: event.pipeline, stream: event.stream } : {};
  switch (event.kind) {
    case "run.started": {
      const names = event.pipelines.map((pipeline) => pipeline.name);
      return { level, message: `run ${event.run} of ${names.join(", ")}`, fields: { pipelines: names } };
    }
    case "streams.found": {
      const { pipeline, streams } = event;
      return { level, message: `${pipeline} has ${formatCountOf(streams, "stream")}`, fields: { pipeline, streams } };
    }
    case "stream.started":
      return { level, stream: event.stream, message: `to ${event.target}`, fields: { ...where, target: event.target } };
    case "stream.progress": {
      const { step, rows, bytes, share } = event;
      const parts = [
        step,
        rows === null ? "" : formatCountOf(rows, "row"),
        bytes === null ? "" : formatBytes(bytes),
        share === null ? "" : formatShare(share),
      ];
      return {
        level: "info",
        stream: event.stream,
        message: parts.filter(Boolean).join("  "),
        fields: { ...where, step, rows, bytes, share },
      };
    }
    case "stream.ended": {
      const { name, status, warnings: _, error, ...counts } = event.report;
      return {
        level,
        stream: name,
        message: endText(event.report),
        fields: { pipeline: event.pipeline, stream: name, status, ...counts, error },
      };
    }
    case "retry": {
      const { attempt, attempts, seconds, error, pipeline, stream } = event;
      const when = seconds < 0.05 ? "at once" : `in ${formatDuration(seconds)}`;
      return {
        level,
        stream,
        message: `retrying ${when} (attempt ${attempt} of ${attempts}): ${errorText(error)}`,
        fields: { pipeline, ...(stream !== undefined && { stream }), attempt, attempts, seconds, error },
      };
    }
    case "hook.ended": {
      const { sql, when, on, status, seconds, error } = event.report;
      const end = error ? `failed: ${errorText(error)}` : `${status} in ${formatDuration(seconds)}`;
      return {
        level,
        message: `hook ${when} the load on the ${on} ${end}: ${sql}`,
        fields: { pipeline: event.pipeline, ...event.report },
      };
    }
    case "log":
      return { level, stream: event.stream, message: event.message, fields: where };
    case "run.ended": {
      const { status, seconds, pipelines } = event.report;
      const streams = pipelines.flatMap((pipeline) => pipeline.streams);
      const written = streams.reduce((sum, stream) => sum + stream.written, 0);
      const counts = `${formatCountOf(streams.length, "stream")}, ${formatCountOf(written, "row")}`;
      return {
        level,
        message: `run ${status}: ${counts} in ${formatDuration(seconds)}${
          event.error ? `; ${errorText(event.error)}` : ""
        }`,
        fields: { status, seconds, streams: streams.length, written, error: event.error },
      };
    }
  }
}

/** `code: message` of an error. */
export function errorText({ code, message }: ErrorReport): string {
  return message === "" ? code : `${code}: ${message}`;
}

function endText(report: StreamReport): string {
  if (report.error) return `${report.status}: ${errorText(report.error)}`;
  const { status, read, written, filtered, rejected, bytes, seconds, target } = report;
  if (status !== "ok") return status;
  const rate = formatRate(written, seconds);
  const parts = [
    filtered + rejected > 0
      ? `read ${formatCount(read)}, wrote ${formatCount(written)}`
      : formatCountOf(written, "row"),
    filtered > 0 ? `filtered ${formatCount(filtered)}` : "",
    rejected > 0 ? `rejected ${formatCount(rejected)}` : "",
    bytes === null ? "" : formatBytes(bytes),
  ];
  const speed = rate === "-" ? "" : `, ${rate} rows/s`;
  return `${parts.filter(Boolean).join(", ")} in ${formatDuration(seconds)}${speed}, to ${target}`;
}
