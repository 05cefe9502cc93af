import { type Column, formatName, type Stream, typeText } from "../../../sdk/mod.ts";
import { makeStyle, type Style } from "../style.ts";
import { formatBytes, formatCount, formatCountOf } from "../view/numbers.ts";
import { printTable, type ResultColumn, type ResultRow } from "../view/table.ts";
import { visibleText } from "../view/visible_text.ts";

/** A stream with its columns. */
export interface ShownStream extends Stream {
  readonly schema: readonly Column[];
  readonly cursors?: readonly string[];
  readonly bytes?: number;
}

interface Options {
  readonly style?: Style;
  /** Columns of the screen; without it nothing is cut. */
  readonly width?: number;
}

/** Prints a long list of streams page by page, so that the first are seen before the last are found. */
export interface StreamPages {
  /** A stream; gives the text of a page when it is full. */
  add(stream: ShownStream): string;
  /** The last page. */
  end(): string;
}

const PAGE = 200;
const COLUMNS: readonly ResultColumn[] = [
  { name: "stream" },
  { name: "kind" },
  { name: "rows", type: "BIGINT" },
  { name: "size", type: "BIGINT" },
  { name: "columns", type: "BIGINT" },
  { name: "key" },
  { name: "cursors" },
  { name: "comment" },
];

/** Streams as an overview: a line each. Columns that hold nothing on the first page are left out. */
export function streamPages({ style, width }: Options = {}): StreamPages {
  let rows: ResultRow[] = [];
  let shown: readonly boolean[] | undefined;
  const flush = () => {
    if (rows.length === 0) return "";
    const used = COLUMNS.map((_, at) => rows.some((row) => row[at] !== ""));
    const before = shown;
    shown ??= used;
    const pick = <T>(list: readonly T[]) => list.filter((_, at) => shown?.[at]);
    const text = printTable(pick(COLUMNS), rows.map(pick), { style, width });
    rows = [];
    return before ? `\n${text}` : text;
  };
  return {
    add(stream) {
      rows.push(rowOf(stream));
      return rows.length >= PAGE ? flush() : "";
    },
    end: flush,
  };
}

function rowOf(
  { name, kind = "table", rows, bytes, schema, primaryKey = [], cursors = [], comment }: ShownStream,
): ResultRow {
  const some = cursors.slice(0, 3).join(", ");
  return [
    formatName(name),
    kind,
    rows === undefined ? "" : `~${formatCount(rows)}`,
    bytes === undefined ? "" : formatBytes(bytes),
    formatCount(schema.length),
    primaryKey.join(", "),
    cursors.length > 3 ? `${some}, …` : some,
    comment ?? "",
  ];
}

/** One stream with its columns. */
export function columnsOfStream(
  stream: ShownStream,
  { style = makeStyle({ colour: false }), width }: Options = {},
): string {
  const { name, kind = "table", rows, bytes, primaryKey = [], cursors = [], comment, schema } = stream;
  const facts = [
    kind,
    ...(rows !== undefined ? [`about ${formatCountOf(rows, "row")}`] : []),
    ...(bytes !== undefined ? [formatBytes(bytes)] : []),
    formatCountOf(schema.length, "column"),
  ];
  const notes = new Map(schema.map((column) => [column.name, notesOf(column, { primaryKey, cursors })]));
  const hasNotes = [...notes.values()].some((note) => note !== "");
  const hasComments = schema.some((column) => column.comment !== undefined);
  const hasNative = schema.some((column) => nativeOf(column) !== "");
  const pick = <T>([column, type, native, null_, note, comment]: readonly T[]) => [
    column,
    type,
    ...(hasNative ? [native] : []),
    null_,
    ...(hasNotes ? [note] : []),
    ...(hasComments ? [comment] : []),
  ];
  const heads = ["column", "type", "native", "null", "is", "comment"].map((name) => ({ name }));
  const lines = schema.map((column) =>
    pick([
      column.name,
      typeText(column.type),
      nativeOf(column),
      column.nullable === false ? "no" : "yes",
      notes.get(column.name) ?? "",
      column.comment ?? "",
    ])
  );
  return [
    `${style.bold(visibleText(formatName(name)))}  ${style.dim(facts.join(", "))}\n`,
    ...(comment ? [`${visibleText(comment)}\n`] : []),
    printTable(pick(heads), lines, { style, width }),
  ].join("");
}

/** The source's own name of a type, where it says more than ours. */
function nativeOf({ native, type }: Column): string {
  return native && native.type.toLowerCase() !== typeText(type) ? native.type : "";
}

function notesOf(
  { name }: Column,
  { primaryKey, cursors }: { readonly primaryKey: readonly string[]; readonly cursors: readonly string[] },
): string {
  return [...(primaryKey.includes(name) ? ["key"] : []), ...(cursors.includes(name) ? ["cursor"] : [])].join(", ");
}
