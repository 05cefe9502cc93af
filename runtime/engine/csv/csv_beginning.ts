import type { CsvLayout } from "./csv_dialect.ts";
import { parseRecords } from "./csv_scan.ts";

/** What stands in a file before its first row. */
export interface Beginning {
  readonly bytes: number;
  readonly lines: number;
}

interface Seen {
  /** What is left out before the first record. */
  readonly before: string;
  /** The first record as it stands in the file, its end included. */
  readonly record: string;
  readonly hasMark: boolean;
}

/**
 * DuckDB takes the first line break that it meets for that of the file, also one in quotes or in lines that it is to leave out. It looks
 * for quotes in those lines, and sees none in a header behind a byte order mark. Then it reads wrong rows, or none, and says nothing.
 * False where one of these could happen.
 */
export function isPlainBeginning(layout: CsvLayout, { before, record, hasMark }: Seen): boolean {
  const { quote, lineBreak, header, headerLines, names } = layout;
  const breaks = [...(before + record).matchAll(/\r\n|\n|\r/g)].map(([found]) => found);
  if (breaks.some((found) => found !== lineBreak)) return false;
  if (quote !== "" && before.includes(quote)) return false;
  const [unquoted, ...others] = parseRecords(record, { ...layout, quote: "" });
  if (hasMark && (others.length > 0 || unquoted.fields.length !== names.length)) return false;
  return !(header && headerLines > 1 && names.length === 1); // it would drop a blank line behind this header
}

/** How the reader meets the file, or its copy: lines that it leaves out, those of the header, and those that the copy lacks. */
export function readBeginning({ beginning, skip, header, headerLines }: CsvLayout) {
  if (beginning) return { skip: 0, hasHeader: true, headerLines: 1, linesLost: beginning.lines - 1 };
  return { skip, hasHeader: header, headerLines, linesLost: 0 };
}

/** A copy of the file from its first row on, below a plain line of names. */
export async function copyFromFirstRow(
  path: string,
  layout: CsvLayout,
  { tempDir }: { readonly tempDir: string },
): Promise<string> {
  const copy = `${tempDir}/rows-${crypto.randomUUID()}.csv`;
  using source = await Deno.open(path);
  using target = await Deno.open(copy, { write: true, createNew: true, mode: 0o600 });
  await source.seek(layout.beginning?.bytes ?? 0, Deno.SeekMode.Start);
  const names = layout.names.map((_, index) => `c${index}`).join(layout.delimiter) + (layout.lineBreak || "\n");
  await writeAll(target, new TextEncoder().encode(names));
  for await (const chunk of source.readable) await writeAll(target, chunk);
  return copy;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
