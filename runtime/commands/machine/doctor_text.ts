import type { Style } from "../style.ts";
import { padText, textWidth, wrapText } from "../view/text_width.ts";
import { visibleText } from "../view/visible_text.ts";
import type { Finding, Verdict } from "./finding.ts";

const MARKS: Readonly<Record<Verdict, string>> = { ok: "✓", warn: "!", bad: "✗" };
const MOST = 28;

/** The findings as a list of three columns: mark, what, what was found; under it what to do. */
export function doctorText(
  findings: readonly Finding[],
  { style, width }: { readonly style: Style; readonly width: number },
): string {
  const left = Math.min(MOST, Math.max(0, ...findings.map(({ what }) => textWidth(visibleText(what)))));
  const indent = " ".repeat(left + 4);
  const room = Math.max(24, Math.min(width, 120) - indent.length);
  const paint: Readonly<Record<Verdict, (text: string) => string>> = {
    ok: style.green,
    warn: style.yellow,
    bad: style.red,
  };
  return findings.map(({ what, verdict, found, mend }) => {
    const [first, ...rest] = wrapText(visibleText(found), room);
    const name = visibleText(what);
    const head = textWidth(name) > left ? `${name}\n${indent}` : `${padText(name, left)}  `;
    const lines = [
      `${paint[verdict](MARKS[verdict])} ${style.bold(head)}${first}`,
      ...rest.map((line) => indent + line),
      ...(mend === null ? [] : wrapText(`→ ${visibleText(mend)}`, room).map((line) => indent + style.cyan(line))),
    ];
    return lines.join("\n");
  }).join("\n") + "\n";
}
