import type { End } from "./nasty.ts";

/** What an end cannot hold or do, so that no test of the suite tries it. */
export interface Skipped {
  readonly end: End;
  readonly what: readonly string[];
  readonly why: string;
}

const TEXT_FILE = ["int8", "uint8", "uint16", "uint32", "uint64", "timetz", "timestamp9"];
const NO_WORD = "a pipeline has no word to declare it; what is not declared is guessed";
const NO_BYTES = "JSON has no bytes: they are text there";
const NO_KEYS = "a file has no keys";
const NO_HEAD = "names stand in the records";

/** Kinds of values as sources, and ways of loading as targets. The page of types prints it; a test holds it against the table of values. */
export const SKIPPED: readonly Skipped[] = [
  { end: "csv", what: TEXT_FILE, why: NO_WORD },
  { end: "ndjson", what: TEXT_FILE, why: NO_WORD },
  { end: "json", what: TEXT_FILE, why: NO_WORD },
  { end: "ndjson", what: ["bytes"], why: NO_BYTES },
  { end: "json", what: ["bytes"], why: NO_BYTES },
  { end: "parquet", what: ["numeric", "timetz", "interval"], why: "Parquet has no such type that every writer knows" },
  { end: "postgres", what: ["int8", "uint8", "uint16", "uint64", "timestamp9"], why: "PostgreSQL has no such type" },
  { end: "mysql", what: ["timetz", "timestamp9", "interval"], why: "MariaDB has no such type" },
  { end: "csv", what: ["merge"], why: NO_KEYS },
  { end: "ndjson", what: ["merge"], why: NO_KEYS },
  { end: "json", what: ["merge"], why: NO_KEYS },
  { end: "parquet", what: ["merge"], why: NO_KEYS },
  { end: "ndjson", what: ["columns of no rows"], why: NO_HEAD },
  { end: "json", what: ["columns of no rows"], why: NO_HEAD },
];
