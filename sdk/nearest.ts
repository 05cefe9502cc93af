// @ts-types="@types/damerau-levenshtein"
import editDistance from "damerau-levenshtein";

/**
 * The candidate that `word` most likely was meant to be, or nothing when none is close: one with few letters changed, else the only one
 * that begins with the word, or that the word begins with. Case does not count.
 *
 * @example
 * ```ts
 * nearest("wirte", ["write", "into"]); // "write"
 * ```
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = word.length <= 3 ? 1 : word.length <= 8 ? 2 : 3;
  const small = word.toLowerCase();
  const longer = new Set<string>();
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const distance = editDistance(small, other).steps; // letters dropped, added, changed, or swapped with their neighbour
    if (distance < least && distance < candidate.length) [best, least] = [candidate, distance];
    const shorter = Math.min(small.length, other.length);
    if (shorter >= 3 && small.slice(0, shorter) === other.slice(0, shorter)) longer.add(candidate);
  }
  return best ?? (longer.size === 1 ? [...longer][0] : undefined);
}
