import type { DtegError } from "../../sdk/mod.ts";
import type { Style } from "./style.ts";
import { wrapText } from "./view/text_width.ts";

const SHOWN = 20;
const INDENT = "  ";

/** An error, and those found with it, for people: `FILE:LINE:COL: message`, the lines at fault, a hint, and where to read on. */
export function errorText(
  error: DtegError,
  style: Style,
  { width = Infinity }: {
    /** Columns of the screen; without it no line is broken. */
    readonly width?: number;
  } = {},
): string {
  const all = [error, ...error.others];
  const shown = all.slice(0, SHOWN).map((one) => oneError(one, { style, width }));
  const codes = [...new Set(all.map(({ code }) => code))];
  if (all.length > SHOWN) shown.push(style.dim(`and ${all.length - SHOWN} more`));
  const read = codes.length === 1 ? `dteg help ${codes[0]}` : "dteg help CODE";
  return [...shown, style.dim(`${codes.join(", ")}: see \`${read}\` or docs/errors.md`)].join("\n") + "\n";
}

function oneError(
  { path, line, col, message, excerpt, hint }: DtegError,
  { style, width }: { readonly style: Style; readonly width: number },
): string {
  const lead = "hint:";
  const wrapped = (text: string) => wrapText(text, width - INDENT.length).join(`\n${INDENT}`);
  const place = path === undefined ? "error" : [path, line, col].filter((part) => part !== undefined).join(":");
  return [
    style.bold(style.red(`${place}:`)) + wrapped(`${place}: ${message}`).slice(place.length + 1),
    ...(excerpt ? [excerpt.replace(/\n$/, "").replaceAll(/^/gm, "  ")] : []),
    ...(hint ? [INDENT + style.cyan(lead) + wrapped(`${lead} ${hint}`).slice(lead.length)] : []),
  ].join("\n");
}
