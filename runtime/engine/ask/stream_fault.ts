import { DtegError, type Source } from "../../../sdk/mod.ts";
import { withNearest } from "../plan/jobs.ts";
import { withPlace } from "./sql_place.ts";

/** What a stream asks a source for. */
interface Asked {
  readonly name: string;
  readonly sql?: string;
  readonly where?: string;
}

const OF_SQL: ReadonlySet<string> = new Set(["query.failed", "column.unknown", "stream.not_found", "data.value"]);
const READS = /^(\(|select|with|from|values|table)(?![a-z_])/i;

/** Why a stream cannot be opened: with the nearest name where there is no such stream, and with the SQL of the pipeline that is at fault. */
export async function streamFault(
  thrown: unknown,
  { source, stream: { name, sql, where } }: { readonly source: Source; readonly stream: Asked },
): Promise<unknown> {
  if (!(thrown instanceof DtegError)) return thrown;
  if (sql === undefined && where !== undefined && OF_SQL.has(thrown.code) && thrown.code !== "stream.not_found") {
    const message = `cannot read the condition ${JSON.stringify(where)} of ${name}: ${thrown.message}`;
    return new DtegError("stream.where", message, { ...thrown, cause: thrown });
  }
  if (sql === undefined || !OF_SQL.has(thrown.code)) return await withNearest(thrown, { source, wanted: name });
  const { excerpt } = withPlace(thrown, sql) as DtegError;
  const bare = sql.replace(/^(\s|--[^\n]*\n|\/\*.*?\*\/)*/s, "");
  const hint = READS.test(bare) ? thrown.hint : "the `sql` of a stream only reads: SELECT, WITH or VALUES";
  return new DtegError(thrown.code, `cannot run the query of ${name}: ${thrown.message}`, {
    ...thrown,
    cause: thrown,
    excerpt,
    hint,
  });
}

/** Runs a step that opens a stream; what it throws is told as {@linkcode streamFault} has it. */
export async function withStreamFault<T>(
  asked: { readonly source: Source; readonly stream: Asked },
  step: () => Promise<T>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw await streamFault(error, asked);
  }
}
