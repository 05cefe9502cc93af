import type { Emit, LogLevel, RunEvent } from "../../store/event.ts";
import { rankOf } from "../../store/run_record.ts";
import { makeStyle, type Style } from "../style.ts";
import type { Terminal } from "../terminal.ts";
import { eventLine } from "./event_line.ts";
import { visibleText } from "./visible_text.ts";

/** Settings of log lines. */
export interface LogLineOptions {
  /** A stream's progress is told at most once in so many milliseconds. */
  readonly progressEvery?: number;
}

const PAINT: Readonly<Record<LogLevel, (style: Style, text: string) => string>> = {
  debug: (style, text) => style.dim(text),
  info: (_, text) => text,
  warn: (style, text) => style.yellow(text),
  error: (style, text) => style.red(text),
};

/** Shows a run as log lines on standard error: text, or JSON objects where the terminal's log format says so. */
export function makeLogLines(terminal: Terminal, { progressEvery = 10_000 }: LogLineOptions = {}): Emit {
  const least = rankOf(terminal.quiet ? "error" : terminal.logLevel);
  const toldAt = new Map<string, number>();
  return (event) => {
    if (event.kind === "stream.started") toldAt.set(streamKey(event), event.at);
    if (event.kind === "stream.progress") {
      if (event.at - (toldAt.get(streamKey(event)) ?? 0) < progressEvery) return;
      toldAt.set(streamKey(event), event.at);
    }
    const shown = terminal.logFormat === "json" ? event : withoutTold(event);
    if (rankOf(eventLine(shown).level) < least) return;
    terminal.writeError(terminal.logFormat === "json" ? jsonLine(shown) : textLine(shown, { style: terminal.err }));
  };
}

/** The event without the message of an error: the report and the command's last word tell it whole. */
function withoutTold(event: RunEvent): RunEvent {
  if (event.kind === "run.ended") return { ...event, error: null };
  if (event.kind !== "stream.ended" || !event.report.error) return event;
  return { ...event, report: { ...event.report, error: { ...event.report.error, message: "" } } };
}

/** `12:03:04 info  orders  12,345 rows …`; the time is that of the machine's time zone. */
export function textLine(
  event: RunEvent,
  { style = makeStyle({ colour: false }), day = false }: { readonly style?: Style; readonly day?: boolean } = {},
): string {
  const { level, stream, message } = eventLine(event);
  const name = stream === undefined ? "" : `${style.cyan(visibleText(stream))}  `;
  const time = style.dim(localTime(event.at, { day }));
  return `${time} ${PAINT[level](style, level.padEnd(5))} ${name}${visibleText(message)}\n`;
}

/** One JSON object; `at` is ISO 8601, UTC. */
export function jsonLine(event: RunEvent): string {
  return `${JSON.stringify(logEntry(event))}\n`;
}

/** What a JSON line of an event holds. */
export function logEntry(event: RunEvent): Readonly<Record<string, unknown>> {
  const { level, message, fields } = eventLine(event);
  return { at: new Date(event.at).toISOString(), level, run: event.run, event: event.kind, message, ...fields };
}

/** `12:03:04`, or `2026-05-09 12:03:04`, in the machine's time zone. */
export function localTime(at: number, { day = false }: { readonly day?: boolean } = {}): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, "0");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return day ? `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}` : time;
}

function streamKey(event: { readonly pipeline: string; readonly stream: string }): string {
  return JSON.stringify([event.pipeline, event.stream]);
}
