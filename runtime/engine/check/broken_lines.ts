import type { ErrorCode } from "../../../sdk/mod.ts";

/** A piece of a file that is no row. */
export interface BrokenLine {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly file: string;
  /** 1-based line on which it begins. */
  readonly line: number;
  /** As it stands in the file. */
  readonly text: string;
}

/**
 * What is left out of files that are read again after a fault: each path has a copy in which blank lines stand for what is no row, so that
 * the lines of all else keep their numbers.
 */
export interface Sift {
  /** What is read in the place of each file, by the name that the user knows it by. */
  readonly copies: Map<string, string>;
  readonly broken: BrokenLine[];
}

export const newSift = (): Sift => ({ copies: new Map(), broken: [] });
