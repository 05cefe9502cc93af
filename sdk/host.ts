import type { ScanBatch } from "./batch.ts";
import type { DataType } from "./data_type.ts";

/** A value of a result row: DuckDB's JSON form. Numbers that JSON cannot hold exactly are strings. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** A row as an object, by column. */
export type Row = Readonly<Record<string, Value>>;

/** The text forms of rows that files and streams hold; docs/types.md has each type's. */
export interface TextForm {
  /** `csv`: one text column a column. `ndjson`: one column with a JSON object a row. */
  readonly format: "csv" | "ndjson";
  /** How `ndjson` writes 64-bit integers and decimals. */
  readonly numbers?: "number" | "string";
  /** `csv`: the columns that become text, where not all do. */
  readonly only?: readonly string[];
}

/** A DuckDB session of the run: a connection of its own. For built-in connectors only. */
export interface DuckSession {
  /** Runs one statement and returns all its rows. For small results. */
  all(sql: string): Promise<readonly Row[]>;
  /** Runs one statement; the number is the rows that it wrote or changed. */
  run(sql: string): Promise<number>;
  /** Runs the statement that `statement` makes of a batch's query, inside what the batch wants around it; gives the rows written. */
  runScan(batch: ScanBatch, statement: (query: string) => string): Promise<number>;
  /** Loads an extension of DuckDB that dteg carries. */
  load(extension: "postgres_scanner"): Promise<void>;
  /** SQL that stops a query and names column, type and value. */
  refuse(column: { readonly column: string; readonly type: string }, expression: string): string;
  /** Attaches a database file, once for the run, and returns the name of its catalog. */
  attach(path: string, options?: { readonly readOnly?: boolean }): Promise<string>;
  /** A query over DuckDB's own types as a batch. */
  scan(query: string): Promise<ScanBatch>;
  /** The type that values have in a batch, by DuckDB's name of it: `DECIMAL(18,2)`. */
  typeOf(native: string): DataType;
  /** The query whose columns are the text form of a batch. */
  text(batch: ScanBatch, form: TextForm): string;
  /** Runs `step` while no other session of the run does so with the same name: for commits that would collide. */
  alone<T>(name: string, step: () => Promise<T>): Promise<T>;
}

/** Where a connector says what a person may want to know. Secrets are masked by the engine. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  /** Also shown in the report of the stream. */
  warn(message: string): void;
}

/** What the engine lends to a connector for one stream. */
export interface Host {
  readonly log: Log;
  /** Aborted when the run is interrupted. */
  readonly signal: AbortSignal;
  /** An existing folder of the run, removed at its end. */
  readonly tempDir: string;
  /** Id of the run. */
  readonly run: string;
  /** Folder that relative paths start at. */
  readonly folder: string;
  /** What the streams of a run share (connections, what a catalogue holds): made when its name is first asked for. Disposed at the run's end, where it can be. */
  shared<T extends object>(name: string, make: () => T): T;
  duckdb(): Promise<DuckSession>;
}
