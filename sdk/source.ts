import type { Batch, Format } from "./batch.ts";
import type { Column, Schema } from "./data_type.ts";
import type { OnLoss } from "./destination.ts";
import type { TableName } from "./table_name.ts";

/** A stream that a source has. */
export interface Stream {
  readonly name: TableName;
  /** What it is: a `table` where absent. */
  readonly kind?: "table" | "view" | "file";
  /** Its columns, where the source knows them without reading rows. */
  readonly schema?: Schema;
  readonly primaryKey?: readonly string[];
  /** Columns that an index begins with, and those that the source counts up by itself. */
  readonly indexed?: readonly string[];
  readonly counted?: readonly string[];
  /** Rows, when the source knows them without counting: an estimate. */
  readonly rows?: number;
  /** What the source says of it in words. */
  readonly comment?: string;
}

/** Which streams are wanted. */
export type StreamFilter = (name: TableName) => boolean;

/** A step of a check that begins now; one that fails throws, so the last one named is the one at fault. */
export type CheckStep = (
  name: "dns" | "tcp" | "tls" | "login" | "open" | "read" | "create" | "write",
  on: string,
) => void;

/** How far a stream was read. */
export interface Position {
  readonly column: string;
  /** Its highest value that was read, in the source's own text of it; null where no row had one. */
  readonly value: string | null;
  /** What else the source wants to know next time; nobody else reads it. */
  readonly mark?: string;
}

/** The values of a cursor from `start` on and below `end`, in text of its type. Throws a DtegError `stream.cursor` where it has no such values. */
export type Interval = (cursor: Column) => { readonly start?: string; readonly end?: string };

/** A read of what is new, by a column whose values grow. */
export interface CursorRead {
  /** The first of these that the stream has is its cursor; where it has none, all is read. */
  readonly columns: readonly string[];
  /** Rows from its value on, that value included; absent: all. */
  readonly since?: Position;
  /** Rows of this interval alone, in place of `since`. */
  readonly interval?: Interval;
  /** How far before `since` rows are read again: seconds of a time, or an amount of a number. */
  readonly lag?: { readonly seconds: number } | { readonly amount: number };
  /** `scan`: rows that were committed late, with an older value, are looked for where the source can. */
  readonly late: "scan" | "lag";
  /** Rows without a value are read each time, since a key tells them apart; else by a first read only. */
  readonly readsNulls: boolean;
  /** {@linkcode ReadEnd.tail} is wanted. */
  readonly wantsTail: boolean;
}

/** How a read by cursor ended. */
export interface ReadEnd {
  readonly position: Position;
  /** Rows that were committed late, with an older value. */
  readonly late: number;
  /** Rows without a value that were not read. */
  readonly nulls: number;
  /** The rows of the same picture that the next read gives again. */
  readonly tail?: Batch;
}

/** What the engine asks a source to read. */
export interface ReadRequest {
  readonly stream: TableName | { readonly sql: string };
  /** By their exact names; empty: all but those of `drop`. */
  readonly columns: readonly { readonly name: string }[];
  /** Columns that are not wanted, where the source can leave them out. */
  readonly drop: readonly string[];
  /** Columns that are declared as text: wanted as the source's own text of their values. */
  readonly text: readonly string[];
  /**
   * What is to happen to values of a column that the batch cannot carry. Absent, or `fail`: the read stops at the first one, and so it does
   * on `allow`. `text`: the column is wanted as text where some of its values cannot be carried. `null`, `reject`: NULL in its place, told by
   * `refused` of the batch.
   */
  readonly onLoss?: (column: string) => OnLoss;
  readonly where?: string;
  readonly cursor?: CursorRead;
  readonly limit?: number;
  /** {@linkcode Reader.picture} will be asked. */
  readonly keepsPicture?: boolean;
  /** Formats that can be taken, best first. */
  readonly accepts: readonly Format[];
  /** The source does not change: parts are wanted that are the same in the next run. */
  readonly resumes?: boolean;
  readonly parts: number;
  /** Settings of the stream that only this connector knows (`path`, `delimiter` …). */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A piece of a read that can be read by itself. */
export type Part = { readonly id: string };

/** One read of one stream: one picture of it. */
export interface Reader extends AsyncDisposable {
  /** Absent: the engine finds it in the files. */
  readonly schema?: Schema;
  /** True when the whole stream is read, not what changed. */
  readonly complete: boolean;
  /** ISO 8601 instant of the picture. */
  readonly snapshotAt: string;
  readonly parts: readonly Part[];
  /** What is read, and cut in which parts: where that is the same in a later run, so is each part. */
  readonly fingerprint?: string;
  readonly bytes?: number;
  /** What is read is gone then, as from a pipe: it cannot be opened again. */
  readonly readsOnce?: boolean;
  /** The column that the rows are read by; null: the stream has none of those that were asked for; absent: that is left to the engine. */
  readonly cursor?: string | null;
  /** Called after the last part of a read by cursor. */
  end?(): Promise<ReadEnd>;
  read(part: Part): Promise<Batch>;
  /** More of the same picture, after the last part, where the request said so. Absent: the source is asked anew. */
  readonly picture?: Pick<Source, "open" | "digest">;
  /** Throws a DtegError when what was read has changed meanwhile. Called after the last part and before the commit. */
  verify(): Promise<void>;
}

/** Rows to be summed up where they are, all or by ranges of a column of whole numbers. A width of 0 asks for its lowest and highest alone. */
export interface DigestRequest extends Pick<ReadRequest, "stream" | "columns" | "where"> {
  readonly ranges?: { readonly column: string; readonly from: string; readonly to: string; readonly width: number };
  /** In a form that other kinds of source have too: one column of whole numbers, by ranges. */
  readonly isPortable?: boolean;
}

/** Count and hash of rows in any order. Of one `form` the same rows have the same hash, others another. `where`: the range's condition. */
export interface Digest {
  readonly form: string;
  /** How many ranges are below it; absent: that of NULL, or there are none. */
  readonly range?: string;
  readonly where?: string;
  readonly rows: number;
  readonly hash: string;
}

/** The reading end of a connector. */
export interface Source extends AsyncDisposable {
  /** Throws a DtegError when it cannot be read. */
  check(step?: CheckStep): Promise<void>;
  /** The streams in the order of their names, as they are found. */
  discover(filter?: StreamFilter): AsyncIterable<Stream>;
  /** Takes the snapshot. */
  open(request: ReadRequest): Promise<Reader>;
  /** Sums rows up; nothing where it cannot for these columns. */
  digest?(request: DigestRequest): AsyncIterable<Digest>;
  /** Runs a query of the user that only reads. */
  query?(sql: string): Promise<Batch>;
  /** Runs statements of the user that may change anything, outside of loads. */
  execute?(sql: string): Promise<void>;
}
