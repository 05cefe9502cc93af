import type { ErrorCode, Schema, WriteMode } from "../../sdk/mod.ts";
import type { ProcessMark } from "./process_mark.ts";

/** What is wrong with a row. */
export interface RejectFault {
  readonly code: ErrorCode;
  /** Name in the source; null where the row as a whole is wrong. */
  readonly column: string | null;
  /** Text of the value, its first 200 characters. */
  readonly value: string | null;
  /** What was wanted, in words. */
  readonly wanted: string;
}

/** A row that was set aside, as a line of its file has it. */
export interface Reject extends RejectFault {
  readonly file: string | null;
  /** 1-based line in `file`; `row` where the file has rows and no lines. */
  readonly line: number | null;
  readonly rowNumber: number | null;
  /** Values of the stream's key; null where it has none. */
  readonly key: Readonly<Record<string, string | null>> | null;
  /** The row as it came: texts by column, or the line of the file where it is no row. */
  readonly row: Readonly<Record<string, string | null>> | string;
  /** More that is wrong with it. */
  readonly also?: readonly RejectFault[];
  /** The run that loaded it later. */
  readonly replayed?: string;
}

/** What is known of the rejected rows of a load. */
export interface RejectHead {
  readonly version: 1;
  readonly run: string;
  readonly pipeline: string;
  /** Absolute path of the pipeline's file; null for an ad hoc run. */
  readonly path: string | null;
  readonly stream: string;
  readonly target: string;
  readonly write: WriteMode;
  readonly key: readonly string[];
  /** Names of masked columns: their values are in the rows, and are shown to nobody. */
  readonly masked: readonly string[];
  /** The columns that were read, where the source has types: the texts of rows say values of them. */
  readonly columns: Schema | null;
  /** The load that put the file where it is. */
  readonly load: string;
  readonly process: ProcessMark;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Rejected rows of a stream of a run. */
export interface RejectSet {
  readonly head: RejectHead;
  readonly rows: number;
  /** How many of them were loaded later. */
  readonly replayed: number;
  readonly bytes: number;
}

/** Rows on their way into the store. Nothing of them shows before `commit`. */
export interface RejectWriter {
  add(reject: Reject): void;
  /** All of it is on the disk when it returns. */
  seal(): void;
  /** The load is committed: the rows show. */
  commit(): void;
  /** The load did not come to its commit. */
  discard(): void;
}
