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
    const distance = editDistance(small, other);
    if (distance < least && distance < candidate.length) [best, least] = [candidate, distance];
    const shorter = Math.min(small.length, other.length);
    if (shorter >= 3 && small.slice(0, shorter) === other.slice(0, shorter)) longer.add(candidate);
  }
  return best ?? (longer.size === 1 ? [...longer][0] : undefined);
}

/** Damerau-Levenshtein distance: how many letters were dropped, added, changed, or swapped with their neighbour. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(changed, previous[j] + 1, row[j - 1] + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    [before, previous] = [previous, row];
  }
  return previous[b.length];
}
