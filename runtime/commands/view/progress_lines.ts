import type { Style } from "../style.ts";
import { formatBytes, formatCountOf, formatDuration, formatRate, formatShare } from "./numbers.ts";
import { cutText, textWidth } from "./text_width.ts";
import { visibleText } from "./visible_text.ts";

/** A stream that moves. Rows and bytes are null while unknown. */
export interface StreamProgress {
  readonly name: string;
  readonly startedAt: number;
  readonly step: "reading" | "moving" | "committing";
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly share: number | null;
}

/** The run so far. `rows` are those of the streams that ended. */
export interface RunProgress {
  readonly startedAt: number;
  readonly total: number;
  readonly ok: number;
  readonly failed: number;
  readonly rows: number;
}

/** How lines are drawn. */
export interface LineOptions {
  readonly at: number;
  readonly width: number;
  /** Lines that there is room for. */
  readonly height: number;
  readonly style: Style;
}

/** A column of the lines. */
interface Column {
  /** Columns of least weight are left out first where there is no room. */
  readonly weight: number;
  readonly width: number;
  readonly align: "left" | "right";
  readonly paint: (text: string) => string;
  text(stream: StreamProgress): string;
}

const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const MOST_LINES = 10;
const NAME_WIDTH = 28;
const BAR_WIDTH = 16;
const GAP = "  ";
const SURE_SHARE = 0.01;
const SURE_SECONDS = 1;

/** The live lines: one for each stream that moves, the longest running first, and a line for the run when it has several. */
export function progressLines(
  streams: readonly StreamProgress[],
  run: RunProgress,
  options: LineOptions,
): readonly string[] {
  const shown = streams.slice(0, mostLines(options));
  const columns = fit(columnsOf(shown, options), options.width);
  const lines = shown.map((stream) => columns.map((column) => cellOf(column, stream)).join(GAP).trimEnd());
  const total = Math.max(run.total, run.ok + run.failed + streams.length);
  return total > 1 ? [...lines, runLine(streams, { ...run, total }, options)] : lines;
}

/** Lines for streams; one is kept for the run. What stands taller than the screen could not be drawn over. */
function mostLines({ height }: Pick<LineOptions, "height">): number {
  return Math.max(1, Math.min(MOST_LINES, height - 1));
}

/** Widths don't depend on numbers, so that nothing jumps while they grow. */
function columnsOf(streams: readonly StreamProgress[], { at, width, style }: LineOptions): readonly Column[] {
  const nameWidth = Math.min(
    NAME_WIDTH,
    Math.floor(width / 3),
    Math.max(0, ...streams.map(({ name }) => textWidth(visibleText(name)))),
  );
  const seconds = (stream: StreamProgress) => Math.max(0, at - stream.startedAt) / 1000;
  const right = (weight: number, width: number, text: Column["text"], paint = plain): Column => ({
    weight,
    width,
    align: "right",
    paint,
    text,
  });
  const left = (weight: number, width: number, text: Column["text"], paint = plain): Column => ({
    weight,
    width,
    align: "left",
    paint,
    text,
  });
  const columns = [
    left(9, 1, () => spinner(at), style.cyan),
    left(10, nameWidth, ({ name }) => visibleText(name), style.bold),
    left(3, BAR_WIDTH, ({ share }) => share === null ? "" : bar(share), style.cyan),
    right(6, 5, ({ share }) => share === null ? "" : formatShare(share)),
    right(8, 15, ({ rows }) => rows === null ? "" : formatCountOf(rows, "row")),
    right(4, 7, ({ bytes }) => bytes === null ? "" : formatBytes(bytes)),
    right(5, 12, (stream) => rate(stream, seconds(stream))),
    right(2, 6, (stream) => formatDuration(seconds(stream)), style.dim),
    left(7, 12, (stream) => outlook(stream, seconds(stream)), style.dim),
  ];
  return columns.filter((column) => streams.some((stream) => column.text(stream) !== ""));
}

function fit(columns: readonly Column[], width: number): readonly Column[] {
  const used = columns.reduce((sum, column) => sum + column.width + GAP.length, -GAP.length);
  if (used <= width || columns.length <= 1) return columns;
  const least = Math.min(...columns.map((column) => column.weight));
  return fit(columns.filter((column) => column.weight !== least), width);
}

function cellOf({ width, align, paint, text }: Column, stream: StreamProgress): string {
  const shown = cutText(text(stream), width);
  const space = " ".repeat(width - textWidth(shown));
  return align === "left" ? paint(shown) + space : space + paint(shown);
}

function runLine(streams: readonly StreamProgress[], run: RunProgress, options: LineOptions): string {
  const { at, width, style } = options;
  const waiting = run.total - run.ok - run.failed - streams.length;
  const rows = streams.reduce((sum, stream) => sum + (stream.rows ?? 0), run.rows);
  const parts = [
    { text: `${run.ok + run.failed} of ${run.total} done`, paint: style.bold },
    { text: run.failed > 0 ? `${run.failed} failed` : "", paint: style.red },
    { text: formatDuration(Math.max(0, at - run.startedAt) / 1000), paint: plain },
    { text: rows > 0 ? formatCountOf(rows, "row") : "", paint: plain },
    { text: streams.length > mostLines(options) ? `${streams.length} moving` : "", paint: style.dim },
    { text: waiting > 0 ? `${waiting} waiting` : "", paint: style.dim },
  ];
  let room = width - 1;
  const kept = parts.filter(({ text }) => text !== "" && (room -= textWidth(text) + GAP.length) >= 0);
  return ` ${kept.map(({ text, paint }) => GAP + paint(text)).join("")}`;
}

function rate({ rows, bytes }: StreamProgress, seconds: number): string {
  if (seconds < SURE_SECONDS) return "";
  if (rows) return `${formatRate(rows, seconds)} rows/s`;
  return bytes ? `${formatBytes(bytes / seconds)}/s` : "";
}

/** The time that is left where it can be told, else what is going on. */
function outlook({ step, share }: StreamProgress, seconds: number): string {
  const sure = share !== null && share > SURE_SHARE && share < 1 && seconds > SURE_SECONDS;
  if (!sure || step === "committing") return step;
  const left = Math.ceil(seconds * (1 - share) / share);
  return `${left < 10 ? `${left} s` : formatDuration(left)} left`;
}

function plain(text: string): string {
  return text;
}

function spinner(at: number): string {
  return SPINNER[Math.floor(at / 100) % SPINNER.length];
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR_WIDTH);
  return "━".repeat(full) + "┄".repeat(BAR_WIDTH - full);
}
