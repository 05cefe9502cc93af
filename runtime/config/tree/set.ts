import { DtegError } from "../../../sdk/mod.ts";
import { isMap, member, type Place, type Plain, type Tree } from "./tree.ts";

/** A `--set`: where, what, and the text that was typed. */
export interface SetFlag {
  readonly text: string;
  readonly keys: readonly string[];
  readonly value: Plain;
}

const KEY = /"((?:[^"\\]|\\.)*)"|\[(\d+)\]|([^.[\]"=]+)/y;

/** Reads `a.b[0]=value` or `a.b.0=value`. A value that is a JSON list, mapping, quoted text or null is taken as JSON. */
export function parseSet(text: string): SetFlag {
  const keys: string[] = [];
  let at = 0;
  while (text[at] !== "=") {
    KEY.lastIndex = at;
    const match = KEY.exec(text);
    if (!match) {
      throw invalid(text, "it is not of the form a.b[0]=value", "put a key with odd characters in double quotes");
    }
    keys.push(match[1] !== undefined ? match[1].replace(/\\(.)/g, "$1") : match[2] ?? match[3]);
    at = KEY.lastIndex;
    if (text[at] === ".") at++;
    else if (text[at] !== "=" && text[at] !== "[") {
      throw invalid(text, "it is not of the form a.b[0]=value", "write KEY=VALUE");
    }
  }
  if (keys.length === 0) throw invalid(text, "it names no key", "write KEY=VALUE");
  return { text, keys, value: jsonOrText(text.slice(at + 1)) };
}

/** The tree with one value set. Mappings on the way are made; a list takes a new item only at its end. */
export function applySet(tree: Tree, { text, keys, value }: SetFlag): Tree {
  const pointer = keys.reduce(member, "");
  const places = new Map<string, Place>(
    [...tree.places].filter(([at]) => at !== pointer && !at.startsWith(`${pointer}/`)),
  );
  places.set(pointer, { set: text });
  return { ...tree, root: put(tree.root, { text, keys, value }), places };
}

function put(root: Plain, { text, keys: [key, ...keys], value }: SetFlag): Plain {
  if (key === undefined) return value;
  const inner = { text, keys, value };
  if (Array.isArray(root)) {
    const at = /^\d+$/.test(key) ? Number(key) : NaN;
    if (!(at <= root.length)) {
      throw invalid(text, `there is no item ${key} in a list of ${root.length}`, "items count from 0");
    }
    return at === root.length ? [...root, put(null, inner)] : root.with(at, put(root[at], inner));
  }
  if (root !== null && !isMap(root)) {
    throw invalid(
      text,
      `${JSON.stringify(key)} would stand inside ${JSON.stringify(root)}, which is no mapping`,
      "set the whole value",
    );
  }
  return { ...root, [key]: put(root?.[key] ?? null, inner) };
}

function jsonOrText(text: string): Plain {
  if (!/^(null$|["[{])/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // JSON is allowed, not wanted
  }
}

function invalid(text: string, reason: string, hint: string): DtegError {
  return new DtegError("flag.invalid", `cannot apply --set ${text}: ${reason}`, { hint });
}
