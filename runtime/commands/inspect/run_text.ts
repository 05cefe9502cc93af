import type { RunRecord, RunSummary } from "../../store/run_record.ts";
import type { Style } from "../style.ts";
import { localTime } from "../view/log_lines.ts";
import { formatBytes, formatCount, formatCountOf, formatDuration } from "../view/numbers.ts";
import { errorNote } from "../view/report_notes.ts";
import { reportTable } from "../view/report_table.ts";
import { markOf, paintOf } from "../view/status_mark.ts";
import { printTable } from "../view/table.ts";
import { visibleText } from "../view/visible_text.ts";

/** How runs are printed. */
export interface RunTextOptions {
  readonly width: number;
  readonly style: Style;
}

/** Runs as a table, a line each; without a width nothing is cut. */
export function runListText(
  runs: readonly RunSummary[],
  { width, style }: Partial<Pick<RunTextOptions, "width">> & Pick<RunTextOptions, "style">,
): string {
  const columns = [
    { name: "run", isWhole: true },
    { name: "started", isWhole: true },
    { name: "status", isWhole: true },
    { name: "time", type: "int64" },
    { name: "rows", type: "int64" },
    { name: "streams", type: "int64" },
    { name: "pipeline" },
    ...(runs.some((run) => run.error !== null) ? [{ name: "error", isSpare: true }] : []),
  ];
  const rows = runs.map((run) => [
    run.run,
    localTime(Date.parse(run.started), { day: true }),
    `${markOf(run.status)} ${run.status}`,
    run.seconds === null ? "-" : formatDuration(run.seconds),
    formatCount(run.written),
    formatCount(run.streams),
    run.pipelines.join(", "),
    run.error ?? "",
  ]);
  return printTable(columns, rows, {
    width,
    style,
    paint: (text, { row, column }) => column === "status" ? paintOf(runs[row].status, style)(text) : text,
  });
}

/** A run with its report. */
export function runText(record: RunRecord, options: RunTextOptions): string {
  const { style } = options;
  const known = record.pipelines.flatMap((pipeline) => [pipeline, ...pipeline.streams]).some(({ error }) =>
    error?.code === record.error?.code && error?.message === record.error?.message
  );
  const table = reportTable({ pipelines: record.pipelines, seconds: record.seconds ?? 0 }, options);
  return [
    ...heading(record, style).map(([name, text]) =>
      `${style.dim(name.padEnd(Math.max(10, name.length + 1)))}${text}\n`
    ),
    table && `\n${table.replace(/^\n/, "")}`,
    openText(record, style),
    record.error && !known ? `\n${errorNote(record.error, { ...options, title: `run ${record.run}` })}` : "",
    record.status === "lost"
      ? `\nIts process ${record.pid} ended without a word. Nothing of it is half visible: run it again.\n`
      : "",
    style.dim(`\n\`dteg runs logs ${record.run}\` shows what it told.\n`),
  ].join("");
}

function heading(record: RunRecord, style: Style): readonly (readonly [string, string])[] {
  const took = record.seconds === null ? "" : `, took ${formatDuration(record.seconds)}`;
  const status = paintOf(record.status, style)(`${markOf(record.status)} ${record.status}`);
  const environments = new Set(record.pipelines.flatMap(({ environment }) => environment ?? []));
  return [
    ["run", `${style.bold(record.run)}  ${status}`],
    ["started", `${localTime(Date.parse(record.started), { day: true })}${took}`],
    ...record.pipelines.map(({ name, path }) =>
      ["pipeline", visibleText(path === null ? name : `${name} (${path})`)] as const
    ),
    ...[...environments].map((name) => ["env", visibleText(name)] as const),
    ["dteg", `${record.version || "?"} on ${record.runtime}`],
  ];
}

/** Streams of whose end nothing is known, with how far they came. */
function openText(record: RunRecord, style: Style): string {
  const lines = record.pipelines.flatMap((pipeline) => pipeline.open).map(({ name, target, step, rows, bytes }) => {
    const far = [step, rows === null ? "" : formatCountOf(rows, "row"), bytes === null ? "" : formatBytes(bytes)];
    const mark = paintOf(record.status, style)(markOf(record.status));
    return `${mark} ${style.bold(visibleText(name))}  ${far.filter(Boolean).join(", ")}, to ${visibleText(target)}\n`;
  });
  return lines.length > 0 ? `\n${lines.join("")}` : "";
}
