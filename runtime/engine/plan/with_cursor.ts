import { DtegError, type Log, nearest } from "../../../sdk/mod.ts";
import { usualWrite } from "../../config/around/stream_cursor.ts";
import type { NamedStream } from "../stream_job.ts";
import type { PickedStream } from "./pick_streams.ts";

/** The stream with the one column of its cursor that the source has, and the way of writing that follows. Without a schema the source picks it. */
export function withCursor({ stream, found }: PickedStream, log: Log): PickedStream {
  const { cursor } = stream;
  if (!cursor || !found?.schema) return { stream, ...(found && { found }) };
  const known = found.schema.map(({ name }) => name);
  const column = cursor.columns.find((name) => known.includes(name));
  if (column !== undefined) {
    return { stream: { ...stream, cursor: { ...cursor, columns: [column], mayLack: false } }, found };
  }
  if (!cursor.mayLack) throw noCursor(cursor.columns[0], { known, stream });
  const { cursor: _, ...rest } = stream;
  if (!stream.isUsualWrite) {
    log.info(`${stream.name} has none of the columns ${cursor.columns.join(", ")}: all of it is read each time`);
    return { stream: rest, found };
  }
  const write = usualWrite({ hasKey: stream.key.length > 0 || stream.autoKey !== undefined });
  return { stream: { ...rest, write }, found };
}

function noCursor(
  column: string,
  { known, stream }: { readonly known: readonly string[]; readonly stream: NamedStream },
): DtegError {
  const near = nearest(column, known);
  return new DtegError(
    "column.unknown",
    `the stream ${stream.name} has no column ${JSON.stringify(column)}, which is to be its cursor`,
    { column, hint: near ? `did you mean ${near}?` : `it has ${known.slice(0, 12).join(", ")}` },
  );
}
