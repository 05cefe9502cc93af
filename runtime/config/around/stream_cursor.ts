import type { DtegError, WriteMode } from "../../../sdk/mod.ts";
import type { StreamCursor } from "../pipeline.ts";
import { parseDuration } from "../size.ts";
import { fault, type Plain, type PlainMap, type Tree } from "../tree/tree.ts";

/** How a stream is written where nobody says it. */
export function usualWrite(
  { cursor, hasKey }: { readonly cursor?: StreamCursor; readonly hasKey: boolean },
): WriteMode {
  if (!cursor) return "replace";
  return hasKey ? "merge" : "append";
}

interface Words {
  /** With the words of wildcards and `defaults`. */
  readonly all: PlainMap;
  /** Its own. */
  readonly words: PlainMap;
  /** It stands for several tables. */
  readonly isWild: boolean;
  readonly whereIs: (key: string) => string;
  readonly name: string | null;
}

/** What a stream's words say of its cursor, and what is wrong with them. */
export function cursorOf(
  tree: Tree,
  { all, words, isWild, whereIs, name }: Words,
): { readonly cursor?: StreamCursor; readonly errors: readonly DtegError[] } {
  const columns = [all.cursor].flat().filter((column) => typeof column === "string");
  const errors: DtegError[] = [];
  const refuse = (key: string, message: string, hint: string) =>
    errors.push(fault(tree, whereIs(key), { code: "pipeline.invalid", message, hint }));
  const stream = `the stream ${JSON.stringify(name)}`;
  if (columns.length === 0) {
    if ("lag" in words) refuse("lag", `${stream} has a lag and no cursor`, "add cursor: COLUMN, or leave lag out");
    return { errors };
  }
  if (all.write === "replace") {
    if ("cursor" in words) {
      refuse(
        "cursor",
        `${stream} is replaced, which reads all, and yet has a cursor`,
        "leave cursor out, or write: merge with a key, or write: append",
      );
    }
    return { errors };
  }
  if (all.late === "lag" && all.lag === undefined) {
    refuse("late", `late: lag of ${stream} wants a lag`, "add lag: 10m, as long as transactions may take");
  }
  const lag = lagOf(all.lag);
  return {
    errors,
    cursor: {
      columns,
      late: all.late === "lag" ? "lag" : "scan",
      ...(lag && { lag }),
      ...((isWild || columns.length > 1 || !("cursor" in words)) && { mayLack: true }),
    },
  };
}

/** A number is an amount; a text is a duration. What is neither is told with its form. */
function lagOf(value: Plain | undefined): StreamCursor["lag"] {
  if (typeof value === "number") return { amount: value };
  if (typeof value !== "string") return undefined;
  try {
    return { seconds: parseDuration(value) / 1000 };
  } catch {
    return undefined; // the form is told
  }
}
