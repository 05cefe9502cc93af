import type { ErrorReport, RunReport, StreamReport } from "../../store/event.ts";
import { makeStyle, type Style } from "../style.ts";
import { formatBytes, formatCount, formatCountOf, formatDuration, formatRate } from "./numbers.ts";
import { reportNotes } from "./report_notes.ts";
import { markOf, paintOf } from "./status_mark.ts";
import { cutText, padText, textWidth } from "./text_width.ts";
import { visibleText } from "./visible_text.ts";

/** How a report is printed. */
export interface ReportOptions {
  readonly width?: number;
  readonly style?: Style;
  /** An error that the caller prints itself. */
  readonly except?: ErrorReport | null;
  /** Lines of streams to print: those that went wrong stay, of the others those that took longest; the rest is counted. */
  readonly most?: number;
}

/** A line of the table: a stream with the pipeline that it belongs to, or the total of all. */
interface Line {
  readonly mark: string;
  readonly paint: (text: string) => string;
  readonly isOk: boolean;
  /** Nothing was tried, so there is nothing to count. */
  readonly idle: boolean;
  readonly pipeline: string;
  readonly name: string;
  readonly target: string;
  readonly read: number;
  readonly written: number;
  readonly filtered: number;
  readonly rejected: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly bytes: number | null;
  readonly seconds: number;
}

interface Column {
  readonly head: string;
  /** Columns of least weight are left out first where there is no room. */
  readonly weight: number;
  readonly align: "left" | "right";
  readonly keep?: "start" | "end";
  /** The column may be cut to this width. */
  readonly least?: number;
  text(line: Line): string;
}

const GAP = 2;
/** Streams whose notes are printed where not all lines are. */
const NOTES_ON_SCREEN = 5;
const NEVER = Infinity;

/** What a run did, for people: a line a stream, the total, and under them warnings and errors. */
export function reportTable(
  report: Pick<RunReport, "pipelines" | "seconds" | "environment">,
  { width = 80, style = makeStyle({ colour: false }), except = null, most = Infinity }: ReportOptions = {},
): string {
  const lines = report.pipelines.flatMap((pipeline) =>
    pipeline.streams.map((stream) => lineOf(stream, pipeline.name, style))
  );
  const { environment } = report;
  const head = environment === undefined
    ? ""
    : `  ${style.dim("environment")} ${style.bold(visibleText(environment))}\n`;
  const isTold = except !== null && lines.length === 1 && !lines[0].isOk && lines[0].read + lines[0].written === 0; // its error says all
  if (lines.length === 0 || isTold) return head + reportNotes(report.pipelines, { width, style, except });
  const total = lines.length > 1 ? [totalOf(lines, report.seconds)] : [];
  const shown = chosen(lines, most);
  const all = columnsOf([...lines, ...total]);
  const fitted = fit(all, [...shown, ...total], width - GAP);
  const isCut = fitted.find(({ head }) => head === "to")?.isCut ?? true;
  const place = isCut && lines.length > 1 ? commonTarget(lines) : undefined;
  const columns = place === undefined
    ? fitted
    : fit(all.filter((column) => column.head !== "to"), [...shown, ...total], width - GAP);
  const row = (
    mark: string,
    cell: (column: Column & { readonly width: number }) => string,
    paint: (text: string) => string,
  ) => {
    const cells = columns.map((column) => padText(cutText(cell(column), column.width, column), column.width, column));
    return `${mark} ${paint(cells.join(" ".repeat(GAP)).trimEnd())}\n`;
  };
  const rule = `  ${style.dim(columns.map((column) => "─".repeat(column.width)).join(" ".repeat(GAP)))}\n`;
  const plain = (text: string) => text;
  return [
    head,
    place === undefined ? "" : `  ${style.dim("to")} ${visibleText(place)}\n`,
    row(" ", ({ head }) => head, style.dim),
    rule,
    ...shown.map((line) => row(line.paint(line.mark), (column) => column.text(line), plain)),
    lines.length > shown.length ? `  ${style.dim(restText(lines.filter((line) => !shown.includes(line))))}\n` : "",
    ...total.flatMap((line) => [rule, row(" ", (column) => column.text(line), style.bold)]),
    reportNotes(report.pipelines, { width, style, except, most: most === Infinity ? most : NOTES_ON_SCREEN }),
  ].join("");
}

function chosen(lines: readonly Line[], most: number): readonly Line[] {
  if (lines.length <= most) return lines;
  const wrong = lines.filter(({ isOk }) => !isOk).slice(0, most);
  const slow = lines.filter(({ isOk }) => isOk).toSorted((a, b) => b.seconds - a.seconds);
  const kept = new Set([...wrong, ...slow.slice(0, Math.max(0, most - wrong.length))]);
  return lines.filter((line) => kept.has(line));
}

/** What is not shown; it fits into 80 columns. */
function restText(rest: readonly Line[]): string {
  const wrong = rest.filter(({ isOk }) => !isOk).length;
  const what = wrong > 0
    ? `${formatCountOf(rest.length, "more stream")}, ${formatCount(wrong)} of them not loaded`
    : `${formatCount(rest.length)} more that went well and took no longer`;
  return `… ${what}: \`dteg runs show last\``;
}

/** What all targets begin with, where the rest of each is the stream's own name: it is said once. */
function commonTarget(lines: readonly Line[]): string | undefined {
  const [first] = lines;
  const start = first?.target.slice(0, first.target.length - first.name.length);
  return start?.trim() && lines.every(({ target, name }) => target === start + name) ? start.trim() : undefined;
}

function lineOf(stream: StreamReport, pipeline: string, style: Style): Line {
  return {
    ...stream,
    pipeline,
    isOk: stream.status === "ok",
    idle: stream.status === "skipped",
    mark: markOf(stream.status),
    paint: paintOf(stream.status, style),
  };
}

function totalOf(lines: readonly Line[], seconds: number): Line {
  const sum = (pick: (line: Line) => number) => lines.reduce((all, line) => all + pick(line), 0);
  const known = lines.every((line) => line.bytes !== null || line.written === 0);
  return {
    mark: " ",
    paint: (text) => text,
    isOk: true,
    idle: false,
    pipeline: "",
    name: formatCountOf(lines.length, "stream"),
    target: "",
    read: sum((line) => line.read),
    written: sum((line) => line.written),
    filtered: sum((line) => line.filtered),
    rejected: sum((line) => line.rejected),
    inserted: sum((line) => line.inserted),
    updated: sum((line) => line.updated),
    unchanged: sum((line) => line.unchanged),
    bytes: known ? sum((line) => line.bytes ?? 0) : null,
    seconds,
  };
}

function columnsOf(lines: readonly Line[]): readonly Column[] {
  const some = (pick: (line: Line) => unknown) => lines.some(pick);
  const pipelines = new Set(lines.map((line) => line.pipeline).filter(Boolean));
  const count = (head: string, weight: number, pick: (line: Line) => number): Column => ({
    head,
    weight,
    align: "right",
    text: (line) => line.idle ? "-" : formatCount(pick(line)),
  });
  const columns: readonly (Column | false)[] = [
    pipelines.size > 1 &&
    { head: "pipeline", weight: 10, align: "left", least: 8, text: (line) => visibleText(line.pipeline) },
    { head: "stream", weight: NEVER, align: "left", least: 12, text: (line) => visibleText(line.name) },
    count("read", 7, (line) => line.read),
    count("written", NEVER, (line) => line.written),
    some((line) => line.filtered) && count("filtered", 8, (line) => line.filtered),
    some((line) => line.rejected) && count("rejected", 9, (line) => line.rejected),
    ...(some((line) => line.updated + line.unchanged)
      ? [
        count("inserted", 5.1, (line) => line.inserted),
        count("updated", 5.2, (line) => line.updated),
        count("unchanged", 4, (line) => line.unchanged),
      ]
      : []),
    { head: "time", weight: 6, align: "right", text: (line) => line.idle ? "-" : formatDuration(line.seconds) },
    { head: "rows/s", weight: 3, align: "right", text: (line) => formatRate(line.written, line.seconds) },
    some((line) => line.bytes !== null) &&
    { head: "bytes", weight: 2, align: "right", text: ({ bytes }) => bytes === null ? "-" : formatBytes(bytes) },
    { head: "to", weight: 5, align: "left", keep: "end", least: 16, text: (line) => visibleText(line.target) },
  ];
  return columns.filter((column) => column !== false);
}

/** Cuts what may be cut, and leaves out the columns of least weight where that is not enough. */
function fit(
  columns: readonly Column[],
  lines: readonly Line[],
  width: number,
): readonly (Column & { readonly width: number; readonly isCut: boolean })[] {
  const sized = columns.map((column) => ({
    ...column,
    isCut: false,
    width: Math.max(textWidth(column.head), ...lines.map((line) => textWidth(column.text(line)))),
  }));
  let over = sized.reduce((sum, column) => sum + column.width + GAP, -GAP) - width;
  for (const column of sized.toReversed()) {
    const spare = column.least === undefined ? 0 : Math.max(0, column.width - column.least);
    const cut = Math.max(0, Math.min(spare, over));
    column.width -= cut;
    column.isCut = cut > 0;
    over -= cut;
  }
  const least = Math.min(...columns.map((column) => column.weight));
  if (over <= 0 || least === NEVER) return sized;
  return fit(columns.filter((column) => column.weight !== least), lines, width);
}
