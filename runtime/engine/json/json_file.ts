import { type FilesBatch, quoteName, quoteText } from "../../../sdk/mod.ts";
import { placed } from "../check/origin.ts";
import { FILE_COLUMN, globSafe } from "../files/file_names.ts";

/** How the records of a file stand in it. */
export type JsonLayout = "newline_delimited" | "array" | "unstructured";

/** A file of JSON records. */
export interface JsonFile {
  readonly path: string;
  /** What the user calls it. */
  readonly name: string;
  readonly layout: JsonLayout;
  /** Bytes of the longest record that is read: the reader takes twice as much memory, and 32 MB at least. */
  readonly longest: number;
  /** Read line by line, a few at a time: records are too wide to be held by 32 MB. Bytes of the longest line. */
  readonly line?: number;
}

const LONGEST = 16 << 20;
/** Bytes of the longest record that can be read. */
export const LONGEST_RECORD = 64 << 20;

const BOM = [0xef, 0xbb, 0xbf] as const;
const BLANKS: readonly number[] = [9, 10, 13, 32];

/** The files with their layouts. One with a byte order mark, which the reader does not take, is copied without it. */
export async function jsonFiles(
  { paths, names, format }: FilesBatch,
  tempDir: string,
): Promise<readonly JsonFile[]> {
  const files: JsonFile[] = [];
  for (const [index, original] of paths.entries()) {
    const path = await hasMark(original)
      ? await withoutMark(original, `${tempDir}/unmarked-${crypto.randomUUID()}.json`)
      : original;
    const other = format === "ndjson" ? "newline_delimited" : "unstructured";
    files.push({ path, name: names[index], layout: await firstByte(path) === 91 ? "array" : other, longest: LONGEST });
  }
  return files;
}

async function hasMark(path: string): Promise<boolean> {
  using file = await Deno.open(path);
  const head = new Uint8Array(BOM.length);
  const count = await file.read(head);
  return count === BOM.length && BOM.every((byte, index) => head[index] === byte);
}

async function withoutMark(path: string, copy: string): Promise<string> {
  using source = await Deno.open(path);
  await source.seek(BOM.length, Deno.SeekMode.Start);
  using target = await Deno.open(copy, { write: true, create: true, truncate: true });
  for await (const chunk of source.readable) {
    for (let at = 0; at < chunk.length;) at += await target.write(chunk.subarray(at));
  }
  return copy;
}

/** The first byte that is no blank, undefined where there is none. */
async function firstByte(path: string): Promise<number | undefined> {
  using file = await Deno.open(path);
  const buffer = new Uint8Array(65536);
  for (let count; (count = await file.read(buffer)) !== null;) {
    const found = buffer.subarray(0, count).find((byte) => !BLANKS.includes(byte));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same files, read with more memory; nothing where the error is not that a record is too long, or no more is given. */
export function withLongerRecords(files: readonly JsonFile[], { message }: Error): readonly JsonFile[] | undefined {
  const isLonger = message.includes("maximum_object_size") && files.some(({ longest }) => longest < LONGEST_RECORD);
  return isLonger ? files.map((file) => ({ ...file, longest: LONGEST_RECORD })) : undefined;
}

/** The reader of whole records, as the column `json`. */
export const OBJECTS = "read_json_objects";

/** Records as {@linkcode OBJECTS} gives them, by the reader of CSV: its buffer holds two lines, not 32 MB of them. */
function linesOf(paths: string, line: number): string {
  const most = Math.max(line + 1, 1 << 20);
  const settings =
    "auto_detect = false, header = false, delim = '\u0001', quote = '', escape = '', nullstr = '', new_line = '\\n', " +
    `columns = {'line': 'VARCHAR'}, compression = 'none', hive_partitioning = false, filename = '${FILE_COLUMN}', ` +
    `max_line_size = ${most}, buffer_size = ${2 * most}`;
  return `(SELECT CAST(line AS JSON) AS json, ${quoteName(FILE_COLUMN)} FROM read_csv([${paths}], ${settings}) ` +
    "WHERE trim(line, E' \\t\\r') <> '')";
}

/** The files that one call of {@linkcode readEach} gives, by the part that it tells. */
export const filesOf = (part: string, files: readonly JsonFile[]) => files.filter(({ layout }) => layout === part);

/** A read of all files, one call a layout: `list` from what `reader` gives of them, numbered where it is wanted. */
export function readEach(
  files: readonly JsonFile[],
  { list, reader, settings = "", isNumbered = false }: {
    readonly list: string;
    readonly reader: string;
    readonly settings?: string;
    readonly isNumbered?: boolean;
  },
): string {
  const layouts = [...new Set(files.map(({ layout }) => layout))];
  return layouts.map((layout) => {
    const longest = Math.max(...files.map((file) => file.longest));
    const paths = files.filter((file) => file.layout === layout).map(({ path }) => globSafe(path)).join(", ");
    const options =
      `format = '${layout}', filename = '${FILE_COLUMN}', hive_partitioning = false, compression = 'uncompressed', maximum_object_size = ${longest}${settings}`;
    const line = Math.max(...files.map((file) => file.layout === layout ? file.line ?? 0 : 0));
    const isByLine = reader === OBJECTS && line > 0 && layout === "newline_delimited";
    const all = isNumbered ? [list, ...placed(quoteText(layout), "row_number() OVER ()")].join(", ") : list;
    return `SELECT ${all} FROM ${isByLine ? linesOf(paths, line) : `${reader}([${paths}], ${options})`}`;
  }).join(" UNION ALL ");
}
