import type { Batch, Format } from "./batch.ts";
import type { Schema } from "./data_type.ts";
import type { TableName } from "./table_name.ts";

/** A stream that a source has. */
export interface Stream {
  readonly name: TableName;
  readonly primaryKey?: readonly string[];
  /** Rows, when the source knows them without counting. */
  readonly rows?: number;
}

/** A column that is asked for, by its exact name. */
export interface Select {
  readonly name: string;
}

/** What the engine asks a source to read. */
export interface ReadRequest {
  readonly stream: TableName | { readonly sql: string };
  /** Empty: all but those of `drop`. */
  readonly columns: readonly Select[];
  /** Columns that are not wanted, where the source can leave them out. */
  readonly drop: readonly string[];
  /** Columns that are declared as text: wanted as the source's own text of their values. */
  readonly text: readonly string[];
  /** A condition in the source's SQL. */
  readonly where?: string;
  /** At most this many rows. */
  readonly limit?: number;
  /** Formats that can be taken, best first. */
  readonly accepts: readonly Format[];
  /** Settings of the stream that only this connector knows (`path`, `delimiter` …). */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A piece of a read that can be read by itself. */
export interface Part {
  readonly id: string;
}

/** One read of one stream: one picture of it. */
export interface Reader extends AsyncDisposable {
  /** Absent: the engine finds it in the files. */
  readonly schema?: Schema;
  /** True when the whole stream is read, not what changed. */
  readonly complete: boolean;
  /** ISO 8601 instant of the picture. */
  readonly snapshotAt: string;
  readonly parts: readonly Part[];
  /** Size of what is read in bytes, where known. */
  readonly bytes?: number;
  read(part: Part): Promise<Batch>;
  /** Throws a DtegError when what was read has changed meanwhile. Called after the last part and before the commit. */
  verify(): Promise<void>;
}

/** The reading end of a connector. */
export interface Source extends AsyncDisposable {
  /** Throws a DtegError when it cannot be read. */
  check(): Promise<void>;
  discover(): AsyncIterable<Stream>;
  /** Takes the snapshot. */
  open(request: ReadRequest): Promise<Reader>;
  /** Runs a query of the user that only reads. */
  query?(sql: string): Promise<Batch>;
}
