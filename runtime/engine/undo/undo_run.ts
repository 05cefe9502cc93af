import { DtegError, type TargetState, type Undoing } from "../../../sdk/mod.ts";
import type { End, Pipeline } from "../../config/pipeline.ts";
import type { StreamReport } from "../../store/event.ts";
import { openDestination } from "../ask/open_end.ts";
import { holdTables } from "../lease/hold_tables.ts";
import type { RunContext } from "../run_context.ts";
import { type FoundState, keptStates } from "../state/kept_states.ts";

/** A load of a run, as its report has it. */
export interface LoadToUndo {
  readonly run: string;
  readonly pipeline: string;
  readonly stream: Pick<StreamReport, "name" | "target" | "updated" | "deleted" | "inserted">;
}

/** How a load is taken back. */
export interface UndoStep {
  readonly undoing: Undoing;
  readonly stream: string;
  /** The table or file as users call it. */
  readonly label: string;
  /** In words. */
  readonly what: string;
}

/** How the loads of a run into one end are taken back. Throws `undo.impossible` with all that cannot be. */
export async function undoSteps(
  loads: readonly LoadToUndo[],
  { end, pipeline, context }: {
    readonly end: End;
    readonly pipeline?: Pipeline;
    readonly context: RunContext;
  },
): Promise<readonly UndoStep[]> {
  const all = await keptStates(end, context);
  const own = pipeline ? await keptStates(end, context, { pipeline }) : all;
  const steps: UndoStep[] = [], errors: DtegError[] = [];
  for (const load of loads) {
    try {
      const found = own.find(({ state }) => state.pipeline === load.pipeline && state.stream === load.stream.name);
      steps.push(stepOf(load, { found, all }));
    } catch (error) {
      if (!(error instanceof DtegError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0].with({ others: errors.slice(1) });
  return steps;
}

function stepOf(
  { run, stream }: LoadToUndo,
  { found, all }: { readonly found?: FoundState; readonly all: readonly FoundState[] },
): UndoStep {
  const refuse = (reason: string, hint?: string) =>
    new DtegError("undo.impossible", `cannot take back the load of ${stream.name} into ${stream.target}: ${reason}`, {
      ...(hint !== undefined && { hint }),
    });
  if (!found) throw refuse("the target holds no state of it, or the stream is gone from its pipeline");
  const { state, table, label } = found;
  if (state.run !== run) {
    throw refuse(`run ${state.run} has loaded it since`, `take back the later run first: \`dteg undo ${state.run}\``);
  }
  const others = all.filter((one) => one !== found && isSameTable(one, found) && !isSameState(one, found));
  const { undo } = state;
  const make = (undoing: Undoing, what: string) => ({ undoing, stream: stream.name, label, what });
  if (undo?.write === "replace") {
    const [version, ...older] = undo.versions;
    if (version?.run !== run) {
      throw refuse("what it replaced was not kept, or there was nothing", "`keep: 1` keeps it from the next run on");
    }
    const later = others.find((one) => one.state.committedAt > state.committedAt);
    if (later) throw refuse(`stream ${later.state.stream} of run ${later.state.run} has loaded into it since`);
    const then = version.state && withVersions(version.state, older);
    return make(
      { table, now: state, ...(then && { then }), from: { kind: "version", name: version.name } },
      `what it replaced${version.state ? `, of run ${version.state.run},` : ""} takes its place again`,
    );
  }
  if (!undo?.column) {
    const hint = undo || state.position
      ? "`load_columns: true` tells the rows of a run, from the next one on"
      : "`keep: 1` keeps what a replace replaces, `load_columns: true` tells the rows of a run, from the next one on";
    throw refuse("nothing was kept by which it could be", hint);
  }
  if (stream.updated + stream.deleted > 0) {
    const count = stream.updated || stream.deleted, isOne = count === 1;
    const rows = `${count} ${isOne ? "row was" : "rows were"} ${stream.updated > 0 ? "updated" : "deleted"}`;
    throw refuse(`${rows}, and what ${isOne ? "it was" : "they were"} before is gone`, "a backup of the target has it");
  }
  const twin = others.find((one) => one.state.run === run);
  if (twin) throw refuse(`stream ${twin.state.stream} of the same run went into the same table`);
  const then = withVersions(undo.before ?? withoutPosition(state), undo.versions);
  return make(
    { table, now: state, then, from: { kind: "rows", column: undo.column, run } },
    `${stream.inserted} ${stream.inserted === 1 ? "row" : "rows"} of the run ${
      stream.inserted === 1 ? "is" : "are"
    } taken away`,
  );
}

function isSameTable(a: FoundState, b: FoundState): boolean {
  return a.label === b.label;
}

function isSameState(a: FoundState, b: FoundState): boolean {
  return a.state.pipeline === b.state.pipeline && a.state.stream === b.state.stream;
}

/** The state that holds again, with what other loads kept before it. */
function withVersions(
  state: TargetState,
  versions: NonNullable<TargetState["undo"]>["versions"],
): TargetState {
  const { undo, ...rest } = state;
  if (!undo && versions.length === 0) return rest;
  return { ...rest, undo: { write: "replace", ...undo, versions } };
}

/** The first load of a stream is taken back: its table is empty, and the next run reads all. */
function withoutPosition({ position: _, undo: __, ...rest }: TargetState): TargetState {
  return rest;
}

/** Takes loads back, each in one act. */
export async function undoAll(
  end: End,
  steps: readonly UndoStep[],
  { context, done }: { readonly context: RunContext; readonly done: (step: UndoStep) => void },
): Promise<void> {
  await using _held = await holdTables(steps.map(({ undoing }) => undoing.table), { end, context });
  await using opened = await openDestination(end, context);
  const { destination } = opened;
  for (const step of steps) {
    if (!destination.undo) throw new DtegError("undo.impossible", `${end.label} cannot take back a load`);
    await destination.undo(step.undoing);
    done(step);
  }
}
