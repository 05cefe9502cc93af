import { DtegError, quoteText, type ScanBatch, type Schema } from "../../../sdk/mod.ts";
import { columnRefs } from "../move/column_refs.ts";
import { csvText } from "../move/text_form.ts";

/** Most rows whose hashes are kept: they are read and written with each load. */
const MOST_ROWS = 50_000;

/** SQL of a row's hash, of 32 hex digits: over the text forms of its columns, each with its length, so that no two rows have one text. */
export function rowHash(columns: readonly { readonly type: Schema[number]["type"]; readonly ref: string }[]): string {
  const texts = columns.map(({ type, ref }) => {
    const text = csvText(type, ref);
    return `CASE WHEN ${ref} IS NULL THEN 'n' ELSE 'v' || length(${text}) || ':' || ${text} END`;
  });
  return `md5(concat(${texts.join(", ") || "''"}))`;
}

/** The query of a batch with a column `h`: the hash over some of its columns. */
export function hashedQuery(batch: ScanBatch, names: readonly string[]): string {
  const refs = columnRefs(batch, "b");
  const columns = names.map((name) => {
    const at = batch.schema.findIndex((column) => column.name === name);
    if (at < 0) {
      throw new DtegError(
        "stream.cursor",
        `column ${JSON.stringify(name)}, by which rows that were loaded already are known, is no longer read`,
        { column: name, hint: "give the stream a key, or add --full-refresh once" },
      );
    }
    return { type: batch.schema[at].type, ref: refs.columns[at] };
  });
  return `SELECT *, ${rowHash(columns)} AS h FROM ${refs.from}`;
}

/** Hash and count of rows, as SQL over a query with a column `h`. */
export function countByHash(query: string): string {
  return `SELECT h, count(*) AS n FROM (${query}) GROUP BY h LIMIT ${MOST_ROWS + 1}`;
}

/** Refuses more rows than a state can hold. */
export function requireFew(count: number, column: string): void {
  if (count <= MOST_ROWS) return;
  throw new DtegError(
    "stream.cursor",
    `more than ${MOST_ROWS} rows at the end of cursor ${
      JSON.stringify(column)
    } would have to be remembered to know them again`,
    { column, hint: "give the stream a key, a shorter lag, or a cursor with finer values" },
  );
}

/** Rows of known hashes as a table of SQL: `h`, `n`. */
export function seenTable(rows: Readonly<Record<string, number>>): string {
  const entries = Object.entries(rows);
  if (entries.length === 0) return "(SELECT '' AS h, 0 AS n WHERE false)";
  return `(VALUES ${entries.map(([hash, n]) => `(${quoteText(hash)}, ${Math.trunc(n)})`).join(", ")}) seen(h, n)`;
}
