import { type DigestRequest, parseName, type Source } from "../../../sdk/mod.ts";
import { readCondition } from "../deletes/read_condition.ts";
import { isChanged } from "../plan/accepted.ts";
import { differingRanges } from "./key_ranges.ts";
import type { StreamJob } from "../stream_job.ts";

/** What is asked of both ends. */
export interface QuickRequest {
  readonly job: StreamJob;
  /** Names in the target by those in the source, in the order of the stream's columns. */
  readonly names: Readonly<Record<string, string>>;
  /** Names in the source of the columns of the key. */
  readonly key: readonly string[];
  /** What of the target's rows is not the stream's, as a condition of those that are. */
  readonly loaded?: string;
}

/** What the two ends say by themselves. */
export interface QuickAnswer {
  readonly rows: { readonly source: number; readonly target: number };
  /** Where they differ: conditions of the ranges of keys in which they do. Absent: they are the same. */
  readonly where?: { readonly source: string; readonly target: string };
}

/**
 * Asks both ends at once, each by itself, for count and hash of their rows; where these differ, for those of ranges of the key. Undefined:
 * they cannot say, or not where: then all rows are compared. Only a comparison of rows tells a difference.
 */
export async function quickDigest(
  { source, back }: { readonly source: Source; readonly back: Source },
  { job: { stream, table }, names, key, loaded }: QuickRequest,
): Promise<QuickAnswer | undefined> {
  if (!source.digest || !back.digest || isChanged({ columns: stream.columns, write: "replace" })) return undefined;
  const condition = readCondition(stream);
  const from = Object.keys(names), to = from.map((name) => names[name]);
  const wanted: DigestRequest = {
    stream: stream.sql === undefined ? parseName(stream.name) : { sql: stream.sql },
    columns: from.map((name) => ({ name })),
    ...(condition !== undefined && { where: condition }),
  };
  const there: DigestRequest = {
    stream: table,
    columns: to.map((name) => ({ name })),
    ...(loaded !== undefined && { where: loaded }),
  };
  const ask = (ranges?: Omit<NonNullable<DigestRequest["ranges"]>, "column">) =>
    Promise.all([
      Array.fromAsync(source.digest!({ ...wanted, ...(ranges && { ranges: { ...ranges, column: key[0] } }) })),
      Array.fromAsync(
        back.digest!({ ...there, ...(ranges && { ranges: { ...ranges, column: names[key[0]] ?? key[0] } }) }),
      ),
    ]);
  const [[one], [other]] = await ask();
  if (!one || !other || one.form !== other.form) return undefined;
  const rows = { source: one.rows, target: other.rows };
  if (one.rows === other.rows && one.hash === other.hash) return { rows };
  if (key.length !== 1) return undefined;
  const where = await differingRanges(ask);
  return where && !where.isSame ? { rows, where } : undefined;
}
