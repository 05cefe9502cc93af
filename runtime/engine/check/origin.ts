import { quoteName } from "../../../sdk/mod.ts";

/** Where a row stands in what was read. */
export interface RowPlace {
  readonly file: string;
  /** 1-based line on which it begins, where the file has lines. */
  readonly line?: number;
  /** Its number in a file that has none. */
  readonly row?: number;
}

/** A column as it came, before anything was made of it. */
export interface RawColumn {
  readonly name: string;
  /** Its name in the query: {@linkcode rawName}. */
  readonly at: string;
}

/** The rows of files as they came, beside what was made of them: columns of the query that no schema names. */
export interface Origin {
  /** Absent: the columns of the query are as they came. */
  readonly columns?: readonly RawColumn[];
  /**
   * The places of records, given by their part ({@linkcode PART}) and their numbers in it from 1 up, which grow: one for each, undefined where it
   * is not known.
   */
  places(part: string, records: readonly number[]): AsyncGenerator<RowPlace | undefined>;
}

/** Names of columns that no schema names. */
export const rawName = (index: number): string => `dteg:raw ${index}`;
/** What was read by one call, in its order. */
export const PART = "dteg:part";
/** Number of a record in its part. */
export const RECORD = "dteg:record";
/** The row as it came, as JSON; NULL where there is no fault in it. */
export const ROW = "dteg:row";

/** SQL for the names of {@linkcode PART} and {@linkcode RECORD}. */
export const placed = (part: string, record: string): readonly string[] => [
  `${part} AS ${quoteName(PART)}`,
  `${record} AS ${quoteName(RECORD)}`,
];
