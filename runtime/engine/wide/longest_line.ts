const FEED = 10;

/** Bytes of the longest line of some files, read once. */
export async function longestLine(paths: readonly string[]): Promise<number> {
  let longest = 0;
  const buffer = new Uint8Array(1 << 20);
  for (const path of paths) {
    using file = await Deno.open(path);
    let length = 0;
    for (let count; (count = await file.read(buffer)) !== null;) {
      let from = 0;
      for (let feed; (feed = buffer.indexOf(FEED, from)) >= 0 && feed < count; from = feed + 1) {
        longest = Math.max(longest, length + feed - from);
        length = 0;
      }
      length += count - from;
    }
    longest = Math.max(longest, length);
  }
  return longest;
}
