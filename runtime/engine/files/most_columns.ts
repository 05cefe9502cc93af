import { DtegError } from "../../../sdk/mod.ts";

/** Columns that are read of a file: more are hardly rows, and each takes memory before the first row is read. */
export const MOST_COLUMNS = 10_000;

/** A file of more columns than are read. */
export function tooWide(file: string): DtegError {
  return new DtegError(
    "file.too_wide",
    `"${file}" has more than ${MOST_COLUMNS} columns, the most that are read of a file`,
    {
      path: file,
      hint: "turn it around first, or read it as text of one column (CSV: a `delimiter` that it does not hold)",
    },
  );
}
