import { DtegError, type StateChange, type TargetState } from "../../../sdk/mod.ts";
import type { End } from "../../config/pipeline.ts";
import { openDestination } from "../ask/open_end.ts";
import { holdTables } from "../lease/hold_tables.ts";
import type { RunContext } from "../run_context.ts";
import { cursorValue } from "./cursor_value.ts";
import { type FoundState, stateName } from "./kept_states.ts";

/** Makes changes in the state that an end holds, in one act. */
export async function changeStates(end: End, changes: readonly StateChange[], context: RunContext): Promise<void> {
  await using _held = await holdTables(changes.map(({ table }) => table), { end, context });
  await using opened = await openDestination(end, context);
  await opened.destination.state.change(changes);
}

/** The change that sets a cursor to a value, which must have the form of the column. */
export async function settingCursor(
  found: FoundState,
  text: string,
  { end, context }: { readonly end: End; readonly context: RunContext },
): Promise<StateChange> {
  const { state, table } = found;
  const { position } = state;
  if (!position) {
    throw new DtegError("state.none", `${stateName(found)} has no cursor: each run reads all of it`, {
      hint: "give the stream a `cursor`; its first run reads all and keeps how far it came",
    });
  }
  await using opened = await openDestination(end, context);
  const columns = (await opened.destination.describe(table))?.columns ?? [];
  const name = state.names[position.column] ?? position.column;
  const type = columns.find((column) => column.name === name)?.type;
  const value = cursorValue(text, { position, type });
  return { table, now: state, then: { ...state, position: { ...position, value } } };
}

/** The change that makes the next run read all. */
export function resetting({ state, table }: FoundState): StateChange {
  const { position: _, ...rest } = state;
  return { table, now: state, then: rest };
}

/** The changes that give the states of one pipeline the name of another one. */
export function renaming(states: readonly FoundState[], { from, to }: {
  readonly from: string;
  readonly to: string;
}): readonly StateChange[] {
  const same = (a: TargetState, b: TargetState) => a.stream === b.stream && a.target === b.target;
  return states.filter(({ state }) => state.pipeline === from).map((found) => {
    const { table, state } = found;
    const other = states.find((one) =>
      one.state.pipeline === to && same(one.state, state) && one.table.schema === table.schema
    );
    if (other) {
      throw new DtegError("state.exists", `there is a state of ${stateName(other)} already: nothing is renamed`, {
        hint: "it is what the next run goes on from; `dteg state show` tells how far each is",
      });
    }
    return { table, now: state, then: renamed(state, { from, to }) };
  });
}

/** What it keeps of states before it is renamed too: one of them may hold again. */
function renamed(state: TargetState, names: { readonly from: string; readonly to: string }): TargetState {
  if (state.pipeline !== names.from) return state;
  const { undo } = state;
  if (!undo) return { ...state, pipeline: names.to };
  const { before } = undo;
  const versions = undo.versions.map((version) => ({
    ...version,
    ...(version.state && { state: renamed(version.state, names) }),
  }));
  return {
    ...state,
    pipeline: names.to,
    undo: { ...undo, ...(before && { before: renamed(before, names) }), versions },
  };
}
