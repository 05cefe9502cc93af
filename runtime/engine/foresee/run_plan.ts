import type { Grade, WriteMode } from "../../../sdk/mod.ts";
import type { ErrorReport } from "../../store/event.ts";

/** A column on its way. */
export interface PlannedColumn {
  /** Its name in the source. */
  readonly name: string;
  /** Its name in the target. */
  readonly target: string;
  readonly from: string;
  readonly to: string;
  readonly grade: Grade;
  /** What happens to odd values. */
  readonly note: string | null;
}

/** A column that source and target do not have alike. */
export interface ColumnChange {
  /** Its name in the target. */
  readonly column: string;
  readonly change: "added" | "dropped" | "type";
  /** The target's type now. */
  readonly from: string | null;
  /** The type that the source asks for. */
  readonly to: string | null;
  /** What the next run does about it. */
  readonly next: string;
  /** Code of the error with which the contract refuses it; null: it does not. */
  readonly refused: string | null;
}

/**
 * What becomes of the target. `create`: it is made. `replace`: a new one takes its place. `refill`: it stays, since other things hang
 * on it, and its rows are replaced. `append` and `merge`: rows come into what is there.
 */
export type PlannedAction = "create" | "replace" | "refill" | "append" | "merge" | "scd2";

/** What stands at the target. */
export interface PlannedExisting {
  readonly madeByDteg: boolean;
  readonly isKept: boolean;
  readonly isAltered: boolean;
  readonly rows: number | null;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Where a read by cursor begins. */
export interface PlannedCursor {
  /** The first of these that the source has. */
  readonly columns: readonly string[];
  /** The highest value that was read; null: all is read. */
  readonly from: string | null;
}

/** What a run would do with a stream. */
export interface StreamPlan {
  readonly name: string;
  readonly target: string;
  readonly write: WriteMode;
  readonly key: readonly string[];
  readonly action: PlannedAction;
  /** Rows of the source, where it knows them without counting. */
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly columns: readonly PlannedColumn[];
  /** What is made or dropped at the target. */
  readonly statements: readonly string[];
  readonly existing: PlannedExisting | null;
  /** A run makes, replaces, empties or alters the target; else it brings rows to what is there. */
  readonly alters: boolean;
  /** Where a stream with a cursor goes on. */
  readonly cursor: PlannedCursor | null;
  /** What becomes of rows that the source no longer has. */
  readonly deletes: "remove" | "mark" | null;
  /** Id of the load that the target has. */
  readonly load: string | null;
  readonly changes: readonly ColumnChange[];
  readonly warnings: readonly string[];
  readonly error: ErrorReport | null;
}

/** What a run would do with a pipeline. */
export interface PipelinePlan {
  readonly name: string;
  readonly path: string | null;
  readonly source: string;
  readonly destination: string;
  /** Hash of what the pipeline says, variables and flags filled in, secrets left out. */
  readonly definition: string;
  readonly streams: readonly StreamPlan[];
}

/** What a run would do: the result of `dteg plan`, and the file that `dteg run --plan` reads. */
export interface RunPlan {
  readonly plan: 1;
  readonly dteg: string;
  readonly plannedAt: string;
  readonly pipelines: readonly PipelinePlan[];
}

/** What is known of a stream before anything of it is looked at. */
export function blankPlan(
  { name, target, write, key }: Pick<StreamPlan, "name" | "target" | "write" | "key">,
): StreamPlan {
  return {
    name,
    target,
    write,
    key,
    action: write === "replace" ? "create" : write,
    rows: null,
    bytes: null,
    columns: [],
    statements: [],
    existing: null,
    alters: false,
    cursor: null,
    deletes: null,
    load: null,
    changes: [],
    warnings: [],
    error: null,
  };
}
