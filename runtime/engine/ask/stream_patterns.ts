import { formatName, type StreamFilter } from "../../../sdk/mod.ts";

/**
 * Streams by patterns of their names: `*` is any text, `?` one letter, `!` in front leaves out. A pattern without a dot is held
 * against the last part of the name too. With none but those that leave out, all others are wanted. Undefined without any pattern.
 */
export function streamFilter(patterns: readonly string[]): StreamFilter | undefined {
  if (patterns.length === 0) return undefined;
  const wanted = patterns.filter((pattern) => !pattern.startsWith("!")).map(matcher);
  const refused = patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => matcher(pattern.slice(1)));
  return (name) => {
    const texts = [formatName(name), name.name];
    const fits = (match: Matcher) => match(texts);
    return (wanted.length === 0 || wanted.some(fits)) && !refused.some(fits);
  };
}

/** True for what holds a `*` or `?`, so that it may mean several streams. */
export function isPattern(text: string): boolean {
  return /[*?]/.test(text);
}

type Matcher = (texts: readonly string[]) => boolean;

function matcher(pattern: string): Matcher {
  const source = RegExp.escape(pattern).replaceAll("\\*", ".*").replaceAll("\\?", ".");
  const whole = new RegExp(`^${source}$`, "su");
  return ([full, last]) => whole.test(full) || (!pattern.includes(".") && whole.test(last));
}
