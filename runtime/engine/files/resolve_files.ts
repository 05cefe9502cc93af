import type { DataType, DtegError, FilesBatch, Log, ScanBatch } from "../../../sdk/mod.ts";
import type { StageSession } from "../move/session.ts";
import { checkForms } from "../text/declared_form.ts";
import type { Sift } from "../check/broken_lines.ts";
import type { Flaw } from "../check/judged_query.ts";
import type { LossRules } from "../check/loss_rules.ts";
import type { Origin } from "../check/origin.ts";
import type { CsvReading } from "../csv/csv_call.ts";
import { resolveCsv } from "../csv/csv_read.ts";
import { resolveJson } from "../json/json_read.ts";
import { resolveParquet } from "./parquet_read.ts";

/** The rows that a guess of types looks at. */
export type GuessFrom = "first rows" | "all rows";

/** Files that are to become a query. */
export interface FilesRequest {
  readonly batch: FilesBatch;
  /** Types that the pipeline declares, by the column's name in the file. */
  readonly declared: ReadonlyMap<string, DataType>;
  /** Names among `declared` whose type is that of the target's column, and not the user's word. */
  readonly fromTable?: ReadonlySet<string>;
  /** How many rows a guess of types looks at. */
  readonly guess: GuessFrom;
  /** What becomes of values that are none of a declared type. Absent: the query stops. */
  readonly loss?: LossRules;
  /** Lines that are no rows are left out and told here. Absent: they stop the read. */
  readonly sift?: Sift;
  /** Rows are so wide that few are to be held at once. */
  readonly isWide?: boolean;
  /** How CSV is read. */
  readonly reading?: CsvReading;
  /** An existing folder for what has to be rewritten. */
  readonly tempDir: string;
  readonly log: Log;
}

/** Files as a query. */
export interface ResolvedFiles {
  readonly scan: ScanBatch;
  /** What becomes of the faults that the query tells, in the order of its `refused`. */
  readonly told?: readonly Flaw[];
  /** Where rows may be set aside: how they came. */
  readonly origin?: Origin;
  /** The error of a statement that ran the query, with file, line and column of the data where they can be found. */
  explain(error: DtegError): Promise<DtegError>;
}

/** Finds layout and types of files and gives the query that reads them. The one place where the format of files is known. */
export async function resolveFiles(session: StageSession, request: FilesRequest): Promise<ResolvedFiles> {
  await checkForms(session, { options: request.batch.options, types: request.declared.values() });
  switch (request.batch.format) {
    case "csv":
      return await resolveCsv(session, request);
    case "parquet":
      return await resolveParquet(session, request);
    default:
      return await resolveJson(session, request);
  }
}
