const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
const RANDOM_DIGITS = 5;

/** A new id of a run: `r`, the milliseconds of its start in base 36, five random digits. Ids sort by time and need no quoting. */
export function newRunId(now: number = Date.now()): string {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(RANDOM_DIGITS)), (byte) => ALPHABET[byte % 36]);
  return `r${now.toString(36).padStart(8, "0")}${random.join("")}`;
}
