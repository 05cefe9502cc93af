import type { Kind } from "../kinds.ts";
import type { End, Nasty } from "../nasty.ts";

/** Some values as one stream: row 0 holds them, row 1 NULL in their place. */
export interface Lane {
  readonly name: string;
  readonly values: readonly Nasty[];
}

/** A stream in the words of a pipeline, without its target. */
export type StreamWords = Readonly<Record<string, unknown>> & { readonly name: string };

/** What stands at a target: native types, and texts that `form` makes exact. */
export interface Content {
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** An end of dteg in the suite: how it is made, and read back by a client that dteg does not use. */
export interface Plug extends AsyncDisposable {
  readonly end: End;
  /** What a pipeline says of it as a source, once `fill` has run. */
  readonly source: unknown;
  /** Makes the streams; each gives its words. */
  fill(lanes: readonly Lane[]): Promise<readonly StreamWords[]>;
  /** How a large stream is split, where values of some types take a way of their own. */
  split?(values: readonly Nasty[]): Readonly<Record<string, readonly Nasty[]>>;
  /** What a pipeline says of it as the destination of what comes from `source`. */
  destination(source: End): unknown;
  into(source: End, stream: string): string | undefined;
  read(source: End, stream: string): Promise<Content>;
  /** A text of the target in the form that `exact` knows. Throws an Error where it is not in the form that docs/types.md tells. */
  form(kind: Kind, text: string, type: string): string;
  /** True when a native type is what `dteg plan` calls it. */
  isNative(type: string, planned: string): boolean;
  /** What the target keeps of a value, where its type does not tell all of them apart. */
  keeps?(kind: Kind, text: string): string;
}

/** A place for the files of a run. */
export interface Bench {
  readonly folder: string;
}
