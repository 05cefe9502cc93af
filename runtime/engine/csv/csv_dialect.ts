import { DtegError, type ReadOptions } from "../../../sdk/mod.ts";
import { type Beginning, isPlainBeginning } from "./csv_beginning.ts";
import { MOST_COLUMNS, tooWide } from "../files/most_columns.ts";
import { type Dialect, type Field, type LineBreak, parseRecords, type TextRecord } from "./csv_scan.ts";
import { TYPED_FORMS } from "../text/guess_rule.ts";

/** Bytes of a file's beginning that are looked at. */
const HEAD = 256 * 1024;
const MOST_HEAD = 16 * 1024 * 1024;
const DELIMITERS = [",", "\t", ";", "|"] as const;

/** What a CSV file is like, as declared or found at its beginning. */
export interface CsvLayout extends Dialect {
  readonly skip: number;
  /** Names as the file has them; made up (`column_1`) where it has no header. */
  readonly names: readonly string[];
  readonly header: boolean;
  /** Lines that the header takes. */
  readonly headerLines: number;
  /** How its first record ends. */
  readonly lineBreak: LineBreak;
  /** There are blanks between quotes and delimiters. */
  readonly isPadded: boolean;
  /** What stands before its first row, where the reader would not find that row: then a copy with another beginning is read. */
  readonly beginning?: Beginning;
}

interface Head {
  readonly text: string;
  readonly whole: boolean;
  /** A byte order mark stands before the text. */
  readonly hasMark: boolean;
}

/** Reads a file's beginning and finds what `options` do not declare. `first`: the layout of the stream's first file, which the others follow. */
export async function findLayout(
  file: { readonly path: string; readonly name: string },
  options: ReadOptions,
  { first }: { readonly first?: CsvLayout } = {},
): Promise<CsvLayout> {
  const quote = options.quote ?? '"';
  const escape = options.escape ?? quote;
  for (let size = HEAD;; size *= 4) {
    const head = await readHead(file, size);
    const text = dropLines(head.text, options.skip ?? 0);
    if (text.replace(/^[\r\n]+/, "") === "" && head.whole) throw emptyFile(file.name);
    const given = { quote, escape, delimiter: options.delimiter ?? first?.delimiter };
    const delimiter = given.delimiter ?? guessDelimiter({ ...head, text }, { quote, escape });
    checkDialect({ delimiter, quote, escape }, options);
    const all = parseRecords(text, { delimiter, quote, escape }, { whole: head.whole, limit: 500 });
    const blanks = leadingBlanks(all, options);
    const records = all.slice(blanks);
    if ((records[0]?.fields.length ?? 0) > MOST_COLUMNS) throw tooWide(file.name);
    if (records.length === 0 || (records.length < 2 && !head.whole)) {
      if (records.length === 0 && !head.whole) refuseLongHeader(text, { name: file.name, given, quote, escape });
      if (size < MOST_HEAD && !head.whole) continue;
      if (records.length === 0) throw unreadable(file.name);
    }
    const start = head.text.length - text.length + (blanks > 0 ? all[blanks - 1].end : 0);
    const finding = { file, options, first, dialect: { delimiter, quote, escape }, blanks };
    const layout = layoutOf(records, finding);
    const end = head.text.length - text.length + records[0].end;
    if (isPlainBeginning(layout, { before: head.text.slice(0, start), record: head.text.slice(start, end), ...head })) {
      return layout;
    }
    const taken = head.text.slice(0, layout.header ? end : start);
    const bytes = new TextEncoder().encode(taken).length + (head.hasMark ? 3 : 0);
    return { ...layout, beginning: { bytes, lines: breakCount(taken) } };
  }
}

interface Finding {
  readonly file: { readonly name: string };
  readonly options: ReadOptions;
  readonly first?: CsvLayout;
  readonly dialect: Dialect;
  readonly blanks: number;
}

function layoutOf(records: readonly TextRecord[], { file, options, first, dialect, blanks }: Finding): CsvLayout {
  const rows = records.map(({ fields }) => fields);
  const skip = (options.skip ?? 0) + blanks;
  refuseBroken(rows, { name: file.name, skip });
  const header = options.header ?? first?.header ?? looksLikeHeader(rows);
  const names = rows[0].map(({ text }, index) => header && text ? text : `column_${index + 1}`);
  const odd = names.find((name) => name.includes("\0"));
  if (odd !== undefined) {
    throw new DtegError("csv.invalid", `the header of "${file.name}" names a column ${JSON.stringify(odd)}`, {
      path: file.name,
      hint: "no target can hold a name with a NUL character: mend the header",
    });
  }
  return {
    ...dialect,
    skip,
    names,
    header,
    headerLines: header ? lineCount(rows[0]) : 0,
    lineBreak: records[0].lineBreak,
    isPadded: rows.some((fields) => fields.some(({ padded }) => padded)),
  };
}

/** A first record that does not end in what was read of the file is not waited for where it has too many fields already. */
function refuseLongHeader(
  text: string,
  { name, given, quote, escape }: {
    readonly name: string;
    readonly given: { readonly delimiter?: string };
    readonly quote: string;
    readonly escape: string;
  },
): void {
  for (const delimiter of given.delimiter === undefined ? DELIMITERS : [given.delimiter]) {
    const [first] = parseRecords(text, { delimiter, quote, escape }, { limit: 1 });
    if (first && first.fields.length > MOST_COLUMNS) throw tooWide(name);
  }
}

/** DuckDB refuses text behind a closing quote, but not `"a" "b"`, which it reads as `a b`: that is refused here, where it is seen. */
function refuseBroken(
  rows: readonly (readonly Field[])[],
  { name, skip }: { readonly name: string; readonly skip: number },
): void {
  let line = skip + 1;
  for (const fields of rows) {
    if (fields.some(({ broken }) => broken)) {
      throw new DtegError("csv.quote", "cannot read this line: text follows a closing quote", {
        path: name,
        line,
        hint: "mend the line, or declare `delimiter`, `quote` or `escape` if they were found wrong",
      });
    }
    line += lineCount(fields);
  }
}

/** Blank lines before the first record. Where there is no header a blank line of a one-column file is a row. */
function leadingBlanks(records: readonly TextRecord[], { header }: ReadOptions): number {
  const count = records.findIndex(({ fields }) => fields.length > 1 || fields[0].text !== "" || fields[0].quoted);
  if (count < 0) return 0;
  return header === false && records[count].fields.length === 1 ? 0 : count;
}

/** Settings with which no file can be read. */
function checkDialect({ delimiter, quote, escape }: Dialect, { null: text = "" }: ReadOptions): void {
  const inNull = Object.entries({ delimiter, quote, escape }).find(([, char]) => char !== "" && text.includes(char));
  if (inNull) {
    throw new DtegError("connector.config", `the null text ${JSON.stringify(text)} holds the ${inNull[0]}`, {
      hint: `declare another \`${inNull[0]}\`, or leave \`null\` out: then that text arrives as it is`,
    });
  }
  const wrong = delimiter === quote || delimiter === escape
    ? "is also the quote or the escape"
    : [delimiter, quote, escape].some((char) => /[\r\n]/.test(char))
    ? "or the quote is a line break"
    : undefined;
  if (wrong === undefined) return;
  throw new DtegError("connector.config", `the delimiter ${JSON.stringify(delimiter)} ${wrong}`, {
    hint: "declare `delimiter`, `quote` and `escape` as the file has them",
  });
}

async function readHead({ path, name }: { path: string; name: string }, size: number): Promise<Head> {
  using file = await Deno.open(path);
  const buffer = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const count = await file.read(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  const whole = filled < size;
  const hasMark = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
  try {
    return {
      hasMark,
      text: new TextDecoder("utf-8", { fatal: true }).decode(buffer.subarray(0, filled), { stream: !whole }),
      whole,
    };
  } catch (cause) {
    throw badEncoding(buffer.subarray(0, filled), { name, cause });
  }
}

/** The error for bytes that are no UTF-8, with the line of the first of them. */
function badEncoding(bytes: Uint8Array, { name, cause }: { name: string; cause: unknown }): DtegError {
  let line = 1;
  for (let from = 0; from < bytes.length;) {
    const feed = bytes.indexOf(10, from);
    const end = feed < 0 ? bytes.length : feed + 1;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(from, end), { stream: feed < 0 });
    } catch {
      break;
    }
    line++;
    from = end;
  }
  return new DtegError("file.encoding", "cannot read this line as UTF-8: it holds bytes that are none", {
    path: name,
    line,
    hint: "declare the encoding, as `encoding: latin1`",
    cause,
  });
}

function dropLines(text: string, count: number): string {
  let at = 0;
  for (let n = 0; n < count; n++) {
    const match = /\r\n|\n|\r/g;
    match.lastIndex = at;
    if (!match.exec(text)) return "";
    at = match.lastIndex;
  }
  return text.slice(at);
}

/** The delimiter that splits most records into one same number of fields, more than one; ties go to the more usual one. */
function guessDelimiter(head: Head, { quote, escape }: { quote: string; escape: string }): string {
  let best = { delimiter: ",", score: 0 };
  for (const delimiter of DELIMITERS) {
    const records = parseRecords(head.text, { delimiter, quote, escape }, { whole: head.whole, limit: 500 })
      .map(({ fields }) => fields)
      .filter((fields) => fields.length > 1 || fields[0].text !== "");
    if (records.length === 0 || records.some((fields) => fields.some(({ broken }) => broken))) continue;
    const width = records[0].length;
    if (width < 2) continue;
    const same = records.filter((fields) => fields.length === width).length / records.length;
    const score = same * same * (1 + Math.log(width) / 10);
    if (score > best.score + 1e-9) best = { delimiter, score };
  }
  return best.delimiter;
}

const TYPED = new RegExp(`^(?:${TYPED_FORMS.join("|")})$`);
const isTyped = (field: Field | undefined) => field !== undefined && !field.quoted && TYPED.test(field.text);

/**
 * The first record is the header, unless one of its fields is a number, a date or a truth value and no column speaks for it:
 * one speaks when it is a name over such values.
 */
function looksLikeHeader(records: readonly (readonly Field[])[]): boolean {
  const [first, ...rows] = records;
  if (!first.some(isTyped)) return true;
  return first.some((name, index) => {
    const values = rows.map((row) => row[index]).filter((field) => field !== undefined && field.text !== "");
    return name.text !== "" && !isTyped(name) && values.length > 0 && values.every(isTyped);
  });
}

const breakCount = (text: string) => text.match(/\r\n|\n|\r/g)?.length ?? 0;
const lineCount = (fields: readonly Field[]) => 1 + fields.reduce((sum, { text }) => sum + breakCount(text), 0);

function emptyFile(name: string): DtegError {
  return new DtegError("file.empty", `"${name}" is empty: a CSV needs at least a header`, { path: name });
}

function unreadable(name: string): DtegError {
  return new DtegError("csv.quote", "cannot read the file: a quote on its first lines is never closed", {
    path: name,
    line: 1,
    hint: 'if the character is no quote here, declare `quote: ""` or another one',
  });
}
