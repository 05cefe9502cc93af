import { DtegError, type DuckSession, type FilesBatch } from "../../../sdk/mod.ts";
import { readBeginning } from "./csv_beginning.ts";
import { type CsvGroup, readCsv } from "./csv_call.ts";
import { structuralFault } from "./csv_fault.ts";
import { type Place, placesOf } from "./csv_places.ts";
import { refusedBy } from "../text/parse_text.ts";
import type { TextColumn } from "../text/text_rule.ts";

interface Reading {
  readonly session: DuckSession;
  readonly batch: FilesBatch;
  readonly groups: readonly CsvGroup[];
  readonly columns: readonly TextColumn[];
}

/** An error of reading CSV files with the file and the line at fault, found by walking the file once more. */
export async function explainCsv(thrown: unknown, reading: Reading): Promise<DtegError> {
  const error = DtegError.from(thrown);
  if (error.code === "data.value" || error.code === "data.guess") {
    return await placeOfValue(error, reading).catch((other) => explainCsv(other, reading));
  }
  if (error.code !== "query.failed" && error.code !== "csv.invalid") return error;
  return /CSV/.test(textOf(error)) ? await structuralFault(error, reading) : error;
}

/** All that DuckDB said. */
const textOf = ({ message, cause }: DtegError) => cause instanceof Error ? cause.message : message;

/**
 * Looks for the first value that the column's type refuses, in one pass. Where there is none, the target refused it, or the
 * value was no value but a piece of a row that was read from its middle: reading in one pass tells.
 */
async function placeOfValue(error: DtegError, { session, batch, groups, columns }: Reading): Promise<DtegError> {
  const column = columns.find(({ name }) => name === error.column);
  if (!column) return error;
  for (const group of groups) {
    const at = group.layout.names.indexOf(column.name);
    if (at < 0) continue;
    for (const path of group.paths) {
      const single: CsvGroup = { ...group, paths: [path], reading: "in one pass" };
      const condition = refusedBy({ ...column, ref: "v" });
      const rows = `SELECT row_number() OVER () AS n, c${at} AS v FROM ${readCsv(single, batch)}`;
      const [row] = await session.all(`SELECT min(n) AS n FROM (${rows}) WHERE ${condition}`);
      if (row.n === null) continue;
      const place = await placeOf(path, group, {
        record: Number(row.n) + Number(readBeginning(group.layout).hasHeader),
      });
      return error.with({ path: batch.names[batch.paths.indexOf(path)], ...(place && { line: place.line }) });
    }
  }
  if (groups.every(({ reading }) => reading === "in one pass")) return error; // the target refused what the type holds
  return new DtegError("csv.invalid", `cannot read "${batch.names[0]}" in parts: ${error.message}`, { cause: error });
}

async function placeOf(path: string, { layout }: CsvGroup, { record }: { record: number }): Promise<Place | undefined> {
  for await (const place of placesOf(path, layout)) if (place.record === record) return place;
  return undefined;
}
