import type { TSchema } from "@sinclair/typebox";
import type { ErrorCode } from "../../../sdk/mod.ts";

/** A word that a later version builds: known, so that its use can be told apart from a slip. */
export interface LaterWord {
  /** The message when the value is not even of the form that it will have. */
  readonly form?: (value: unknown) => string | undefined;
}

/** What a schema of ours says beside JSON Schema. Kept under a symbol, so printing the schema leaves it out. */
export interface Note {
  /** What a value should be, as a message says it: `a duration such as 10m`. */
  readonly wanted?: string;
  /** Keys that this version does not have yet. */
  readonly later?: Readonly<Record<string, LaterWord>>;
  /** Words that a mistyped value may have been meant to be, where the schema is no plain choice. */
  readonly words?: readonly string[];
  /** What to do about a key that is not known, where no known one is near. */
  readonly unknownKey?: string;
  /** Code of the error in place of `pipeline.invalid`. */
  readonly code?: ErrorCode;
}

const NOTE = Symbol("note");

/** The schema with a note. */
export function noted<S extends TSchema>(schema: S, note: Note): S {
  return Object.assign(schema, { [NOTE]: note });
}

/** The note of a schema; empty where it has none. */
export function noteOf(schema: TSchema): Note {
  const note: unknown = Object.getOwnPropertyDescriptor(schema, NOTE)?.value;
  return note === undefined ? {} : note as Note;
}
