import {
  type CursorRead,
  type Destination,
  DtegError,
  type LoadPosition,
  type Log,
  parseName,
  type TargetState,
} from "../../../sdk/mod.ts";
import { backfillRead } from "./backfill.ts";
import type { TypedInterval } from "./interval.ts";
import type { StreamJob } from "../stream_job.ts";

/** What a load by cursor goes on from. */
export interface CursorStart {
  /** What the source is asked. */
  readonly read: CursorRead;
  /** How far the load before it came; absent: all is read. */
  readonly before?: LoadPosition;
  /** Rows that come again are known by their hash: an append without a key that the target could look up. */
  readonly isHashed: boolean;
}

/** Looks up where a stream with a cursor goes on; undefined for one without. */
export async function cursorStart(
  job: StreamJob,
  { destination, log, interval }: {
    readonly destination: Destination;
    readonly log: Log;
    /** Of a backfill. */
    readonly interval?: TypedInterval;
  },
): Promise<CursorStart | undefined> {
  const { pipeline, stream, name, table, target } = job;
  const { cursor, key, write } = stream;
  if (!cursor) return undefined;
  const before = write === "replace" ? undefined : await found(); // a full refresh
  const isHashed = (cursor.goesOnBy ?? write) === "append" && !(key.length > 0 && destination.can.skipsLoaded);
  requireLoaded(stream, { isHashed });
  if (interval) {
    const read = backfillRead(job, { typed: interval, before, isHashed });
    return { ...(before && { before }), isHashed: false, read };
  }
  return {
    ...(before && { before }),
    isHashed,
    read: {
      columns: cursor.columns,
      ...(before && { since: before }),
      ...(cursor.lag && { lag: cursor.lag }),
      late: cursor.late,
      readsNulls: key.length > 0,
      wantsTail: isHashed,
    },
  };

  async function found(): Promise<LoadPosition | undefined> {
    const state = await destination.state.read(table, { pipeline: pipeline.name, stream: name });
    if (!state) {
      await hintOfOthers();
      return undefined;
    }
    if (state.position?.value === null || state.position === undefined) return undefined;
    if (await destination.describe(table)) return state.position;
    log.warn(`${target} is gone, though it was loaded before: all rows are read again`);
  }

  /** The command that a pipeline which was renamed wants, word for word. */
  function renameHint(other: TargetState): string {
    if (other.stream !== name || other.pipeline === pipeline.name) return "";
    const words = [other.pipeline, pipeline.name].map(shellWord).join(" ");
    const to = pipeline.path === null ? ` --to ${shellWord(pipeline.destination.label)}` : "";
    return `. Where it is the same pipeline under a new name: \`dteg state rename ${words}${to}\` before the run`;
  }

  async function hintOfOthers(): Promise<void> {
    const other = await destination.state.read(table);
    if (!other?.position) return;
    log.warn(
      `${target} was loaded up to ${other.position.column} = ${other.position.value} by pipeline ${other.pipeline}, ` +
        `stream ${other.stream}; this one has no state of its own, so all rows are read${renameHint(other)}`,
    );
  }
}

/** What is read by must be loaded, and be kept in the state as it is. */
function requireLoaded(
  { name, cursor, select, columns, sql }: StreamJob["stream"],
  { isHashed }: { readonly isHashed: boolean },
): void {
  const named = (cursor?.columns ?? []).map((text) => sql === undefined ? text : parseName(text).name);
  const rules = columns.filter((rule) => named.includes(rule.name));
  const refuse = (message: string, hint: string) => {
    throw new DtegError("stream.cursor", `the cursor of stream ${name} ${message}`, { column: named[0], hint });
  };
  if (select.length > 0 && !named.some((column) => select.includes(column)) || rules.some(({ drop }) => drop)) {
    refuse("is not among the columns that are loaded", "add it to `select`, or do not drop it");
  }
  if (rules.some(({ mask }) => mask !== undefined)) {
    refuse("is masked, and the state would hold it as it is", "read by another column");
  }
  if (isHashed && columns.some(({ mask }) => mask !== undefined)) {
    refuse(
      "would have to remember rows with values that are masked, since no key tells them apart",
      "give the stream a key",
    );
  }
}

/** The column that the source reads by must be the one that it went on from before. */
export function requireSameColumn(
  { before }: CursorStart,
  { column, stream }: { readonly column: string; readonly stream: string },
): void {
  if (!before || before.column === column) return;
  throw new DtegError(
    "stream.cursor",
    `stream ${stream} was read up to ${before.column} = ${before.value}, and its cursor is ${
      JSON.stringify(column)
    } now`,
    {
      column,
      hint: `add --full-refresh once to read all of it by the new cursor, or go back to cursor: ${before.column}`,
    },
  );
}

/** A word as a shell takes it. */
function shellWord(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
