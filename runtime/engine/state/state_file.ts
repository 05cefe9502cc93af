import { DtegError, formatName, type StateChange, type TableName, type TargetState } from "../../../sdk/mod.ts";
import type { End } from "../../config/pipeline.ts";
import { openDestination } from "../ask/open_end.ts";
import type { RunContext } from "../run_context.ts";
import { type FoundState, stateName } from "./kept_states.ts";

const KIND = "dteg.state", VERSION = 1;

/** States of one target as a file holds them. */
export interface StateFile {
  readonly kind: typeof KIND;
  readonly version: typeof VERSION;
  /** The target as users call it, without a password. */
  readonly target: string;
  readonly connector: string;
  readonly states: readonly { readonly table: TableName; readonly state: TargetState }[];
}

/** The file of the states of an end. */
export function stateFile(end: End, states: readonly FoundState[]): StateFile {
  return {
    kind: KIND,
    version: VERSION,
    target: end.label,
    connector: end.connector,
    states: states.map(({ table, state: { undo: _, ...state } }) => ({ table, state })), // what was kept stays where it is
  };
}

/** Reads a file of states. Throws `state.invalid` where it is none, or one of a version that this dteg does not know. */
export function parseStateFile(text: string, path: string): StateFile {
  const refuse = (reason: string, hint?: string) =>
    new DtegError("state.invalid", `cannot import "${path}": ${reason}`, { path, ...(hint && { hint }) });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse("it is no JSON", "`dteg state export -o FILE` writes what can be imported");
  }
  const { kind, version, target, connector, states } = isMap(value) ? value : {};
  if (kind !== KIND) throw refuse("it is no file of states", "`dteg state export -o FILE` writes what can be imported");
  if (version !== VERSION) {
    throw refuse(
      `it is of version ${JSON.stringify(version)}, and this dteg knows ${VERSION}`,
      "a newer dteg may know it",
    );
  }
  if (typeof target !== "string" || typeof connector !== "string" || !Array.isArray(states) || !states.every(isKept)) {
    throw refuse("a state in it is damaged, or was changed by hand");
  }
  return { kind: KIND, version: VERSION, target, connector, states };
}

function isKept(value: unknown): value is StateFile["states"][number] {
  if (!isMap(value) || !isMap(value.table) || !isMap(value.state)) return false;
  const { table, state } = value;
  const texts = [table.name, state.pipeline, state.stream, state.target, state.load, state.run, state.committedAt];
  const { position } = state;
  const isPosition = position === undefined ||
    isMap(position) && typeof position.column === "string" &&
      (position.value === null || typeof position.value === "string");
  return texts.every((text) => typeof text === "string") && isMap(state.names) && isPosition;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The changes that put the states of a file into an end. Throws `state.invalid` where they are of another target. */
export async function importing(
  file: StateFile,
  end: End,
  { context, states, path }: {
    readonly context: RunContext;
    /** Those that the end holds now. */
    readonly states: readonly FoundState[];
    readonly path: string;
  },
): Promise<readonly StateChange[]> {
  if (!isSameTarget(file, end, states)) {
    throw new DtegError(
      "state.invalid",
      `cannot import "${path}": it holds states of ${file.target} (${file.connector}), and this is ${end.label} (${end.connector})`,
      { path, hint: "a state belongs to the data that it was committed with; name the target as it is named there" },
    );
  }
  await using opened = await openDestination(end, context);
  const changes: StateChange[] = [];
  for (const { table, state } of file.states) {
    const existing = await opened.destination.describe(table);
    if (!existing) {
      throw new DtegError("state.invalid", `cannot import "${path}": ${formatName(table)} is not there`, {
        path,
        hint: "a state without its data would leave out rows: let the next run load all",
      });
    }
    const there = await opened.destination.state.read(table, state);
    if (there && (there.pipeline !== state.pipeline || there.stream !== state.stream)) { // files hold one state
      throw new DtegError(
        "state.exists",
        `${stateName({ table, state: there })} is what is there: it is not replaced`,
        {
          hint: "`dteg state rename` gives it the name of another pipeline",
        },
      );
    }
    const now = states.find((one) =>
      formatName(one.table) === formatName(table) && one.state.pipeline === state.pipeline &&
      one.state.stream === state.stream
    );
    const { undo } = now?.state ?? {};
    changes.push({ table, ...(now && { now: now.state }), then: { ...state, ...(undo && { undo }) } });
  }
  return changes;
}

/** One target may be called by several names: a load that both know tells that it is the same. */
function isSameTarget({ connector, target, states }: StateFile, end: End, found: readonly FoundState[]): boolean {
  if (connector !== end.connector) return false;
  return target === end.label || states.some(({ state }) => found.some((one) => one.state.load === state.load));
}

/** The states of a file that stand in the place of newer ones. */
export function olderOnes(changes: readonly StateChange[]): readonly string[] {
  return changes.flatMap(({ table, now, then }) =>
    now && then && then.committedAt < now.committedAt ? [stateName({ table, state: now })] : []
  );
}
