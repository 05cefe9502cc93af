import type { ErrorReport } from "../../store/event.ts";

/** A row, or rows of one key, that the two sides do not share. */
export interface Difference {
  readonly kind: "only in source" | "only in target" | "differs";
  /** By column; where the stream has no key the first columns of the row. */
  readonly key: Readonly<Record<string, string | null>>;
  /** How many such rows there are on each side, where it is not one. */
  readonly rows?: { readonly source: number; readonly target: number };
  /** Of `differs`: the columns, with the text of the value on each side; that of a masked one is `***`. */
  readonly columns: readonly {
    readonly column: string;
    readonly source: string | null;
    readonly target: string | null;
  }[];
}

/** What a verification of a stream found. */
export interface StreamVerdict {
  readonly name: string;
  readonly target: string;
  readonly status: "same" | "differs" | "failed";
  /** Rows that were compared; null where it did not come to that. */
  readonly rows: { readonly source: number | null; readonly target: number | null };
  /** Keys, or rows where there is no key. */
  readonly onlyInSource: number;
  readonly onlyInTarget: number;
  readonly differing: number;
  /** The first of them. */
  readonly differences: readonly Difference[];
  readonly notes: readonly string[];
  readonly error: ErrorReport | null;
}

/** That of a stream of which nothing was compared. */
export const notCompared = ({ name, target }: Pick<StreamVerdict, "name" | "target">): StreamVerdict => ({
  name,
  target,
  status: "failed",
  rows: { source: null, target: null },
  onlyInSource: 0,
  onlyInTarget: 0,
  differing: 0,
  differences: [],
  notes: [],
  error: null,
});

/** A pipeline's verdict. */
export interface PipelineVerdict {
  readonly name: string;
  readonly path: string | null;
  readonly source: string;
  readonly destination: string;
  readonly streams: readonly StreamVerdict[];
}
