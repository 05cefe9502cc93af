import type { Destination, Reader, Source } from "../../../sdk/mod.ts";
import type { Change } from "../check/set_aside.ts";
import type { CursorStart } from "../cursor/cursor_start.ts";
import type { FilesRequest } from "../files/resolve_files.ts";
import type { LentHost } from "../host.ts";
import type { RunContext } from "../run_context.ts";
import type { StreamJob } from "../stream_job.ts";

/** The two ends of a stream at work. */
export interface Ends {
  readonly source: Source;
  readonly destination: Destination;
  /** Its DuckDB is opened where rows are staged: bytes that go straight through need none. */
  readonly host: LentHost;
}

/** What a stream has done so far; kept outside so that a failure reports it too. */
export interface Tally {
  phase: "before" | "moving";
  read: number;
  rejected: number;
  changes: readonly Change[];
  /** How far a stream with a cursor was read. */
  cursor: string | null;
  /** What was read, or is being sent, cannot be begun again. */
  isBound: boolean;
}

/** A load: its id is the same in all attempts. */
export interface Load {
  readonly id: string;
  /** From 1 up. */
  readonly attempt: number;
}

/** A stream that is to be moved. */
export interface Move {
  readonly job: StreamJob;
  readonly context: RunContext;
  readonly reader: Reader;
  readonly tally: Tally;
  readonly load: Load;
  /** Where a stream with a cursor goes on. */
  readonly start?: CursorStart;
}

/** How files are looked at: the quick way first. */
export type Look = Required<Pick<FilesRequest, "guess" | "reading">> & Pick<FilesRequest, "sift" | "isWide">;
