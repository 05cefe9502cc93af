/** Control characters, and invisible ones that change the order or the look of what stands beside them. */
// deno-lint-ignore no-control-regex
const HIDDEN = /[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;
const MARKS: Readonly<Record<string, string>> = { "\n": "↵", "\r": "␍", "\t": "⇥" };

/** The text on one line with nothing in it that a terminal would obey: a newline shows as `↵`, a tab as `⇥`, escape as `␛`. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (char) => MARKS[char] ?? picture(char.charCodeAt(0)));
}

/** The same for a message of several lines. */
export function visibleLines(text: string): string {
  return text.split(/\r?\n/).map(visibleText).join("\n");
}

function picture(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "␡" : `\\u${code.toString(16).padStart(4, "0")}`;
}
