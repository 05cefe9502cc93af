import type { Difference, PipelineVerdict, StreamVerdict } from "../../engine/verify/verify_report.ts";
import { makeStyle, type Style } from "../style.ts";
import { formatCount, formatCountOf } from "../view/numbers.ts";
import { visibleText } from "../view/visible_text.ts";

/** What a verification found, for people. */
export function verdictText(
  pipelines: readonly PipelineVerdict[],
  { style = makeStyle({ colour: false }) }: { readonly style?: Style } = {},
): string {
  return pipelines.flatMap(({ streams }) => streams).map((stream) => streamText(stream, style)).join("");
}

function streamText(stream: StreamVerdict, style: Style): string {
  const { name, target, status, rows, differences, notes, error } = stream;
  const head = `${style.bold(visibleText(name))} → ${visibleText(target)}`;
  const lines = notes.map((note) => `  ${style.yellow("!")} ${visibleText(note)}\n`);
  if (status === "same") {
    return [`${style.green("✓")} ${head}  ${formatCountOf(rows.source ?? 0, "row")} the same\n`, ...lines].join("");
  }
  if (status === "failed") return [`${style.red("✗")} ${head}  ${visibleText(error?.code ?? "")}\n`, ...lines].join("");
  const counts = rows.source === null || rows.target === null
    ? ""
    : `  ${formatCountOf(rows.source, "row")} there, ${formatCount(rows.target)} here`;
  const left = stream.onlyInSource + stream.onlyInTarget + stream.differing - differences.length;
  return [
    `${style.red("✗")} ${head}${counts}\n`,
    ...differences.map((one) => differenceText(one, style)),
    ...(left > 0 ? [style.dim(`  … and ${formatCount(left)} more (--limit shows more)\n`)] : []),
    ...lines,
  ].join("");
}

function differenceText({ kind, key, rows, columns }: Difference, style: Style): string {
  const of = Object.entries(key).map(([name, value]) => `${visibleText(name)} = ${shown(value)}`).join(", ");
  const often = rows ? style.dim(`  (rows: ${rows.source} there, ${rows.target} here)`) : "";
  if (kind === "only in source") return `  ${style.red("-")} ${kind}: ${of}${often}\n`;
  if (kind === "only in target") return `  ${style.green("+")} ${kind}: ${of}${often}\n`;
  const values = columns.map(({ column, source, target }) =>
    `${visibleText(column)}, ${shown(source)} there, ${shown(target)} here`
  );
  return `  ${style.yellow("~")} ${of} differs: ${values.join("; ")}${often}\n`;
}

/** A text in quotes where its ends would not be seen. */
function shown(value: string | null): string {
  if (value === null) return "NULL";
  return /^[^\s"]+$/.test(value) ? visibleText(value) : JSON.stringify(value);
}
