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
  if (format === "table") return printTable(result.columns, result.rows, options);
  const printer = rowPrinter(format, result.columns);
  return printer.start + printer.rows(result.rows) + printer.end();
}

/** Prints rows that come in pieces. */
export interface RowPrinter {
  /** What stands before the first row. */
  readonly start: string;
  rows(rows: readonly ResultRow[]): string;
  /** What stands behind the last. */
  end(): string;
}

/** A printer of a format that needs no look at all rows. */
export function rowPrinter(format: Exclude<ResultFormat, "table">, columns: readonly ResultColumn[]): RowPrinter {
  switch (format) {
    case "csv":
      return csvPrinter(columns);
    case "json":
      return jsonPrinter(columns);
    case "markdown":
      return markdownPrinter(columns);
  }
}

/** NULL is nothing, empty text is `""`; nested values are JSON. */
function csvPrinter(columns: readonly ResultColumn[]): RowPrinter {
  const lineOf = (row: ResultRow) => `${row.map(csvField).join(",")}\n`;
  return {
    start: lineOf(columns.map(({ name }) => name)),
    rows: (rows) => rows.map(lineOf).join(""),
    end: () => "",
  };
}

function csvField(value: Value): string {
  if (value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A list of objects, a row a line. Numbers that were carried as text are numbers again, with all their digits. */
function jsonPrinter(columns: readonly ResultColumn[]): RowPrinter {
  const names = distinct(columns.map(({ name }) => name)).map((name) => JSON.stringify(name));
  const numeric = columns.map((column) => column.type !== undefined && isNumeric(column, []));
  const lineOf = (row: ResultRow) => {
    const members = row.map((value, at) => {
      const isNumber = numeric[at] && typeof value === "string" && NUMBER.test(value);
      return `${names[at]}: ${isNumber ? value : JSON.stringify(value)}`;
    });
    return `  {${members.join(", ")}}`;
  };
  let isEmpty = true;
  return {
    start: "",
    rows(rows) {
      if (rows.length === 0) return "";
      const before = isEmpty ? "[\n" : ",\n";
      isEmpty = false;
      return before + rows.map(lineOf).join(",\n");
    },
    end: () => isEmpty ? "[]\n" : "\n]\n",
  };
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

function markdownPrinter(columns: readonly ResultColumn[]): RowPrinter {
  const lineOf = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const rule = columns.map((column) => column.type !== undefined && isNumeric(column, []) ? "---:" : "---");
  return {
    start: lineOf(columns.map(({ name }) => markdownCell(name))) + lineOf(rule),
    rows: (rows) => rows.map((row) => lineOf(row.map(markdownCell))).join(""),
    end: () => "",
  };
}

function markdownCell(value: Value): string {
  if (value === null) return "NULL";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replace(/\r\n|\r|\n/g, "<br>");
}
