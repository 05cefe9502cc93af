import {
  DtegError,
  type LoadPosition,
  nearest,
  parseName,
  type ReadEnd,
  type Reader,
  type ScanBatch,
} from "../../../sdk/mod.ts";
import type { LentHost } from "../host.ts";
import { type CursorStart, requireSameColumn } from "./cursor_start.ts";
import { countByHash, hashedQuery, requireFew } from "./row_hash.ts";
import { leaveOutSeen, stageSince } from "./staged_rows.ts";

/** A load by cursor under way. */
export interface CursorLoad {
  /** The column that it is read by, by its name in the source. */
  readonly column?: string;
  /** What of a batch is new. The rows may go through the stage for that. */
  fresh(batch: ScanBatch): Promise<ScanBatch>;
  /** After the last part: how far it was read, and what was left out. */
  end(): Promise<CursorEnd>;
}

/** How a load by cursor ended. */
export interface CursorEnd {
  readonly position?: LoadPosition;
  /** Rows that were read, and had been loaded already. */
  readonly filtered: number;
}

/** A load of a stream without a cursor. */
export const WITHOUT_CURSOR: CursorLoad = {
  fresh: (batch) => Promise.resolve(batch),
  end: () => Promise.resolve({ filtered: 0 }),
};

/** A load by cursor: the source reads what is new, or leaves that to the stage. */
export function cursorLoad(
  start: CursorStart,
  { reader, host, stream, isLive, isQuery }: {
    readonly reader: Reader;
    readonly host: LentHost;
    readonly stream: string;
    /** Rows may be committed late, with an older value. */
    readonly isLive: boolean;
    /** Its cursor may be written as an expression of the query: `o.updated_at`. */
    readonly isQuery: boolean;
  },
): CursorLoad {
  const { read, before, isHashed } = start;
  let column = reader.cursor ?? undefined;
  let endOfRead: () => Promise<ReadEnd | undefined> = async () => await reader.end?.();
  let filtered = 0;
  if (column !== undefined) requireSameColumn(start, { column, stream });

  return {
    get column() {
      return column;
    },
    async fresh(given) {
      if (given.schema.length === 0 && !read.interval) return given;
      let batch = given;
      const session = await host.duckdb();
      if (column === undefined) {
        column = ofBatch(batch);
        requireSameColumn(start, { column, stream });
        if (isLive && before && !read.lag && !read.interval) {
          host.log.warn(
            `${stream} does not tell when its rows were committed: one that comes late, with an older ${column}, is missed; ` +
              "`lag` reads an overlap again",
          );
        }
        const staged = await stageSince(session, batch, { read, column });
        batch = staged.batch;
        endOfRead = staged.end;
      }
      if (!isHashed || !before) return batch;
      if (!before.seen) throw noHashes(before, stream);
      if (Object.keys(before.seen.rows).length === 0) return batch;
      const left = await leaveOutSeen(session, batch, before.seen);
      filtered = left.filtered;
      return left.batch;
    },
    async end() {
      const ended = await endOfRead();
      if (!ended) return { filtered };
      tell(ended);
      if (!isHashed) return { position: ended.position, filtered };
      return { position: { ...ended.position, seen: await seenOf(ended) }, filtered };
    },
  };

  /** The first of the columns that there is. */
  function ofBatch({ schema }: ScanBatch): string {
    const names = isQuery ? read.columns.map((text) => parseName(text).name) : read.columns;
    const found = names.find((name) => schema.some((column) => column.name === name));
    if (found !== undefined) return found;
    const known = schema.map(({ name }) => name);
    const near = nearest(read.columns[0], known);
    throw new DtegError(
      "column.unknown",
      `the stream ${stream} has no column ${JSON.stringify(read.columns[0])}, which is to be its cursor`,
      { column: read.columns[0], hint: near ? `did you mean ${near}?` : `it has ${known.slice(0, 12).join(", ")}` },
    );
  }

  function tell({ late, nulls, position }: ReadEnd): void {
    if (late > 0) {
      host.log.warn(
        `${rows(late)} committed late, with an older ${position.column}: a scan found ${late === 1 ? "it" : "them"}`,
      );
    }
    if (nulls > 0) {
      host.log.warn(
        `${rows(nulls)} without ${position.column} ${
          nulls === 1 ? "was" : "were"
        } not read: the first load took those of its time, ` +
          "and only a key could tell which are new",
      );
    }
  }

  async function seenOf({ tail, position }: ReadEnd): Promise<NonNullable<LoadPosition["seen"]>> {
    if (tail?.kind !== "scan") return { columns: [], rows: {} };
    const session = await host.duckdb();
    const columns = tail.schema.map(({ name }) => name);
    const found = await session.all(countByHash(hashedQuery(tail, columns)));
    requireFew(found.length, position.column);
    return { columns, rows: Object.fromEntries(found.map(({ h, n }) => [String(h), Number(n)])) };
  }
}

function noHashes({ column, value }: LoadPosition, stream: string): DtegError {
  return new DtegError(
    "stream.cursor",
    `stream ${stream} was loaded by a key up to ${column} = ${value}; without one it is not known which rows of that value are there`,
    { column, hint: "give it the key again, or add --full-refresh once" },
  );
}

const rows = (count: number) => count === 1 ? "1 row" : `${count} rows`;
