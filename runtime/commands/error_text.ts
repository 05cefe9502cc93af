import type { DtegError } from "../../sdk/mod.ts";
import type { Style } from "./style.ts";

const SHOWN = 20;

/** An error, and those found with it, for people: `FILE:LINE:COL: message`, the lines at fault, a hint, and where to read on. */
export function errorText(error: DtegError, style: Style): string {
  const all = [error, ...error.others];
  const shown = all.slice(0, SHOWN).map((one) => oneError(one, style));
  const codes = [...new Set(all.map(({ code }) => code))];
  if (all.length > SHOWN) shown.push(style.dim(`and ${all.length - SHOWN} more`));
  const read = codes.length === 1 ? `dteg help ${codes[0]}` : "dteg help CODE";
  return [...shown, style.dim(`${codes.join(", ")}: see \`${read}\` or docs/errors.md`)].join("\n") + "\n";
}

function oneError({ path, line, col, message, excerpt, hint }: DtegError, style: Style): string {
  const place = path === undefined ? "error" : [path, line, col].filter((part) => part !== undefined).join(":");
  return [
    `${style.bold(style.red(`${place}:`))} ${message}`,
    ...(excerpt ? [excerpt.replace(/\n$/, "").replaceAll(/^/gm, "  ")] : []),
    ...(hint ? [`  ${style.cyan("hint:")} ${hint}`] : []),
  ].join("\n");
}
