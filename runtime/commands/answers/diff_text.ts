import type { StreamDifference } from "../../engine/foresee/compare_ends.ts";
import { makeStyle, type Style } from "../style.ts";
import { formatCountOf } from "../view/numbers.ts";
import { visibleText } from "../view/visible_text.ts";
import { changeLine } from "./plan_text.ts";

/** A stream beside its target, or beside that of another end. */
export interface ShownDifference extends Omit<StreamDifference, "columns"> {
  readonly columns: readonly (StreamDifference["columns"][number] & { readonly next?: string })[];
  /** What happens, or is wrong, in a sentence. */
  readonly note?: string;
}

/** Differences for people; those that are the same are counted. */
export function diffText(
  all: readonly ShownDifference[],
  { style = makeStyle({ colour: false }) }: { readonly style?: Style } = {},
): string {
  const same = all.filter(({ status, note }) => status === "same" && !note).length;
  const blocks = all.filter(({ status, note }) => status !== "same" || note).map((one) => blockOf(one, style));
  const last = same === 0 ? [] : [style.dim(`${formatCountOf(same, "stream")} the same\n`)];
  return [...blocks, ...last].join("");
}

function blockOf({ name, other, status, columns, note }: ShownDifference, style: Style): string {
  const both = other === null || other === name ? visibleText(name) : `${visibleText(name)} → ${visibleText(other)}`;
  const tail = note ? style.dim(`  ${note}`) : "";
  if (status === "added") return `${style.green("+")} ${style.bold(both)}${tail}\n`;
  if (status === "dropped") return `${style.red("-")} ${style.bold(both)}${tail}\n`;
  const lines = columns.map((column) => `    ${changeLine(column, style)}\n`);
  return [`${style.yellow("~")} ${style.bold(both)}${tail}\n`, ...lines].join("");
}
