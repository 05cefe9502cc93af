import { isDeadOwner, nameOwner } from "../../engine/lease/lease_owner.ts";
import type { FoundState } from "../../engine/state/kept_states.ts";
import type { Style } from "../style.ts";
import { localTime } from "../view/log_lines.ts";
import { formatCountOf } from "../view/numbers.ts";
import { printTable } from "../view/table.ts";
import { visibleText } from "../view/visible_text.ts";

/** A state as it is shown; what --json prints of it. */
export interface ShownState {
  readonly pipeline: string;
  readonly stream: string;
  readonly target: string;
  readonly cursor: string | null;
  readonly value: string | null;
  readonly run: string;
  readonly load: string | null;
  /** ISO 8601, UTC. */
  readonly committedAt: string;
  /** Those that differ from the names in the source. */
  readonly names: Readonly<Record<string, string>>;
  readonly masks: Readonly<Record<string, string>>;
  /** Rows of the cursor's last values that are known by their hash; null where the key tells. */
  readonly remembered: number | null;
  /** Who loads into the target now; null where nobody does. */
  readonly lease: string | null;
  /** Runs that replaced something which is kept, the newest first: `dteg undo` puts it back. */
  readonly kept: readonly string[];
  /** False: told by the runs of this machine, since the target could not be asked. */
  readonly isCurrent: boolean;
}

export function shownState({ label, state, heldBy }: FoundState): ShownState {
  const { position } = state;
  return {
    pipeline: state.pipeline,
    stream: state.stream,
    target: label,
    cursor: position?.column ?? null,
    value: position?.value ?? null,
    run: state.run,
    load: state.load,
    committedAt: state.committedAt,
    names: Object.fromEntries(Object.entries(state.names).filter(([from, to]) => from !== to)),
    masks: state.masks ?? {},
    remembered: position?.seen ? Object.values(position.seen.rows).reduce((sum, n) => sum + n, 0) : null,
    lease: heldBy === undefined || isDeadOwner(heldBy) ? null : nameOwner(heldBy),
    kept: state.undo?.versions.map(({ run }) => run) ?? [],
    isCurrent: true,
  };
}

/** States as a table, a line each; without a width nothing is cut. */
export function statesText(
  states: readonly ShownState[],
  options: { readonly width?: number; readonly style: Style },
): string {
  const columns = [
    { name: "pipeline" },
    { name: "stream" },
    { name: "read up to" },
    { name: "committed", isWhole: true },
    { name: "to", isSpare: true },
  ];
  const rows = states.map((state) => [
    state.pipeline,
    state.stream,
    state.cursor === null ? "all, each time" : `${state.cursor} = ${state.value ?? "none yet"}`,
    localTime(Date.parse(state.committedAt), { day: true }),
    state.target,
  ]);
  return printTable(columns, rows, options);
}

/** One state, with all that it says. */
export function stateText(state: ShownState, { style }: { readonly style: Style }): string {
  const list = (of: Readonly<Record<string, string>>, arrow: string) =>
    Object.entries(of).map(([name, what]) => `${visibleText(name)} ${arrow} ${visibleText(what)}`).join(", ");
  const lines: readonly (readonly [string, string])[] = [
    ["stream", `${style.bold(visibleText(state.stream))} of pipeline ${visibleText(state.pipeline)}`],
    ["target", visibleText(state.target)],
    [
      "read up to",
      state.cursor === null ? "all of it, each time" : visibleText(`${state.cursor} = ${state.value ?? "none yet"}`),
    ],
    [
      "remembers",
      state.remembered === null ? "" : `${formatCountOf(state.remembered, "row")} of that value by their hash`,
    ],
    ["committed", localTime(Date.parse(state.committedAt), { day: true })],
    ["loaded now", state.lease === null ? "" : `by ${state.lease}`],
    ["run", state.run],
    ["load", state.load ?? ""],
    ["keeps", state.kept.length > 0 ? `what ${state.kept.join(", ")} replaced; \`dteg undo\` puts it back` : ""],
    ["names", list(state.names, "→")],
    ["masks", list(state.masks, "is")],
  ];
  return lines.filter(([, text]) => text !== "").map(([name, text]) => `${style.dim(name.padEnd(12))}${text}\n`).join(
    "",
  );
}
