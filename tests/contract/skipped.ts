import type { End } from "./nasty.ts";

/** What an end cannot hold or do, so that no test of the suite tries it. */
export interface Skipped {
  readonly end: End;
  readonly what: readonly string[];
  readonly why: string;
}

const TEXT_FILE = ["int8", "uint8", "uint16", "uint32", "uint64", "timetz", "timestamp9"];
const NO_WORD = "a pipeline has no word to declare it; what is not declared is guessed";

/** As sources; of the modes, as targets. The page of types prints it, and a test holds it against the table of values. */
export const SKIPPED: readonly Skipped[] = [
  { end: "csv", what: TEXT_FILE, why: NO_WORD },
  { end: "ndjson", what: TEXT_FILE, why: NO_WORD },
  { end: "json", what: TEXT_FILE, why: NO_WORD },
  { end: "ndjson", what: ["bytes"], why: "JSON has no bytes: they are text there" },
  { end: "json", what: ["bytes"], why: "JSON has no bytes: they are text there" },
  { end: "parquet", what: ["numeric", "timetz", "interval"], why: "Parquet has no such type that every writer knows" },
  { end: "postgres", what: ["int8", "uint8", "uint16", "uint64", "timestamp9"], why: "PostgreSQL has no such type" },
  { end: "mysql", what: ["timetz", "timestamp9", "interval"], why: "MariaDB has no such type" },
];
