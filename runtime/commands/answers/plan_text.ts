import type { PipelinePlan, PlannedAction, PlannedColumn, RunPlan, StreamPlan } from "../../engine/foresee/run_plan.ts";
import { makeStyle, type Style } from "../style.ts";
import { formatBytes, formatCount, formatCountOf } from "../view/numbers.ts";
import { printTable, type ResultRow } from "../view/table.ts";
import { visibleLines, visibleText } from "../view/visible_text.ts";

interface Options {
  readonly style?: Style;
  /** Columns of the screen; without it nothing is cut. */
  readonly width?: number;
  /** Each stream with its columns and statements; else a line each. */
  readonly details: boolean;
}

/** A plan for people. */
export function planText(
  { pipelines }: RunPlan,
  { style = makeStyle({ colour: false }), width, details }: Options,
): string {
  return pipelines.map((pipeline) =>
    [
      headOf(pipeline, style),
      ...(details
        ? pipeline.streams.map((stream) => `\n${streamText(stream, { style, width })}`)
        : [overview(pipeline, { style, width }), ...notesOf(pipeline, style)]),
    ].join("")
  ).join("\n");
}

function headOf({ name, path, source, destination }: PipelinePlan, style: Style): string {
  const what = path === null ? "" : `${style.bold(visibleText(name))}  `;
  return `${what}${visibleText(source)} → ${visibleText(destination)}${path === null ? "" : style.dim(`  ${path}`)}\n`;
}

type Shown = Pick<Options, "width"> & { readonly style: Style };

function overview({ streams }: PipelinePlan, { style, width }: Shown): string {
  const columns = [
    { name: "stream" },
    { name: "target", isSpare: streams.every(({ name, target }) => target.endsWith(name)) }, // the line above says where
    { name: "it is" },
    { name: "rows", type: "BIGINT" },
    { name: "columns", type: "BIGINT" },
    { name: "types" },
  ];
  const rows = streams.map((stream): ResultRow => [
    stream.name,
    stream.target,
    stream.error ? `✗ ${stream.error.code}` : WORDS[stream.action],
    stream.rows === null ? sizeOf(stream) : `~${formatCount(stream.rows)}`,
    stream.columns.length ? formatCount(stream.columns.length) : "",
    gradesOf(stream.columns),
  ]);
  const paint = (text: string, { row }: { readonly row: number }) => streams[row].error ? style.red(text) : text;
  return printTable(columns, rows, { style, width, paint });
}

function notesOf({ streams }: PipelinePlan, style: Style): readonly string[] {
  return streams.flatMap(({ name, warnings }) =>
    warnings.map((warning) => `${style.yellow("!")} ${visibleText(`${name}: ${warning}`)}\n`)
  );
}

const WORDS: Readonly<Record<PlannedAction, string>> = {
  create: "made",
  replace: "replaced",
  refill: "emptied and filled",
  append: "added to",
  merge: "merged into",
  scd2: "given versions",
};

/** One stream: what becomes of the target, its columns with their grades, its statements. */
function streamText(stream: StreamPlan, { style, width }: Shown): string {
  const { name, target, columns, statements, warnings, changes, error } = stream;
  const size = sizeOf(stream);
  const lines = [
    `${style.bold(visibleText(name))} → ${style.bold(visibleText(target))}\n`,
    `  ${[actionText(stream), ...readText(stream, size)].join("; ")}\n`,
    ...warnings.map((warning) => `  ${style.yellow("!")} ${visibleText(warning)}\n`),
    ...(error ? [`  ${style.red("✗")} ${visibleText(error.message)}\n`] : []),
    ...changes.map((change) => `  ${changeLine(change, style)}\n`),
    ...(columns.length ? [indented(columnTable(columns, { style, width: width && width - 2 }))] : []),
    ...(statements.length ? [indented(`${visibleLines(statements.map(ended).join("\n"))}\n`, style.dim)] : []),
  ];
  return lines.join("");
}

const ended = (sql: string) => /^[A-Z]+ /.test(sql) ? `${sql};` : sql;

function actionText({ action, key, existing }: StreamPlan): string {
  const rows = existing && existing.rows !== null ? ` (about ${formatCountOf(existing.rows, "row")})` : "";
  switch (action) {
    case "create":
      return "nothing is there yet: it is made";
    case "replace":
      return `what is there${rows} is replaced by a new one`;
    case "refill":
      return `it is kept, since other things depend on it; all its rows${rows} are replaced`;
    case "append":
      return `rows are added to what is there${rows}`;
    case "merge":
      return `rows are merged by ${key.join(", ")} into what is there${rows}`;
    case "scd2":
      return `versions of rows by ${key.join(", ")} are added to what is there${rows}`;
  }
}

/** How much is read, where a read by cursor goes on, and what becomes of rows that are gone. */
function readText({ cursor, deletes }: StreamPlan, size: string): readonly string[] {
  const gone = deletes ? [`${deletes === "mark" ? "marks" : "removes"} rows that the source no longer has`] : [];
  const by = cursor?.columns.map(visibleText).join(" or ");
  if (cursor && cursor.from !== null) {
    return [`reads what is new by ${by}, from ${visibleText(cursor.from)} on${size ? `, of ${size}` : ""}`, ...gone];
  }
  const all = cursor ? `reads all${size ? `, ${size},` : ""} by ${by}` : size ? `reads ${size}` : "";
  return [...(all ? [all] : []), ...gone];
}

function columnTable(columns: readonly PlannedColumn[], { style, width }: Shown): string {
  const renamed = columns.some(({ name, target }) => name !== target);
  const noted = columns.some(({ note }) => note !== null);
  const pick = <T>([name, target, ...rest]: readonly T[]) => {
    const note = rest.pop();
    return [name, ...(renamed ? [target] : []), ...rest, ...(noted && note !== undefined ? [note] : [])];
  };
  const heads = ["column", "becomes", "from", "to", "grade", "note"].map((name) => ({ name }));
  const rows = columns.map(({ name, target, from, to, grade, note }) =>
    pick<string>([name, target, from, to, grade, note ?? ""])
  );
  const paint = (text: string, { row, column }: { readonly row: number; readonly column: string }) =>
    column === "grade" ? gradePaint(columns[row], style)(text) : text;
  return printTable(pick(heads), rows, { style, width, paint });
}

function gradePaint({ grade }: PlannedColumn, style: Style): (text: string) => string {
  if (grade === "lossy") return style.red;
  return grade === "exact" ? style.green : style.yellow;
}

/** The grades of columns that are not exact, counted; `exact` where all are. */
function gradesOf(columns: readonly PlannedColumn[]): string {
  if (columns.length === 0) return "";
  const counts = Map.groupBy(columns.filter(({ grade }) => grade !== "exact"), ({ grade }) => grade);
  return [...counts].map(([grade, list]) => `${list.length} ${grade}`).join(", ") || "exact";
}

function sizeOf({ rows, bytes }: StreamPlan): string {
  if (rows !== null) return `about ${formatCountOf(rows, "row")}`;
  return bytes === null ? "" : formatBytes(bytes);
}

/** `+ extra integer: …`, `- old text: …`, `~ amount real → numeric: …`. */
export function changeLine(
  { column, change, from, to, next }: Pick<StreamPlan["changes"][number], "column" | "change" | "from" | "to"> & {
    readonly next?: string;
  },
  style: Style,
): string {
  const name = visibleText(column);
  const tail = next ? style.dim(`  ${next}`) : "";
  if (change === "added") return `${style.green("+")} ${name} ${to}${tail}`;
  if (change === "dropped") return `${style.red("-")} ${name} ${from}${tail}`;
  return `${style.yellow("~")} ${name} ${from} → ${to}${tail}`;
}

function indented(text: string, paint: (line: string) => string = (line) => line): string {
  return text.split("\n").map((line) => line ? `  ${paint(line)}` : line).join("\n");
}
