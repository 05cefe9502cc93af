import type { Batch, Format } from "./batch.ts";
import type { Column, DataType, Schema } from "./data_type.ts";
import { DtegError } from "./error.ts";
import type { CheckStep, Interval, Position, ReadRequest } from "./source.ts";
import { formatName, type TableName } from "./table_name.ts";

/** How rows meet what is there. */
export type WriteMode = "append" | "replace" | "merge" | "scd2";

/** How well a type of the target holds a type of the source. */
export type Grade = "exact" | "exact except" | "widening" | "lossy";

/**
 * What is to happen to a value that the target cannot hold. `allow`: the nearest one that it holds, where there is one; `text`: the
 * column is text from the first load on; `reject`: its row is set aside.
 */
export type OnLoss = "fail" | "allow" | "text" | "null" | "reject";

/** One row of a destination's table of types; docs/types.md is made from it. The first row that matches counts. */
export interface TypeRow {
  /** The source's type, as docs print it. */
  readonly from: string;
  matches(type: DataType): boolean;
  /** The target's type. */
  to(type: DataType): string;
  readonly grade: Grade;
  /** The type that values are brought to on their way; one that it does not hold exactly is refused at its row. */
  through?(type: DataType): DataType;
  /**
   * What of the type's values the target cannot hold: refused at its row. `when` is a condition of the stage's SQL on the value, `near` SQL
   * of the nearest value that it does hold, NULL where there is none; absent: there never is.
   */
  readonly lacks?: {
    readonly when: (value: string) => string;
    readonly wanted: string;
    readonly near?: (value: string) => string;
  };
  /** SQL of the stage for the value as DuckDB writes it into PostgreSQL's binary COPY; undefined where it has no exact form there. */
  packed?(value: string, type: DataType): string | undefined;
  /** What happens to odd values. */
  readonly note?: string;
}

/** What a destination can do. */
export interface Abilities {
  readonly writes: readonly WriteMode[];
  /** Data and state move in one transaction. */
  readonly transaction: boolean;
  /** Identifiers that differ only in case are the same. */
  readonly foldsCase: boolean;
  /** Longest identifier in UTF-8 bytes. */
  readonly nameBytes?: number;
  /** Longest identifier in characters. */
  readonly nameChars?: number;
  /** What no identifier can hold, with the flags g and u: each such character becomes `_`. */
  readonly unfit?: RegExp;
  /** Several parts can be written at once, which is faster. */
  readonly parallelWriters?: boolean;
  /** The state keeps how far a stream was read: loads by cursor go on from there. */
  readonly keepsPosition?: boolean;
  /** An append with key and cursor leaves out rows whose key and cursor the table has already. */
  readonly skipsLoaded?: boolean;
  /** A merge can take away or mark rows that the source no longer has. */
  readonly deletes?: boolean;
  /** Rows that it holds in memory at once, where it holds more than it is given. */
  readonly heldRows?: number;
}

/** A table or file that is there. */
export interface Existing {
  /**
   * `type`: what files are read as where nothing else is declared, so that their values fit. `holds`: what it holds where that is not `type`.
   * `required`: NULL is refused there. `filled`: what a load leaves out gets a value by the server, in any case or unless it is given one.
   */
  readonly columns: readonly {
    readonly name: string;
    readonly native: string;
    readonly type?: DataType;
    readonly holds?: DataType;
    readonly required?: boolean;
    readonly filled?: "always" | "default";
  }[];
  readonly madeByDteg: boolean;
  /** A replace keeps the table, with its columns, since other things depend on it. */
  readonly isKept?: boolean;
  /** dteg made it, and somebody changed it since. */
  readonly isAltered?: boolean;
  /** Rows in it, when that is known without counting: an estimate. */
  readonly rows?: number;
}

/** What a destination keeps with the data about its last load of a stream. */
export interface TargetState {
  readonly pipeline: string;
  readonly stream: string;
  readonly target: string;
  readonly load: string;
  readonly run: string;
  readonly committedAt: string;
  /** Names that columns got, by their name in the source. */
  readonly names: Readonly<Record<string, string>>;
  /** Types that columns were loaded as, by their name in the source, as text. */
  readonly types?: Readonly<Record<string, string>>;
  /** How columns are masked, by their name in the source; absent: none is. */
  readonly masks?: Readonly<Record<string, string>>;
  /** How far the stream was read, where it has a cursor. */
  readonly position?: LoadPosition;
  readonly undo?: LoadTrace;
  /** Hash of the content where the target can be changed by others without notice. */
  readonly hash?: string;
}

/** What lets a load be taken back: the column that tells its run, the state before it, and what was replaced and kept, newest first. */
export interface LoadTrace {
  readonly write: WriteMode;
  readonly column?: string;
  readonly before?: TargetState;
  readonly versions: readonly { readonly name: string; readonly run: string; readonly state?: TargetState }[];
}

/** How far a stream was read, and which rows the next read gives again. */
export interface LoadPosition extends Position {
  /** How often a row was loaded, by its hash over `columns`; kept where no key tells rows apart. */
  readonly seen?: { readonly columns: readonly string[]; readonly rows: Readonly<Record<string, number>> };
}

/** Whose state it is. */
export type StateOwner = Pick<TargetState, "pipeline" | "stream">;

/** A state, the table that it is of, and who has its lease now. */
export type KeptState = { readonly table: TableName; readonly state: TargetState; readonly heldBy?: string };

/** A change of a state: what it is now, and what it is to be. Without `now` there is none yet; without `then` it is taken away. */
export type StateChange = { readonly table: TableName; readonly now?: TargetState; readonly then?: TargetState };

/** Puts a kept content in the place of the one that is there, or takes away the rows of a run, with the state. */
export type Undoing = StateChange & { readonly from: UndoneVersion | UndoneRows };
type UndoneVersion = { readonly kind: "version"; readonly name: string };
type UndoneRows = { readonly kind: "rows"; readonly column: string; readonly run: string };

/** State kept with the data. */
export interface StateStore {
  /** The newest state of a table; that of one stream where it is named. */
  read(table: TableName, owner?: StateOwner): Promise<TargetState | undefined>;
  /** All that the target holds. */
  list(): Promise<readonly KeptState[]>;
  /** Makes changes in one act. Throws a DtegError `state.changed` where a state is not, or no longer, what its change says. */
  change(changes: readonly StateChange[]): Promise<void>;
}

/** Throws `state.changed` where the state that was found is not the one that a change is of. */
export function requireNow({ table, now }: StateChange, found: TargetState | undefined): void {
  const mark = (state?: TargetState) => state && JSON.stringify([state.load, state.committedAt, state.position]);
  if (mark(now) === mark(found)) return;
  const hint = `${found ? `run ${found.run} has changed it` : "it is gone"}; look at it again with \`dteg state show\``;
  throw new DtegError("state.changed", `the state of ${formatName(table)} is not what it was: nothing is done`, {
    hint,
  });
}

/** A column in which all rows of a load have one value, that tells the load: rows that differ in it alone are equal. */
export type LoadColumn = Column & { /** In the text form of CSV. */ readonly value: string | null };

/** When it was found that the source no longer has a row; NULL while it has it. The column of `delete: mark`. */
export const DELETED_AT = "_dteg_deleted_at";
/** Columns of a version of a row in `scd2`: since when it is so, until when, and whether it still is. The first is in the unique key. */
export const VALID_FROM = "_dteg_valid_from", VALID_TO = "_dteg_valid_to", CURRENT = "_dteg_current";

/** What becomes of rows of the target that the source no longer has. */
export interface Deletes {
  readonly how: "mark" | "remove";
  /** They are those whose key the load does not bring; else those that the commit is told. */
  readonly areAbsent: boolean;
  /** Only those whose cursor is in it; of an append all of them, before the load's rows come. */
  readonly within?: Interval;
}

/** Keys of rows: texts in the order of the key's columns, in pieces. */
export type GoneKeys = AsyncIterable<readonly (readonly string[])[]>;

/** Seconds that a lease lasts by the target's clock; the engine renews it well before. */
export const LEASE_SECONDS = 30;

/** The right to be the only one that writes a target; given back when it is disposed. Who has an older token cannot commit (`state.fenced`). */
export interface Lease extends AsyncDisposable {
  readonly token: number;
  readonly owner: string;
  /** Makes it last; false: another has it. */
  renew(): Promise<boolean>;
}

/** Who wants a lease. `isDead`: that holder lives no more, so that nobody needs to wait for its lease to run out. */
export type LeaseRequest = Pick<Lease, "owner"> & { isDead(owner: string): boolean };

/** Where a stream goes, and how. */
export interface Target {
  readonly table: TableName;
  readonly schema: Schema;
  readonly write: WriteMode;
  readonly key: readonly string[];
  /** The column whose higher value makes a row the newer one of its key. */
  readonly cursor?: string;
  /** Those of the schema's last columns. Batches of bytes lack them: the destination fills them in, and adds them to a table without them. */
  readonly loadColumns: readonly LoadColumn[];
  /** The name under which a replaced content is kept, where it is, and the names of those that no longer are. */
  readonly keep: { readonly name?: string; readonly drop: readonly string[] };
  /** Id of the load, which outlives attempts. */
  readonly load: string;
  readonly run: string;
  readonly lease?: Pick<Lease, "token" | "owner">;
  /** Loads of one hash bring the same parts: those that an earlier run made durable count. */
  readonly resume?: string;
  readonly complete: boolean;
  readonly deletes?: Deletes;
  readonly snapshotAt: string;
  /** How many parts are written at once at most; more than 1 only where the destination can. */
  readonly parts: number;
  readonly options: TableOptions;
  /** Columns that a table which stays is given first, and those that get the type of the load, with the native type that they had. */
  readonly evolve?: { readonly add: readonly string[]; readonly widen: Readonly<Record<string, string>> };
}

/** A target that nothing is written to yet: what a plan is made of. */
export type PlannedTarget = Pick<Target, "table" | "schema" | "write" | "key" | "options" | "evolve">;

/** Used when dteg makes the table. */
export interface TableOptions {
  readonly primaryKey?: readonly string[];
  readonly indexes?: readonly (readonly string[])[];
  readonly comment?: string;
  readonly numbers?: "number" | "string";
}

/** What a commit did. `inserted + updated + unchanged` are the rows written; `filtered` those that lost to another row of their key. */
export interface Counts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
  readonly filtered: number;
  /** Bytes that the target now holds of this load, where known. */
  readonly bytes: number | null;
}

/** What is written with the data in the same act. */
export type LoadMark = Omit<TargetState, "hash">;

/** One load. Disposed without commit it shows nothing. */
export interface Writer extends AsyncDisposable {
  /** Rows of the parts that an earlier run made durable; absent: the load cannot be gone on with. */
  readonly done?: ReadonlyMap<string, number>;
  /** Where its connector's source reads what was written, before the commit. Absent: it cannot. */
  readonly staged?: ReadRequest["stream"];
  write(part: string, batch: Batch): Promise<{ readonly rows: number }>;
  commit(mark: LoadMark, gone?: GoneKeys): Promise<Counts>;
  discard(): Promise<void>;
}

/** The writing end of a connector. */
export interface Destination extends AsyncDisposable {
  readonly accepts: readonly Format[];
  readonly types: readonly TypeRow[];
  readonly can: Abilities;
  /** The full name of where a stream goes: `into` where the pipeline says it, else made of the stream's name. */
  place(stream: TableName, into?: TableName): TableName;
  /** What users call the target. */
  label(table: TableName): string;
  /** Throws a DtegError when it cannot be written. */
  check(step?: CheckStep): Promise<void>;
  describe(table: TableName): Promise<Existing | undefined>;
  readonly state: StateStore;
  /** What a load would make or drop there, as statements or in words; it changes nothing. Rows that it writes are not told. */
  plan(target: PlannedTarget): Promise<readonly string[]>;
  /** Takes the lease of a target, or tells who holds it. Absent: such a target lets in one process at a time by itself. */
  lease?(table: TableName, request: LeaseRequest): Promise<Lease | { readonly heldBy: string }>;
  /** What dead loads left there, in words; `remove` takes it away. Nothing of a load that may be alive. */
  leftovers?(request: Pick<LeaseRequest, "isDead"> & { readonly remove: boolean }): Promise<readonly string[]>;
  open(target: Target): Promise<Writer>;
  /** Takes back the last load of a table in one act. Throws `undo.impossible` where what hangs on it would be lost. */
  undo?(undoing: Undoing): Promise<void>;
  /** Runs statements of the user that may change anything, outside of loads. */
  execute?(sql: string): Promise<void>;
}

/** The row for a type. */
export function targetType(types: readonly TypeRow[], column: Column): TypeRow {
  const found = types.find((row) => row.matches(column.type));
  if (!found) throw new TypeError(`no row of the type table fits ${column.type.kind} of column ${column.name}`);
  return found;
}
