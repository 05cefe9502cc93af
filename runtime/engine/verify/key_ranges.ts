import type { Digest, DigestRequest } from "../../../sdk/mod.ts";

/** About as many ranges a table is cut into. */
const RANGES = 2000;
/** From so many that differ on, all rows are compared. */
const MOST_DIFFERING = 200;
/** Keys that are further apart are cut into no ranges: the servers would count beyond 64 bits. */
const WIDEST = 2n ** 62n;

/** Conditions of the ranges of keys in which the two sides differ, each in the SQL of its side. */
export interface DifferingRanges {
  readonly source: string;
  readonly target: string;
  /** True where no range differs. */
  readonly isSame: boolean;
}

/** Asks both sides, the source first, in the form of its own kind or in that which other kinds have too. */
export type AskRanges = (
  ranges: Omit<NonNullable<DigestRequest["ranges"]>, "column">,
  options: { readonly isPortable: boolean },
) => Promise<readonly [readonly Digest[], readonly Digest[]]>;

const BOUNDS = { from: "0", to: "0", width: 0 };

/** Asks both sides for the sums of the same ranges. Undefined: they cannot say, or too many ranges differ. */
export async function differingRanges(
  ask: AskRanges,
  { mayBePortable = false }: { readonly mayBePortable?: boolean } = {},
): Promise<DifferingRanges | undefined> {
  const own = await ask(BOUNDS, { isPortable: false });
  const isOwn = own[0].length > 0 && own[0][0].form === own[1][0]?.form;
  if (!isOwn && !mayBePortable) return undefined;
  const isPortable = !isOwn, ends = isOwn ? own : await ask(BOUNDS, { isPortable });
  const bounds = ends.flat().map(({ range }) => BigInt(range ?? 0));
  if (bounds.length === 0) return undefined;
  const low = bounds.reduce((a, b) => a < b ? a : b), high = bounds.reduce((a, b) => a > b ? a : b);
  if (high - low >= WIDEST) return undefined;
  const width = Number((high - low) / BigInt(RANGES) + 1n);
  if (!Number.isSafeInteger(width)) return undefined;
  const [sums, others] = await ask({ from: String(low), to: String(high), width }, { isPortable });
  if (sums.length === 0 || others.length === 0 || sums[0].form !== others[0].form) return undefined;
  const source = differing(sums, others), target = differing(others, sums);
  if (source === undefined || target === undefined) return undefined;
  return { source: source || "1 = 0", target: target || "1 = 0", isSame: source === "" && target === "" };
}

/** The condition of the ranges of a side that are other ones on the other side; undefined where there are too many. */
function differing(sums: readonly Digest[], others: readonly Digest[]): string | undefined {
  const byRange = new Map(others.map((digest) => [digest.range, digest]));
  const found = sums.filter((digest) => {
    const other = byRange.get(digest.range);
    return !other || other.rows !== digest.rows || other.hash !== digest.hash;
  });
  if (found.length > MOST_DIFFERING) return undefined;
  return found.map(({ where }) => where ?? "true").join(" OR ");
}
