import type { Schema } from "./data_type.ts";

/** What a source can hand over and a destination can take. */
export type Format = "pgcopy" | "csv" | "ndjson" | "json" | "parquet" | "scan";

/** Formats of files. */
export type FileFormat = "csv" | "ndjson" | "json" | "parquet";

/** How files are to be read. What is absent is found from their content. */
export interface ReadOptions {
  readonly delimiter?: string;
  readonly quote?: string;
  readonly escape?: string;
  readonly header?: boolean;
  /** Unquoted text that stands for NULL; an empty field always does. */
  readonly null?: string;
  /** Lines to leave out before the header. */
  readonly skip?: number;
  /** strptime form of dates and timestamps, for columns that are declared as such. */
  readonly dateFormat?: string;
  readonly timestampFormat?: string;
  /** Name of a column that holds the name of each row's file. */
  readonly filenameColumn?: string;
}

/**
 * Rows on their way. `files`: plain UTF-8 (or Parquet) files that are read whole, so the engine applies columns, filter and limit;
 * what `paths` hold must be decompressed; `names` are what the user calls them. `scan`: a query that DuckDB runs itself;
 * columns, filter and limit are in it. `bytes`: a stream in a stated format: `pgcopy` is PostgreSQL's binary COPY, `csv`
 * the text form of CSV without a header; its columns are those of `schema`, in their order.
 */
export type Batch =
  | {
    readonly kind: "files";
    readonly format: FileFormat;
    readonly paths: readonly string[];
    readonly names: readonly string[];
    readonly options: ReadOptions;
  }
  | {
    readonly kind: "scan";
    readonly schema: Schema;
    readonly query: string;
    /**
     * Columns in which values could not be carried: they are NULL there. The query has a column for each behind those of the schema, named
     * by {@linkcode refusedName}: the text of the value, NULL where all is well.
     */
    readonly refused?: readonly Refused[];
    /** `any`: its rows come in no order that somebody wanted. `serial`: one thread reads them, so they stay as they come. */
    readonly order?: "any" | "serial";
    /** Runs the statement that holds the query inside what the source needs around it: a transaction, a check of the same snapshot. */
    readonly within?: <T>(step: () => Promise<T>) => Promise<T>;
    /** The same rows by a query that takes a few at a time, for rows too wide to be held 2,048 at once, as DuckDB does. */
    readonly inPieces?: () => Promise<string | undefined>;
    /** Bytes of 2,048 rows of the widest: asked for where memory did not do. */
    readonly unitBytes?: () => Promise<number>;
  }
  | {
    readonly kind: "bytes";
    readonly format: "pgcopy" | "csv";
    readonly schema: Schema;
    readonly stream: ReadableStream<Uint8Array>;
  };

/** A column, and what its values had to be. */
export interface Refused {
  readonly column: string;
  readonly wanted: string;
}

/** The name in a query of the column that tells the values of `refused[index]`. */
export const refusedName = (index: number): string => `dteg:refused ${index}`;

/** A batch that is a query. */
export type ScanBatch = Extract<Batch, { kind: "scan" }>;
/** A batch that is a set of files. */
export type FilesBatch = Extract<Batch, { kind: "files" }>;
/** A batch that is a stream of bytes. */
export type BytesBatch = Extract<Batch, { kind: "bytes" }>;
