import { type Digest, type DigestRequest, parseName, type Source } from "../../../sdk/mod.ts";
import { readCondition } from "../deletes/read_condition.ts";
import { isChanged } from "../plan/accepted.ts";
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

/** About as many ranges a table is cut into. */
const RANGES = 2000;
/** From so many that differ on, all rows are compared. */
const MOST_DIFFERING = 200;

/**
 * Asks both ends at once, each by itself, for count and hash of their rows; where these differ, for those of ranges of the key. Undefined:
 * they cannot say, or not where: then all rows are compared. Only a comparison of rows tells a difference.
 */
export async function quickDigest(
  { source, back }: { readonly source: Source; readonly back: Source },
  { job: { stream, table }, names, key, loaded }: QuickRequest,
): Promise<QuickAnswer | undefined> {
  if (!source.digest || !back.digest || isChanged({ ...stream, write: "replace" })) return undefined;
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
  const ask = (ranges?: (names: readonly string[]) => DigestRequest["ranges"]) =>
    Promise.all([
      Array.fromAsync(source.digest!({ ...wanted, ...(ranges && { ranges: ranges(key) }) })),
      Array.fromAsync(
        back.digest!({ ...there, ...(ranges && { ranges: ranges(key.map((name) => names[name] ?? name)) }) }),
      ),
    ]);
  const [[one], [other]] = await ask();
  if (!one || !other || one.form !== other.form) return undefined;
  const rows = { source: one.rows, target: other.rows };
  if (one.rows === other.rows && one.hash === other.hash) return { rows };
  if (key.length !== 1) return undefined;
  const bounds = (await ask(([column]) => ({ column, width: 0 }))).flat().map(({ range }) => BigInt(range ?? 0));
  if (bounds.length === 0) return undefined;
  const width = widthOf(bounds);
  const [sums, others] = await ask(([column]) => ({ column, width }));
  if (sums.length === 0 || others.length === 0) return undefined;
  const where = { source: differing(sums, others), target: differing(others, sums) };
  return where.source === undefined || where.target === undefined
    ? undefined
    : { rows, where: { source: where.source, target: where.target } };
}

/** How many values a range has, so that there are some thousand ranges. */
export function widthOf(bounds: readonly bigint[]): number {
  const low = bounds.reduce((a, b) => a < b ? a : b), high = bounds.reduce((a, b) => a > b ? a : b);
  const width = (high - low) / BigInt(RANGES) + 1n;
  return Number(width < 2n ** 52n ? width : 2n ** 52n);
}

/** The condition of the ranges of a side that are other ones on the other side; undefined where there are too many. */
function differing(sums: readonly Digest[], others: readonly Digest[]): string | undefined {
  const byRange = new Map(others.map((digest) => [digest.range, digest]));
  const found = sums.filter((digest) => {
    const other = byRange.get(digest.range);
    return !other || other.rows !== digest.rows || other.hash !== digest.hash;
  });
  if (found.length > MOST_DIFFERING) return undefined;
  return found.map(({ where }) => where ?? "true").join(" OR ") || "1 = 0";
}
