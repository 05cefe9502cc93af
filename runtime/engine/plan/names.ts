import { createHash } from "node:crypto";
import type { Abilities } from "../../../sdk/mod.ts";

/** What a target can hold as a name. */
export type NameLimits = Pick<Abilities, "foldsCase" | "nameBytes" | "nameChars" | "unfit">;

/** A column or table that wants a name. */
export interface NameWish {
  /** The name that it would have. */
  readonly name: string;
  /** The name that it has in the source, where that is another one. */
  readonly source?: string;
  /** The name that it got in the load before. */
  readonly before?: string;
}

/**
 * The names that columns get: each keeps its own where the target can hold it. Characters that no name can hold become `_`, a long name
 * is cut; a cut one, and the later of two that would collide, ends in `_` and 8 hex digits of the hash of its name in the source. The
 * same names always lead to the same result, and what a column got before it keeps, whatever comes to stand beside it.
 */
export function targetNames(wishes: readonly (string | NameWish)[], limits: NameLimits): readonly string[] {
  const fold = (name: string) => limits.foldsCase ? name.toLowerCase() : name;
  const taken = new Set<string>();
  const names: string[] = [];
  const give = (index: number, name: string) => {
    taken.add(fold(name));
    names[index] = name;
  };
  const all = wishes.map((wish) => typeof wish === "string" ? { name: wish } : wish).map((wish: NameWish) => ({
    source: wish.name,
    ...wish,
    name: fitName(wish.name, limits),
  }));
  all.forEach(({ name, before }, index) => {
    if (before !== undefined && madeOf(before, name) && !taken.has(fold(before))) give(index, before);
  });
  all.forEach(({ name, source }, index) => {
    if (names[index] !== undefined) return;
    let result = isShort(name, limits) ? name : "";
    for (let n = 1; result === "" || taken.has(fold(result)); n++) {
      result = `${cut(name, limits)}_${hashOf(n === 1 ? source : `${source}\n${n}`)}`;
    }
    give(index, result);
  });
  return names;
}

/** `_` and 8 digits. */
const SUFFIX = 9;

/** A name without the characters that the target has none for; nothing is no name anywhere. */
export function fitName(name: string, { unfit }: NameLimits): string {
  const fit = unfit ? name.replace(unfit, (found) => "_".repeat([...found].length)) : name;
  return fit === "" ? "_" : fit;
}

/** True for the name itself, and for one that these rules made of it. */
function madeOf(result: string, name: string): boolean {
  return result === name || (/_[0-9a-f]{8}$/.test(result) && name.startsWith(result.slice(0, -SUFFIX)));
}

const encoder = new TextEncoder();
const byteLength = (text: string) => encoder.encode(text).length;
const isShort = (name: string, { nameBytes = Infinity, nameChars = Infinity }: NameLimits) =>
  byteLength(name) <= nameBytes && (name.length <= nameChars || [...name].length <= nameChars);
const hashOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 8);

/** The longest beginning to which the suffix can be added; it ends between characters. */
function cut(name: string, { nameBytes = Infinity, nameChars = Infinity }: NameLimits): string {
  let bytes = 0, chars = 0, length = 0;
  for (const char of name) {
    bytes += byteLength(char);
    if (bytes > nameBytes - SUFFIX || ++chars > nameChars - SUFFIX) break;
    length += char.length;
  }
  return name.slice(0, length);
}
