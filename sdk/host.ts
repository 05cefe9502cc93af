/** A value of a result row: DuckDB's JSON form. Numbers that JSON cannot hold exactly are strings. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** The DuckDB session of the run. For built-in connectors only. */
export interface DuckSession {
  /** Runs one statement and returns all its rows as objects. For small results. */
  all(sql: string): Promise<readonly Readonly<Record<string, Value>>[]>;
  /** Runs one statement; the number is the rows that it wrote or changed. */
  run(sql: string): Promise<number>;
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
  duckdb(): Promise<DuckSession>;
}
