import type { DtegError, Lease, TableName } from "../../sdk/mod.ts";
import type { Pipeline, PipelineStream } from "../config/pipeline.ts";

/** A stream whose name is known. */
export type NamedStream = PipelineStream & { readonly name: string };

/** One stream and where it goes. */
export interface StreamJob {
  readonly pipeline: Pipeline;
  readonly stream: NamedStream;
  readonly name: string;
  readonly table: TableName;
  /** The target as the user calls it. */
  readonly target: string;
  /** How many parts of it can be moved at once: 1 where the streams of its pipeline share the threads. */
  readonly threads: number;
  /** Absent where the destination has none. */
  readonly lease?: Lease;
  /** Why its target cannot be had. */
  readonly fault?: DtegError;
}
