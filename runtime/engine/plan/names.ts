import { createHash } from "node:crypto";

/** What a target can hold as a name. */
export interface NameLimits {
  /** Names that differ only in case are the same. */
  readonly foldsCase: boolean;
  /** Longest name in UTF-8 bytes. */
  readonly nameBytes?: number;
}

/**
 * The names that columns get: each keeps its own where the target can hold it. A long one is cut; a cut one, and the later of two that
 * would collide, ends in `_` and 8 hex digits of its hash. The same names always lead to the same result.
 */
export function targetNames(names: readonly string[], limits: NameLimits): readonly string[] {
  const fold = (name: string) => limits.foldsCase ? name.toLowerCase() : name;
  const taken = new Set<string>();
  return names.map((name) => {
    const longest = limits.nameBytes ?? Infinity;
    let result = byteLength(name) <= longest ? name : "";
    for (let n = 1; result === "" || taken.has(fold(result)); n++) {
      result = `${cut(name, longest - 9)}_${hashOf(n === 1 ? name : `${name}\n${n}`)}`;
    }
    taken.add(fold(result));
    return result;
  });
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
