import type { Value } from "../../../sdk/mod.ts";
import { makeStyle, type Style } from "../style.ts";
import { formatCountOf } from "./numbers.ts";
import { cutText, textWidth } from "./text_width.ts";
import { visibleText } from "./visible_text.ts";

/** A column of a result. */
export interface ResultColumn {
  readonly name: string;
  /** Its type, as the engine calls it: numbers stand to the right, and JSON has them without quotes. */
  readonly type?: string;
  /** Where there is no room it is left out, before any other is cut. */
  readonly isSpare?: boolean;
  /** It is cut only when others have no more to give, as numbers are. */
  readonly isWhole?: boolean;
}

/** A row of a result, one value a column. */
export type ResultRow = readonly Value[];

/** How a table is printed. */
export interface TableOptions {
  /** Columns of the screen; without it nothing is cut. */
  readonly width?: number;
  /** Rows to print; the rest is counted. */
  readonly maxRows?: number;
  readonly style?: Style;
  /** Prints each column's type under its name. */
  readonly types?: boolean;
  /** Colours the text of a cell; its width must stay. */
  readonly paint?: (text: string, at: { readonly row: number; readonly column: string }) => string;
}

interface Cell {
  readonly text: string;
  readonly isNull: boolean;
}

interface Track {
  readonly column: ResultColumn;
  readonly cells: readonly Cell[];
  readonly align: "left" | "right";
  readonly width: number;
}

const GAP = 2;
const LEAST_WIDTH = 8;
const NUMERIC =
  /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|U?INT\d*|DECIMAL.*|NUMERIC.*|FLOAT\d?|DOUBLE|REAL)$|^(u?int\d|float\d|decimal)/i;

/** Whether values of the column are numbers. */
export function isNumeric(column: ResultColumn, values: Iterable<Value>): boolean {
  if (column.type !== undefined) return NUMERIC.test(column.type);
  let some = false;
  for (const value of values) {
    if (value === null) continue;
    if (typeof value !== "number") return false;
    some = true;
  }
  return some;
}

/** Rows as an aligned table without boxes: a header, a rule, the rows. NULL is dim, what does not fit ends in `…`. */
export function printTable(
  columns: readonly ResultColumn[],
  rows: readonly ResultRow[],
  { width = Infinity, maxRows = Infinity, style = makeStyle({ colour: false }), types = false, paint = (text) => text }:
    TableOptions = {},
): string {
  const shown = rows.slice(0, maxRows);
  const tracks = fit(columns.map((column, at) => track(column, shown.map((row) => row[at]), { types })), width);
  const line = (cell: (track: Track) => string, colour: (text: string, track: Track) => string) =>
    tracks.map((each) => {
      const text = cutText(cell(each), each.width);
      const space = " ".repeat(each.width - textWidth(text));
      return each.align === "left" ? colour(text, each) + space : space + colour(text, each);
    }).join(" ".repeat(GAP)).trimEnd();
  const lines = [
    line(({ column }) => visibleText(column.name), style.bold),
    ...(types ? [line(({ column }) => column.type ?? "", style.dim)] : []),
    style.dim(tracks.map((each) => "─".repeat(each.width)).join(" ".repeat(GAP))),
    ...shown.map((_, at) =>
      line(
        ({ cells }) => cells[at].text,
        (text, { cells, column }) => cells[at].isNull ? style.dim(text) : paint(text, { row: at, column: column.name }),
      )
    ),
    ...rest(rows.length - shown.length, "row", style),
    ...rest(
      columns.filter(({ isSpare }) => !isSpare).length - tracks.filter(({ column }) => !column.isSpare).length,
      "column",
      style,
    ),
  ];
  return lines.join("\n") + "\n";
}

function rest(count: number, noun: string, style: Style): readonly string[] {
  return count > 0 ? [style.dim(`… ${formatCountOf(count, `more ${noun}`)}`)] : [];
}

function track(column: ResultColumn, values: readonly Value[], { types }: { readonly types: boolean }): Track {
  const cells = values.map((value): Cell => ({ text: cellText(value), isNull: value === null }));
  const heads = [visibleText(column.name), types ? column.type ?? "" : ""];
  const width = Math.max(
    1,
    ...heads.map(textWidth),
    cells.reduce((most, { text }) => Math.max(most, textWidth(text)), 0),
  );
  return { column, cells, align: isNumeric(column, values) ? "right" : "left", width };
}

function cellText(value: Value): string {
  if (value === null) return "NULL";
  return visibleText(typeof value === "object" ? JSON.stringify(value) : String(value));
}

const isText = ({ align, column }: Track): boolean => align === "left" && !column.isWhole;

/** Cuts the widest columns of text first, then all; columns for which there is no room at all are left out from the right. */
function fit(tracks: readonly Track[], width: number): readonly Track[] {
  const needed = tracks.reduce((sum, each) => sum + each.width + GAP, -GAP);
  const spare = tracks.findLast(({ column }) => column.isSpare);
  if (needed > width && spare) return fit(tracks.filter((each) => each !== spare), width);
  const room = width - GAP * (tracks.length - 1);
  const fixed = tracks.filter((each) => !isText(each)).reduce((sum, each) => sum + each.width, 0);
  const texts = tracks.filter(isText);
  const level = waterLevel(texts.map((each) => each.width), room - fixed);
  if (level >= LEAST_WIDTH) return tracks.map((each) => isText(each) ? cutTo(each, level) : each);
  const least = waterLevel(tracks.map((each) => each.width), room);
  if (least >= LEAST_WIDTH || tracks.length === 1) return tracks.map((each) => cutTo(each, Math.max(1, least)));
  return fit(tracks.slice(0, -1), width);
}

function cutTo(track: Track, width: number): Track {
  return { ...track, width: Math.min(track.width, width) };
}

/** The greatest width that none may pass so that all have room together; infinite when they have it anyway. */
function waterLevel(widths: readonly number[], room: number): number {
  let left = room;
  for (const [at, width] of widths.toSorted((a, b) => a - b).entries()) {
    const share = Math.floor(left / (widths.length - at));
    if (width > share) return share;
    left -= width;
  }
  return left >= 0 ? Infinity : 0;
}
