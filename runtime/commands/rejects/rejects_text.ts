import type { Reject, RejectFault, RejectSet } from "../../store/reject.ts";
import type { Style } from "../style.ts";
import { localTime } from "../view/log_lines.ts";
import { formatCount, formatCountOf } from "../view/numbers.ts";
import { printTable } from "../view/table.ts";

const HIDDEN = "[masked]";

/** A rejected row as it is shown and exported: what masks hide is hidden here too. */
export interface ShownReject extends Omit<Reject, "row"> {
  readonly run: string;
  readonly pipeline: string;
  readonly stream: string;
  readonly row: Reject["row"];
}

/** A row without the values of masked columns. A line that is no row may hold any of them. */
export function shownReject(reject: Reject, { head }: RejectSet): ShownReject {
  const { run, pipeline, stream, masked } = head;
  const hide = (values: Readonly<Record<string, string | null>>) =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, value !== null && masked.includes(name) ? HIDDEN : value]),
    );
  const row = typeof reject.row === "string" ? masked.length > 0 ? HIDDEN : reject.row : hide(reject.row);
  return { run, pipeline, stream, ...reject, key: reject.key && hide(reject.key), row };
}

/** Sets of rejected rows, a line each. */
export function setsText(
  sets: readonly RejectSet[],
  options: { readonly width?: number; readonly style: Style },
): string {
  const columns = [
    { name: "run" },
    { name: "when" },
    { name: "rows", type: "int64" },
    { name: "replayed", type: "int64" },
    { name: "pipeline" },
    { name: "stream" },
    { name: "target" },
  ];
  const rows = sets.map(({ head, rows, replayed }) => [
    head.run,
    localTime(Date.parse(head.at), { day: true }),
    formatCount(rows),
    formatCount(replayed),
    head.pipeline,
    head.stream,
    head.target,
  ]);
  return printTable(columns, rows, options);
}

/** Where a row stands, or which one it is. */
function placeText({ file, line, rowNumber, key }: ShownReject): string {
  if (file !== null) return `${file}${line !== null ? `:${line}` : rowNumber !== null ? ` row ${rowNumber}` : ""}`;
  return key ? Object.entries(key).map(([name, value]) => `${name}=${value ?? "NULL"}`).join(" ") : "-";
}

function faultText({ code, column, value, wanted }: RejectFault): string {
  if (column === null) return wanted;
  if (code === "data.key_null") return `${column}: NULL in the key`;
  if (code === "data.constraint") return `${column}: NULL is no ${wanted.replace(/^a /, "")}`;
  return `${column}: ${value === null ? HIDDEN : JSON.stringify(value)} is no ${wanted}`;
}

/** Rejected rows as people read them. */
export function rejectsText(
  rejects: readonly ShownReject[],
  { all, width, style }: { readonly all: number; readonly width?: number; readonly style: Style },
): string {
  const isSome = rejects.some(({ replayed }) => replayed !== undefined);
  const streams = new Set(rejects.map(({ stream }) => stream));
  const columns = [
    ...(streams.size > 1 ? [{ name: "stream" }] : []),
    { name: "where" },
    { name: "reason" },
    { name: "row" },
    ...(isSome ? [{ name: "replayed by" }] : []),
  ];
  const rows = rejects.map((reject) => [
    ...(streams.size > 1 ? [reject.stream] : []),
    placeText(reject),
    [reject, ...reject.also ?? []].map(faultText).join("; "),
    typeof reject.row === "string" ? reject.row : JSON.stringify(reject.row),
    ...(isSome ? [reject.replayed ?? ""] : []),
  ]);
  const rest = all - rejects.length;
  const more = rest > 0 ? `\n… ${formatCountOf(rest, "more row")}; --limit shows more, \`export\` gives all\n` : "";
  return printTable(columns, rows, { width, style }) + more;
}
