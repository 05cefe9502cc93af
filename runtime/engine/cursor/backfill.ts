import { type CursorRead, DtegError, type LoadPosition } from "../../../sdk/mod.ts";
import type { NamedStream, StreamJob } from "../stream_job.ts";
import { intervalOf, isAtMost, requireSpan, type TypedInterval } from "./interval.ts";

/** What a backfill asks the source. The cursor stays where it is. */
export function backfillRead(
  { pipeline, stream, name }: StreamJob,
  { typed, before, isHashed }: {
    readonly typed: TypedInterval;
    readonly before?: LoadPosition;
    /** No key tells which rows the next load gives again. */
    readonly isHashed: boolean;
  },
): CursorRead {
  const timezone = pipeline.timezone ?? "UTC";
  requireSpan(typed, timezone);
  if (isHashed) requireBehind(name, { end: typed.end, before, lag: stream.cursor?.lag, timezone });
  return {
    columns: stream.cursor?.columns ?? [],
    interval: intervalOf(typed, timezone),
    late: "lag",
    readsNulls: false,
    wantsTail: false,
  };
}

/** Without a key the loads by cursor would bring the rows of an interval again that is not wholly behind them. */
function requireBehind(
  name: string,
  { end, before, lag, timezone }: {
    readonly end?: string;
    readonly before?: LoadPosition;
    readonly lag?: CursorRead["lag"];
    readonly timezone: string;
  },
): void {
  const isBehind = end !== undefined && typeof before?.value === "string" && before.mark === undefined &&
    isAtMost(end, before.value, { timezone, lag });
  if (isBehind) return;
  const reason = typeof before?.value !== "string"
    ? "nothing of it was loaded by its cursor yet"
    : before.mark !== undefined
    ? "transactions were open when it was read, whose rows the next load looks for"
    : `it was read up to ${before.value}${lag ? ", and its lag reads before that again" : ""}`;
  throw new DtegError(
    "stream.cursor",
    `stream ${name} has no key, so that the next load would add rows of this interval again: ${reason}`,
    { hint: "give it a key; or run it without an interval first, and end the interval before what was read" },
  );
}

/** Refuses an interval of a stream that has none, or whose target cannot replace it. */
export function requireBackfill(
  { name, cursor, write }: NamedStream,
  { canReplace, label }: { readonly canReplace: boolean; readonly label: string },
): void {
  if (!cursor) {
    throw new DtegError("stream.cursor", `stream ${name} has no cursor, so that it has no intervals`, {
      hint: "give it a cursor, or pick streams that have one with --stream",
    });
  }
  if (write === "scd2") {
    throw new DtegError("stream.cursor", `stream ${name} keeps versions, of which an interval cannot be replaced`, {
      hint: "pick other streams with --stream",
    });
  }
  if (canReplace) return;
  throw new DtegError("usage", `this version cannot replace an interval in ${label}, for stream ${name}`, {
    hint: "load into PostgreSQL, MariaDB, MySQL or DuckDB; a folder or file is loaded whole by --full-refresh",
  });
}
