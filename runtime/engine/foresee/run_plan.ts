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
  readonly streams: readonly StreamPlan[];
}

/** What a run would do: the result of `dteg plan`, and the file that `dteg run --plan` reads. */
export interface RunPlan {
  readonly plan: 1;
  readonly dteg: string;
  readonly plannedAt: string;
  readonly pipelines: readonly PipelinePlan[];
}
