import type { Emit, RunEvent } from "../../store/event.ts";
import type { Terminal } from "../terminal.ts";
import { eventLine } from "./event_line.ts";
import { progressLines, type RunProgress, type StreamProgress } from "./progress_lines.ts";
import { visibleText } from "./visible_text.ts";

/** Settings of the live lines; tests set them. */
export interface ProgressOptions {
  readonly now?: () => number;
  /** Milliseconds between two drawings. */
  readonly every?: number;
  /** A run that is over sooner shows nothing. */
  readonly after?: number;
}

/**
 * Shows a run as live lines at the foot of standard error, one a stream that moves, and takes them away at its end.
 * What the report will say about a stream is not said before; other warnings, and with --log-level debug all, stand above.
 */
export function makeProgress(
  terminal: Terminal,
  { now = Date.now, every = 100, after = 250 }: ProgressOptions = {},
): Emit {
  const streams = new Map<string, StreamProgress>();
  let run: RunProgress = { startedAt: now(), total: 0, ok: 0, failed: 0, rows: 0 };
  const declared = new Map<string, number>();
  let drawn = 0;
  let drawnAt = run.startedAt + after - every;
  let stop = () => {};

  const erase = () => {
    if (drawn > 0) terminal.writeError(`\r${up(drawn)}\x1b[J`);
    drawn = 0;
  };
  const draw = () => {
    const at = now();
    if (at - drawnAt < every) return;
    drawnAt = at;
    const { width, height, err: style } = terminal;
    const lines = progressLines([...streams.values()], run, { at, width: width - 1, height: height - 1, style });
    if (lines.length === 0) return erase();
    terminal.writeError(`\r${up(drawn)}${lines.map((line) => `${line}\x1b[K\n`).join("")}\x1b[J`);
    drawn = lines.length;
  };
  const say = (event: RunEvent) => {
    const { level, stream, message } = eventLine(event);
    const isLater = stream !== undefined || level === "info" || level === "debug";
    if (isLater && terminal.logLevel !== "debug") return;
    erase();
    terminal.log(level, visibleText(stream === undefined ? message : `${stream}: ${message}`));
  };

  return (event) => {
    switch (event.kind) {
      case "run.started":
        for (const { name, streams } of event.pipelines) declared.set(name, streams.length);
        run = { ...run, startedAt: event.at, total: event.pipelines.flatMap((pipeline) => pipeline.streams).length };
        drawnAt = event.at + after - every;
        stop();
        stop = repeat(draw, every);
        break;
      case "streams.found":
        run = { ...run, total: run.total - (declared.get(event.pipeline) ?? 0) + event.streams };
        declared.set(event.pipeline, event.streams); // a second try finds them anew
        break;
      case "stream.started":
        streams.set(keyOf(event.pipeline, event.stream), {
          name: event.stream,
          startedAt: event.at,
          step: "reading",
          rows: null,
          bytes: null,
          share: null,
        });
        break;
      case "stream.progress": {
        const { step, rows, bytes, totalBytes } = event;
        const known = streams.get(keyOf(event.pipeline, event.stream));
        const share = event.share ?? (bytes !== null && totalBytes ? Math.min(1, bytes / totalBytes) : null);
        if (known) streams.set(keyOf(event.pipeline, event.stream), { ...known, step, rows, bytes, share });
        break;
      }
      case "stream.ended": {
        const { name, status, written } = event.report;
        streams.delete(keyOf(event.pipeline, name));
        const failed = status === "failed";
        run = {
          ...run,
          ok: run.ok + (failed ? 0 : 1),
          failed: run.failed + (failed ? 1 : 0),
          rows: run.rows + written,
        };
        break;
      }
      case "retry":
        erase();
        terminal.log("warn", visibleText(`${event.stream ?? event.pipeline}: ${eventLine(event).message}`));
        break;
      case "log":
        say(event);
        break;
      case "run.ended":
        stop();
        erase();
        return;
    }
    draw();
  };
}

/** Calls again and again until it is stopped; keeps no process alive. */
function repeat(act: () => void, every: number): () => void {
  const timer = setInterval(act, every);
  Deno.unrefTimer(timer);
  return () => clearInterval(timer);
}

function keyOf(pipeline: string, stream: string): string {
  return JSON.stringify([pipeline, stream]);
}

function up(lines: number): string {
  return lines > 0 ? `\x1b[${lines}A` : "";
}
