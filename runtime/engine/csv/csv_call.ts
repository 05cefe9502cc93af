import { type FilesBatch, quoteText } from "../../../sdk/mod.ts";
import { FILE_COLUMN, globSafe } from "../files/file_names.ts";
import { readBeginning } from "./csv_beginning.ts";
import type { CsvLayout } from "./csv_dialect.ts";

/**
 * How a file is read. `in parts`: by several threads, each of which has to find a row's beginning. DuckDB tells when one of them went
 * wrong, as in quoted text with lines that look like rows; then the file is read again `in one pass`.
 */
export type CsvReading = "in parts" | "in one pass";

/** Files of one layout: they are read by one call. */
export interface CsvGroup {
  readonly layout: CsvLayout;
  readonly paths: readonly string[];
  readonly reading?: CsvReading;
}

/** Twice the longest line that DuckDB takes. Its own 32 MB cost 100 MB more memory a load, and no load was faster with them. */
const BUFFER = 4 * 1024 * 1024;

/** The call that reads a group; its columns are c0, c1 …, so that no name can collide. */
export function readCsv({ layout, paths, reading }: CsvGroup, { options }: FilesBatch): string {
  const { delimiter, quote, escape, names, lineBreak } = layout;
  const { skip, hasHeader, headerLines } = readBeginning(layout);
  const byLines = names.length === 1 && headerLines <= 1; // DuckDB drops a blank line behind a header that it reads itself
  const settings = {
    auto_detect: "false",
    compression: "'none'", // what was compressed is unpacked before, whatever the name says
    strict_mode: "true",
    delim: quoteText(delimiter),
    quote: quoteText(quote),
    escape: quoteText(escape),
    nullstr: options.null === undefined ? "''" : `['', ${quoteText(options.null)}]`,
    allow_quoted_nulls: "false",
    // else DuckDB takes the first break that it meets, also in quotes; "\r\n" is left to it, since it reads wrong rows when told
    ...((lineBreak === "\n" || lineBreak === "\r") && { new_line: lineBreak === "\n" ? "'\\n'" : "'\\r'" }),
    header: String(hasHeader && !byLines),
    skip: String(byLines ? skip + headerLines : skip),
    columns: `{${names.map((_, index) => `'c${index}': 'VARCHAR'`).join(", ")}}`,
    hive_partitioning: "false",
    buffer_size: String(BUFFER),
    ...(reading === "in one pass" && { parallel: "false" }),
    ...(options.filenameColumn && { filename: quoteText(FILE_COLUMN) }),
  };
  const list = Object.entries(settings).map(([key, value]) => `${key} = ${value}`).join(", ");
  return `read_csv([${paths.map(globSafe).join(", ")}], ${list})`;
}
