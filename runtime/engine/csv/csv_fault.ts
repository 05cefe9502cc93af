import { DtegError, type ErrorCode, type FilesBatch } from "../../../sdk/mod.ts";
import { readBeginning } from "./csv_beginning.ts";
import { type CsvGroup } from "./csv_call.ts";
import { nameOf } from "../files/file_names.ts";
import type { CsvLayout } from "./csv_dialect.ts";
import { type Place, placesOf } from "./csv_places.ts";

interface Files {
  readonly batch: FilesBatch;
  readonly groups: readonly CsvGroup[];
}

const BREAKS = { "\n": "LF", "\r": "CR", "\r\n": "CRLF", "": "nothing" } as const;
const HINT = "mend the line, or declare `delimiter`, `quote` or `escape` if they were found wrong";

/** What DuckDB could not read, as the first record that is no row: found by our own walk through the files, or else where DuckDB says. */
export async function structuralFault(error: DtegError, { batch, groups }: Files): Promise<DtegError> {
  const text = error.cause instanceof Error ? error.cause.message : error.message;
  const said = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const file = /^\s*file = (.*)$/m.exec(text)?.[1];
  const paths = file !== undefined && batch.paths.includes(file) ? [file] : batch.paths;
  const layout = groups.find((group) => group.paths.includes(paths[0]))?.layout;
  const line = said && Number(said) + (layout ? readBeginning(layout).linesLost : 0);
  if (/unicode|utf-?8/i.test(text)) return badBytes(error, { name: nameOf(batch, paths[0]), line });
  if (error.code === "query.failed") {
    for (const path of paths) {
      const group = groups.find((candidate) => candidate.paths.includes(path));
      const fault = group && await firstFault(path, group.layout);
      if (fault) return faultError({ ...fault, name: nameOf(batch, path) }, error);
    }
  }
  const reason = error.message.split("\n")[0].replace(/: Invalid Input Error: .*$/, "");
  return faultError({ code: "csv.invalid", name: nameOf(batch, paths[0]), line, reason }, error);
}

interface Fault {
  readonly code: ErrorCode;
  readonly line?: number | "";
  readonly reason: string;
}

async function firstFault(path: string, layout: CsvLayout): Promise<Fault | undefined> {
  for await (const place of placesOf(path, layout)) {
    const fault = faultOf(place, layout);
    if (fault) return { ...fault, line: place.line };
  }
  return undefined;
}

/** What is wrong with a record; nothing where it is a row. */
export function faultOf({ fields, filled, problem, lineBreak }: Place, layout: CsvLayout): Fault | undefined {
  if (problem === "quote not closed") {
    return { code: "csv.quote", reason: "a quoted field that begins here is never closed" };
  }
  if (problem) return { code: "csv.quote", reason: "text follows a closing quote" };
  const wanted = layout.names.length;
  if (fields < wanted || filled > wanted) {
    const first = layout.header ? "header" : "first row";
    return {
      code: "csv.row_width",
      reason: `the row has ${fields} field${fields === 1 ? "" : "s"}, the ${first} has ${wanted}`,
    };
  }
  if (lineBreak === "" || lineBreak === layout.lineBreak) return undefined;
  return {
    code: "csv.invalid",
    reason: `the row ends in ${BREAKS[lineBreak]}, and the first line in ${BREAKS[layout.lineBreak]}`,
  };
}

function faultError({ code, name, line, reason }: Fault & { readonly name: string }, cause: DtegError): DtegError {
  const what = line ? "this line" : `"${name}"`; // where the line is known, the place stands before the message
  const details = { path: name, hint: HINT, cause, ...(line && { line }) };
  return new DtegError(code, `cannot read ${what}: ${reason}`, details);
}

function badBytes(cause: DtegError, { name, line }: { name: string; line?: number | "" }): DtegError {
  return new DtegError(
    "file.encoding",
    `cannot read ${line ? "this line" : `"${name}"`} as UTF-8: it holds bytes that are none`,
    {
      path: name,
      hint: "declare the encoding, as `encoding: latin1`",
      cause,
      ...(line && { line }),
    },
  );
}
