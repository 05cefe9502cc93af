import { DtegError, type DuckSession, type FilesBatch } from "../../../sdk/mod.ts";
import { type CsvGroup, readCsv } from "./csv_call.ts";
import { type Place, scanPlaces } from "./csv_scan.ts";
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
  if (error.code === "data.value" || error.code === "data.guess") return await placeOfValue(error, reading);
  if (error.code !== "query.failed" && error.code !== "csv.invalid") return error;
  return await structuralFault(error, reading) ?? error;
}

/** Looks for the first value that the column's type refuses. */
async function placeOfValue(error: DtegError, { session, batch, groups, columns }: Reading): Promise<DtegError> {
  const column = columns.find(({ name }) => name === error.column);
  if (!column) return error;
  for (const group of groups) {
    const at = group.layout.names.indexOf(column.name);
    if (at < 0) continue;
    for (const path of group.paths) {
      const single = { ...group, paths: [path] };
      const condition = refusedBy({ ...column, ref: "v" });
      const rows = `SELECT row_number() OVER () AS n, c${at} AS v FROM ${readCsv(single, batch)}`;
      const [row] = await session.all(`SELECT min(n) AS n FROM (${rows}) WHERE ${condition}`);
      if (row.n === null) continue;
      const place = await placeOf(path, group, { record: Number(row.n) + (group.layout.header ? 1 : 0) });
      return error.with({ path: batch.names[batch.paths.indexOf(path)], ...(place && { line: place.line }) });
    }
  }
  return error;
}

async function placeOf(path: string, { layout }: CsvGroup, { record }: { record: number }): Promise<Place | undefined> {
  for await (const place of placesOf(path, { layout })) if (place.record === record) return place;
  return undefined;
}

async function* placesOf(path: string, { layout }: Pick<CsvGroup, "layout">): AsyncGenerator<Place> {
  using file = await Deno.open(path);
  yield* scanPlaces(file.readable.values(), layout, { skip: layout.skip, width: layout.names.length });
}

const SHOWN = 5_000_000;

/** The first record that is no row of the file: found by our own walk, or else where DuckDB says. */
async function structuralFault(error: DtegError, { batch, groups }: Reading): Promise<DtegError | undefined> {
  if (!/CSV/.test(error.message)) return undefined;
  const path = /^\s*file = (.*)$/m.exec(error.message)?.[1] ?? batch.paths[0];
  const name = batch.names[batch.paths.indexOf(path)] ?? path;
  const group = groups.find(({ paths }) => paths.includes(path));
  const said = /CSV Error on Line: (\d+)/.exec(error.message)?.[1];
  if (/unicode|utf-?8/i.test(error.message)) {
    const line = said ? Number(said) : undefined;
    return new DtegError(
      "file.encoding",
      `cannot read "${name}" as UTF-8: ${line ? `line ${line} holds` : "it holds"} bytes that are none`,
      {
        path: name,
        line,
        hint: "declare the encoding, as `encoding: latin1`",
        cause: error,
      },
    );
  }
  const wanted = group?.layout.names.length ?? 0;
  const hint = "mend the line, or declare `delimiter`, `quote` or `escape` if they were found wrong";
  if (group) {
    for await (const { line, fields, problem, record } of placesOf(path, group)) {
      if (problem) {
        const what = problem === "quote not closed"
          ? "a quoted field that begins here is never closed"
          : "text follows a closing quote";
        return new DtegError("csv.quote", `cannot read "${name}", line ${line}: ${what}`, {
          path: name,
          line,
          hint,
          cause: error,
        });
      }
      if (fields !== wanted) {
        const message = `cannot read "${name}", line ${line}: the row has ${fields} fields, the ${
          group.layout.header ? "header" : "first row"
        } has ${wanted}`;
        return new DtegError("csv.row_width", message, { path: name, line, hint, cause: error });
      }
      if (record > SHOWN) break;
    }
  }
  const line = said ? Number(said) : undefined;
  const reason = error.message.split("\n")[0];
  const mixed = /invalid state/.test(error.message)
    ? "its lines end in more than one way, or a quote stands where none may"
    : reason;
  return new DtegError("csv.invalid", `cannot read "${name}"${line ? `, line ${line}` : ""}: ${mixed}`, {
    path: name,
    line,
    hint,
    cause: error,
  });
}
