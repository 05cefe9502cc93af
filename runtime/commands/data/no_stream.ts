import { DtegError, formatName } from "../../../sdk/mod.ts";
import { type End, nearest } from "../../config/mod.ts";
import { openSource } from "../../engine/ask/open_end.ts";
import type { RunContext } from "../../engine/run_context.ts";

const MOST = 10_000;

/** Why no stream was found: there is none, or none that the patterns mean; with the nearest name. */
export async function noStream(
  { end, patterns, context }: {
    readonly end: End;
    readonly patterns: readonly string[];
    readonly context: RunContext;
  },
): Promise<DtegError> {
  if (patterns.length === 0) return new DtegError("stream.none", `${end.label} has no streams`);
  await using opened = await openSource(end, context);
  const names: string[] = [];
  const all: string[] = [];
  for await (const { name } of opened.source.discover()) {
    if (names.push(formatName(name)) > MOST) break;
    all.push(formatName(name), name.name);
  }
  const wanted = patterns.find((pattern) => !pattern.startsWith("!")) ?? patterns[0];
  const near = nearest(wanted.replaceAll(/[*?]/g, ""), all);
  const some = names.slice(0, 8).join(", ");
  const have = names.length > 8 ? `${some} and ${names.length - 8} more` : some;
  return new DtegError(
    "stream.not_found",
    `${end.label} has no stream that ${patterns.map((pattern) => JSON.stringify(pattern)).join(" ")} means`,
    { hint: near ? `did you mean ${near}?` : have ? `it has ${have}` : "it has no streams" },
  );
}
