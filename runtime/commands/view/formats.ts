import type { Value } from "../../../sdk/mod.ts";
import { isNumeric, printTable, type ResultColumn, type ResultRow, type TableOptions } from "./table.ts";

/** The forms in which rows can be printed. */
export const RESULT_FORMATS = ["table", "csv", "json", "markdown"] as const;
export type ResultFormat = typeof RESULT_FORMATS[number];

/** Rows and what they are called. */
export interface Result {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly ResultRow[];
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Rows in a format, ready to be written. `options` are for the table. */
export function formatRows(format: ResultFormat, result: Result, options: TableOptions = {}): string {
  switch (format) {
    case "table":
      return printTable(result.columns, result.rows, options);
    case "csv":
      return csvText(result);
    case "json":
      return jsonText(result);
    case "markdown":
      return markdownText(result);
  }
}

/** NULL is nothing, empty text is `""`; nested values are JSON. */
function csvText({ columns, rows }: Result): string {
  const lines = [columns.map(({ name }) => csvField(name)), ...rows.map((row) => row.map(csvField))];
  return lines.map((fields) => `${fields.join(",")}\n`).join("");
}

function csvField(value: Value): string {
  if (value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A list of objects, a row a line. Numbers that were carried as text are numbers again, with all their digits. */
function jsonText({ columns, rows }: Result): string {
  const names = distinct(columns.map(({ name }) => name)).map((name) => JSON.stringify(name));
  const numeric = columns.map((column) => column.type !== undefined && isNumeric(column, []));
  const lines = rows.map((row) => {
    const members = row.map((value, at) => {
      const isNumber = numeric[at] && typeof value === "string" && NUMBER.test(value);
      return `${names[at]}: ${isNumber ? value : JSON.stringify(value)}`;
    });
    return `  {${members.join(", ")}}`;
  });
  return lines.length === 0 ? "[]\n" : `[\n${lines.join(",\n")}\n]\n`;
}

/** A name that was there before gets `_1`, `_2` …: an object holds each once. */
function distinct(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let free = name;
    for (let at = 1; taken.has(free); at++) free = `${name}_${at}`;
    taken.add(free);
    return free;
  });
}

function markdownText({ columns, rows }: Result): string {
  const rule = columns.map((column, at) => isNumeric(column, rows.map((row) => row[at])) ? "---:" : "---");
  const lines = [columns.map(({ name }) => markdownCell(name)), rule, ...rows.map((row) => row.map(markdownCell))];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function markdownCell(value: Value): string {
  if (value === null) return "NULL";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replace(/\r\n|\r|\n/g, "<br>");
}
