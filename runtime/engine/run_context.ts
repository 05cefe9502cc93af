import { type Connector, DtegError } from "../../sdk/mod.ts";
import type { End, Pipeline } from "../config/pipeline.ts";
import type { Emit, RunEvent, RunReport } from "../store/event.ts";
import type { RejectSink } from "../store/reject_store.ts";
import type { Limits } from "./limits.ts";
import type { Stage } from "./move/session.ts";
import type { Shared } from "./shared.ts";

/** What a run is made of. */
export interface RunRequest {
  readonly run: string;
  readonly version: string;
  readonly pipelines: readonly Pipeline[];
  /** Absolute folder that the pipelines' own paths start at. Default: the current one. */
  readonly folder?: string;
  readonly connectors: readonly Connector[];
  readonly limits: Limits;
  /** Where the run's own folder is made. */
  readonly tempParent: string;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  /** Takes secrets out of a text. */
  readonly mask: (text: string) => string;
  /** The key of `mask: hash`: asked for where a stream has one. */
  readonly maskKey: () => Promise<string>;
  /** Milliseconds to wait for targets that other runs hold. */
  readonly wait?: number;
  /** At most this many rows of each stream. */
  readonly limit?: number;
  /** Streams with a cursor are read whole, and replaced. */
  readonly fullRefresh?: boolean;
  /** A backfill: what of streams with a cursor is in this interval, as it was typed. */
  readonly interval?: { readonly start?: string; readonly end?: string };
  /** Asks before something is replaced that dteg did not make; undefined: there is nobody to ask. */
  readonly confirm: (question: string) => Promise<boolean | undefined>;
  /** Where rejected rows are kept. Absent: a load that sets any aside fails. */
  readonly rejects?: () => Promise<RejectSink>;
}

/** How a run ended. */
export interface RunResult {
  readonly report: RunReport;
  /** The first failed stream's error, or what stopped the whole run. */
  readonly error?: DtegError;
}

/** An event without what the run adds to each. */
export type Told = RunEvent extends infer E ? E extends RunEvent ? Omit<E, "run" | "at"> : never : never;

/** What the streams of a run share. */
export interface RunContext extends RunRequest {
  readonly tempDir: string;
  readonly shared: Shared;
  /** Opened at first use. */
  stage(): Promise<Stage>;
  tell(event: Told): void;
  connectorOf(end: End): Connector;
}

/** What was thrown as an error, without secrets; after a signal it is `cancelled`. */
export function asError(thrown: unknown, { signal, mask }: Pick<RunRequest, "signal" | "mask">): DtegError {
  const error = DtegError.from(thrown);
  if (signal.aborted && error.code !== "cancelled") {
    return new DtegError("cancelled", `interrupted by ${signal.reason}; nothing of what was under way is visible`, {
      phase: error.phase,
      cause: thrown,
    });
  }
  const clean = new DtegError(error.code, mask(error.message), {
    ...error,
    cause: error.cause,
    hint: error.hint && mask(error.hint),
  });
  clean.stack = error.stack;
  return clean;
}

/** Seconds since a moment of the monotonic clock, to the millisecond. */
export function secondsSince(began: number): number {
  return Math.round(performance.now() - began) / 1000;
}
