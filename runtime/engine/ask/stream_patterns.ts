import type { StreamFilter } from "../../../sdk/mod.ts";
import { parsePattern } from "../../config/form/stream_pattern.ts";

/**
 * Streams by patterns of their names, as pipelines have them: `*` is any text, `?` one character, `!` in front leaves out; a pattern
 * of one part is held against the last part of the name. With none but those that leave out, all others are wanted. Undefined
 * without any pattern.
 */
export function streamFilter(patterns: readonly string[]): StreamFilter | undefined {
  if (patterns.length === 0) return undefined;
  const all = patterns.map(parsePattern);
  const wanted = all.filter(({ excludes }) => !excludes);
  const refused = all.filter(({ excludes }) => excludes);
  return (name) =>
    (wanted.length === 0 || wanted.some((pattern) => pattern.matches(name))) &&
    !refused.some((pattern) => pattern.matches(name));
}
