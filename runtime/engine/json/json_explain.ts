import { DtegError, type DuckSession } from "../../../sdk/mod.ts";
import { refusedBy } from "../text/parse_text.ts";
import type { TextColumn } from "../text/text_rule.ts";
import { type JsonFault, recordFault } from "./json_fault.ts";
import { type JsonFile, LONGEST_RECORD } from "./json_file.ts";
import { recordsOf } from "./json_walk.ts";

interface Reading {
  readonly session: DuckSession;
  readonly files: readonly JsonFile[];
  /** The query of all keys, and its columns with their types. */
  readonly query: string;
  readonly columns: readonly TextColumn[];
}

/** An error of reading JSON with the file and line at fault, found by walking the files once more. */
export async function explainJson(error: DtegError, reading: Reading): Promise<DtegError> {
  if (error.code === "data.value" || error.code === "data.guess") return await placeOfValue(error, reading);
  if (error.code !== "query.failed" && error.code !== "json.invalid") return error;
  if (error.code === "query.failed" && !/JSON|UTF-8/i.test(error.message)) return error;
  const isTooLong = error.message.includes("maximum_object_size");
  for (const file of reading.files) {
    for await (const record of recordsOf(file)) {
      const fault = isTooLong && record.bytes.length > LONGEST_RECORD
        ? { line: record.line, reason: `the record has ${record.bytes.length} bytes; one of at most 64 MB can be read` }
        : recordFault(record);
      if (!fault) continue;
      const { code = "json.invalid", reason, line, column, hint }: JsonFault = fault;
      return new DtegError(code, `cannot read this record: ${reason}`, {
        path: file.name,
        line,
        column,
        hint,
        cause: error,
      });
    }
  }
  const [{ path, name }] = reading.files;
  const reason = error.message.split("\n")[0].replaceAll(path, name);
  return new DtegError("json.invalid", `cannot read "${name}": ${reason.slice(0, 200)}`, { path: name, cause: error });
}

/** The record whose value the column's type refuses. */
async function placeOfValue(error: DtegError, { session, files, query, columns }: Reading): Promise<DtegError> {
  const column = columns.find(({ name }) => name === error.column);
  if (!column) return error;
  const rows =
    `SELECT row_number() OVER (PARTITION BY r.file_name) AS n, r.file_name, ${column.ref} AS v FROM (${query}) r`;
  const [row] = await session.all(
    `SELECT n, file_name FROM (${rows}) WHERE ${refusedBy({ ...column, ref: "v" })} ORDER BY n LIMIT 1`,
  );
  const file = files.find(({ name }) => name === row?.file_name);
  if (!file) return error;
  let count = 0;
  for await (const { line } of recordsOf(file)) {
    if (++count === Number(row.n)) return error.with({ path: file.name, line });
  }
  return error.with({ path: file.name });
}
