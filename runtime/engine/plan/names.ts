import { createHash } from "node:crypto";

/** What a target can hold as a name. */
export interface NameLimits {
  /** Names that differ only in case are the same. */
  readonly foldsCase: boolean;
  /** Longest name in UTF-8 bytes. */
  readonly nameBytes?: number;
}

/** A column that wants a name. */
export interface NameWish {
  /** The name that it would have. */
  readonly name: string;
  /** The name that it got in the load before. */
  readonly before?: string;
}

/**
 * The names that columns get: each keeps its own where the target can hold it. A long one is cut; a cut one, and the later of two that
 * would collide, ends in `_` and 8 hex digits of its hash. The same names always lead to the same result, and what a column got before
 * it keeps, whatever comes to stand beside it.
 */
export function targetNames(wishes: readonly (string | NameWish)[], limits: NameLimits): readonly string[] {
  const fold = (name: string) => limits.foldsCase ? name.toLowerCase() : name;
  const taken = new Set<string>();
  const longest = limits.nameBytes ?? Infinity;
  const names: string[] = [];
  const give = (index: number, name: string) => {
    taken.add(fold(name));
    names[index] = name;
  };
  const all = wishes.map((wish) => typeof wish === "string" ? { name: wish } : wish);
  all.forEach(({ name, before }, index) => {
    if (before !== undefined && madeOf(before, name) && !taken.has(fold(before))) give(index, before);
  });
  all.forEach(({ name }, index) => {
    if (names[index] !== undefined) return;
    let result = byteLength(name) <= longest ? name : "";
    for (let n = 1; result === "" || taken.has(fold(result)); n++) {
      result = `${cut(name, longest - 9)}_${hashOf(n === 1 ? name : `${name}\n${n}`)}`;
    }
    give(index, result);
  });
  return names;
}

/** True for the name itself, and for one that these rules made of it. */
function madeOf(result: string, name: string): boolean {
  return result === name || (/_[0-9a-f]{8}$/.test(result) && name.startsWith(result.slice(0, -9)));
}

const byteLength = (text: string) => new TextEncoder().encode(text).length;
const hashOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 8);

/** The longest beginning of at most so many bytes that ends between characters. */
function cut(name: string, bytes: number): string {
  let result = "";
  for (const char of name) {
    if (byteLength(result + char) > bytes) break;
    result += char;
  }
  return result;
}
