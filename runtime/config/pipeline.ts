import type { CursorRead, DataType, OnLoss, TableOptions, WriteMode } from "../../sdk/mod.ts";

export const NAME_RULES = ["keep", "fold", "snake"] as const;
/** What `contract.columns` and `contract.types` may say. */
export const CONTRACT_COLUMNS = ["evolve", "freeze", "reject", "ignore"] as const;
export const CONTRACT_TYPES = ["evolve", "freeze", "reject"] as const;
export const MASKS = ["hash", "redact", "null", "partial"] as const;

/** A pipeline, ready to run: parsed, expanded, checked. Made from a file by `loadPipeline`, from flags by `adhocPipeline`. */
export interface Pipeline {
  readonly name: string;
  /** The environment of the project that it was made for. */
  readonly environment?: string;
  /** The file that it stands in, as the user named it; null for an ad hoc run. */
  readonly path: string | null;
  readonly source: End;
  readonly destination: End;
  readonly streams: readonly PipelineStream[];
  /** Patterns of streams that wildcards leave out, without their `!`. */
  readonly exclude?: readonly string[];
  /** Names and patterns of the streams that are wanted of all of these; absent: all. */
  readonly only?: readonly string[];
  readonly settings: Settings;
  /** Whether the other streams go on when one fails. */
  readonly onError: "continue" | "stop";
  readonly tags: readonly string[];
  /** Of dates and times that name none. Absent: UTC. */
  readonly timezone?: string;
  /** Absent: the usual. */
  readonly retry?: Retry;
  readonly hooks?: PipelineHooks;
  /** Names of pipelines that come before this one where they are chosen too. */
  readonly after?: readonly string[];
}

/** How what may pass by itself is tried again. Times are milliseconds. */
export interface Retry {
  /** How often in all: 1 tries nothing again. */
  readonly attempts: number;
  readonly backoff: "exponential" | "fixed" | "none";
  readonly delay: number;
  readonly maxDelay: number;
  /** No attempt begins later than this after the first. */
  readonly budget: number;
}

/** Statements of SQL that run before and after a load, outside of its commit. */
export interface Hooks {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Where they stand in the pipeline's file. */
  readonly place?: { readonly line: number; readonly col: number };
}

/** The statements by the end that they run on. */
export interface PipelineHooks {
  readonly source: Hooks;
  readonly destination: Hooks;
}

/** A source or destination. */
export interface End {
  /** Name of a known connector. Empty only in `validate`, where it hangs on a secret that is not set. */
  readonly connector: string;
  /** Its settings, valid by the connector's schema. */
  readonly config: unknown;
  /** What users call it: path, URL without password, or the name of its connection. */
  readonly label: string;
  /** Absolute folder that its relative paths start at: that of the file which declares it. */
  readonly folder: string;
  /** The SSH server that the way to it goes through. */
  readonly ssh?: SshSettings;
}

/** How an SSH server is reached. Paths are absolute. */
export interface SshSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Files of private keys; the first that is there counts. */
  readonly keys: readonly string[];
  readonly agent?: string;
  readonly passphrase?: string;
  readonly password?: string;
  /** Files of known hosts; those that are there count. */
  readonly knownHosts: readonly string[];
  readonly hostKey?: string;
}

/** One stream, with `defaults` already applied. */
export interface PipelineStream {
  /** As written; null means each stream that the source has (an ad hoc run without --stream). */
  readonly name: string | null;
  /** The name is a pattern: the stream stands for each table that it matches. */
  readonly isWild?: boolean;
  /** A query of the source in place of a table. */
  readonly sql?: string;
  /** As written; `{schema}`, `{table}` and `{name}` are not yet filled in. */
  readonly into?: string;
  readonly write: WriteMode;
  /** A full refresh of `scd2`: what takes the target's place are versions. */
  readonly isHistory?: boolean;
  /** Nobody said how: it follows from key and cursor. */
  readonly isUsualWrite?: boolean;
  readonly key: readonly string[];
  /** The key is the source's primary key. `if any`: said in `defaults`, so a table without one is loaded as one without key. */
  readonly autoKey?: "wanted" | "if any";
  /** By what is read what is new; absent: all is read each time. */
  readonly cursor?: StreamCursor;
  readonly where?: string;
  /** What becomes of rows that the source no longer has; absent: they stay. */
  readonly deletes?: StreamDeletes;
  /** Names of columns in their order; empty: all. */
  readonly select: readonly string[];
  readonly columns: readonly ColumnRule[];
  /** Of columns without `as`, and of tables without `into`. */
  readonly names?: NameRule;
  /** The rules of columns are said for several streams: those of columns that a table lacks do not concern it. */
  readonly sharesColumns?: boolean;
  /** The target may be replaced although dteg did not make it. */
  readonly adopt: boolean;
  /** How big numbers are written as JSON. */
  readonly numbers: "number" | "string";
  readonly table: TableOptions;
  /** What happens to a value that the target cannot hold, where a column does not say it. Absent: `fail`. */
  readonly onLoss?: OnLoss;
  /** What happens to a row that breaks a rule. Absent: `freeze`. */
  readonly rows?: "freeze" | "reject";
  /** What happens where the source has other columns or types than the target. Absent: `evolve`. */
  readonly contract?: Contract;
  /** Most rows that may be set aside. Absent: no limit. */
  readonly maxRejects?: MaxRejects;
  /** Rows tell by which run they came, and when. */
  readonly loadColumns?: boolean;
  /** How many replaced contents stay. */
  readonly keep?: number;
  /** The source does not change while it is loaded: a load that was killed can be gone on with. */
  readonly resume?: "static";
  /** What was sent is read back and compared before the commit. */
  readonly verify?: boolean;
  /** Rows of an earlier load come late: what the state knows of the stream's position and names stays. */
  readonly isReplay?: boolean;
  /** The columns of the cursor that a replay does not read by: with the key they tell which rows are there already. */
  readonly cursorBefore?: readonly string[];
  /** What only the source's connector knows: `path`, `delimiter` … */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** How names of the source become names of the target. */
export type NameRule = (typeof NAME_RULES)[number];
/** How what is new in a stream is found. */
export interface StreamCursor extends Pick<CursorRead, "columns" | "lag" | "late"> {
  /** A stream that has none of the columns is read whole: they are a list, or said for several streams. */
  readonly mayLack?: boolean;
  /** This run is a full refresh; runs after it write so. */
  readonly goesOnBy?: WriteMode;
}

/** What becomes of rows that the source no longer has. */
export interface StreamDeletes {
  readonly how: "mark" | "remove";
  /** A condition in the source's SQL of rows that count as deleted; absent: keys are compared. */
  readonly when?: string;
}

/** What is to happen to a column, by its name in the source. */
export interface ColumnRule {
  readonly name: string;
  readonly as?: string;
  readonly type?: DataType;
  readonly drop: boolean;
  readonly mask?: Mask;
  /** What happens to a value that the target cannot hold. */
  readonly onLoss?: OnLoss;
}

/**
 * What is loaded in the place of a column's values: `hash` the same text for the same value, `redact` one text for all, `partial` the last
 * characters, `null` nothing.
 */
export type Mask = (typeof MASKS)[number];

/** What is to happen where the source has other columns, or other types, than the target. */
export interface Contract {
  readonly columns?: (typeof CONTRACT_COLUMNS)[number];
  readonly types?: (typeof CONTRACT_TYPES)[number];
}

/** A limit of rejected rows: their number, or their share of the rows read, in percent. */
export type MaxRejects =
  | { readonly kind: "count"; readonly rows: number }
  | { readonly kind: "share"; readonly percent: number };

/** Limits of a run. Sizes are bytes. What is absent is for the command to choose. */
export interface Settings {
  readonly threads?: number;
  readonly maxMemory?: number;
  readonly maxTemp?: number;
}
