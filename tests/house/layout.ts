import { posix } from "node:path";
import { type Fault, isTest, lineCount, type Source, TOPS } from "./source.ts";

const LIMITS = { median: 100, most: 300, all: 400, files: 14, nesting: 2 } as const;
const WHOLES = { "main.ts": 100, "task": 60, "sdk/": 1000 } as const;
const BANNED = /^(utils?|helpers?|common|types|index|base|base_.*|misc)$/;
const SNAKE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** Files that are too long, one by one and taken together. Docs and tests aside. */
export function sizeFaults(sources: readonly Source[]): readonly Fault[] {
  const sizes = sources.filter(({ path }) => !isTest(path) && !path.startsWith("docs/"))
    .map(({ path, text }) => ({ path, lines: lineCount(text) })).sort((a, b) => a.lines - b.lines);
  const faults: Fault[] = sizes.filter(({ lines }) => lines > LIMITS.all).map(({ path, lines }) => ({
    path,
    what: `${lines} lines, at most ${LIMITS.all}`,
    mend: "give each concept a file of its own",
  }));
  const share = (part: number) => sizes[Math.max(0, Math.ceil(sizes.length * part) - 1)];
  for (const [name, part, limit] of [["half", 0.5, LIMITS.median], ["9 in 10", 0.9, LIMITS.most]] as const) {
    const at = share(part);
    if (!at || at.lines <= limit) continue;
    const what = `${name} of all files should have at most ${limit} lines, this one in its place has ${at.lines}`;
    faults.push({ path: at.path, what, mend: `split the longest: ${sizes.slice(-3).map((s) => s.path).join(", ")}` });
  }
  return faults;
}

/** Parts of the house with a size of their own. `task` is handed in among the sources. */
export function wholeFaults(sources: readonly Source[]): readonly Fault[] {
  return Object.entries(WHOLES).flatMap(([path, limit]) => {
    const parts = sources.filter((source) => path.endsWith("/") ? source.path.startsWith(path) : source.path === path);
    const lines = parts.reduce((sum, { text }) => sum + lineCount(text), 0);
    return lines < limit
      ? []
      : [{ path, what: `${lines} lines, wanted less than ${limit}`, mend: "move or cut something" }];
  });
}

/** Folders with too many files or too deep. */
export function folderFaults(sources: readonly Source[]): readonly Fault[] {
  const counts = new Map<string, number>();
  for (const { path } of sources) counts.set(posix.dirname(path), (counts.get(posix.dirname(path)) ?? 0) + 1);
  return [...counts].filter(([folder]) => TOPS.some((top) => top === folder.split("/")[0])).flatMap(([path, count]) => {
    const faults: Fault[] = [];
    const depth = path.split("/").length - 1;
    if (count > LIMITS.files) {
      faults.push({
        path,
        what: `${count} files, at most ${LIMITS.files}`,
        mend: "group those of one concept in a folder",
      });
    }
    if (depth > LIMITS.nesting) {
      faults.push({ path, what: `${depth} folders deep, at most ${LIMITS.nesting}`, mend: "move it up" });
    }
    return faults;
  });
}

/** Names that are not snake_case or say nothing. */
export function nameFaults(sources: readonly Source[]): readonly Fault[] {
  return sources.flatMap(({ path }) => {
    const stems = path.replace(/\.tsx?$/, "").split("/");
    const odd = stems.find((stem) => !SNAKE.test(stem));
    if (odd !== undefined) return [{ path, what: `"${odd}" is not snake_case`, mend: "rename it" }];
    const banned = stems.find((stem) => BANNED.test(stem));
    return banned === undefined ? [] : [{ path, what: `"${banned}" says nothing`, mend: "name it for what it holds" }];
  });
}
