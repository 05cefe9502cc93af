import type { Destination, LoadTrace, Target, TargetState } from "../../../sdk/mod.ts";
import { targetNames } from "../plan/names.ts";
import { RUN_ID } from "../staged/load_columns.ts";
import type { StreamJob } from "../stream_job.ts";

/** What a load keeps of what was there, and what its state says of it. */
export interface Traced {
  readonly keep: Target["keep"];
  readonly undo?: LoadTrace;
}

/** Settles what a load will keep of what its target holds now. */
export async function loadTrace(
  { stream, table, pipeline, name }: StreamJob,
  { destination, newest: known, run, hasColumns }: {
    readonly destination: Destination;
    /** The newest state of the table, whoever loaded it. */
    readonly newest: TargetState | undefined;
    readonly run: string;
    /** The load adds the columns that tell its run. */
    readonly hasColumns: boolean;
  },
): Promise<Traced> {
  const isOwn = known === undefined || known.pipeline === pipeline.name && known.stream === name;
  const before = isOwn ? known : await destination.state.read(table, { pipeline: pipeline.name, stream: name });
  const older = before?.undo?.versions ?? [];
  const column = hasColumns ? { column: RUN_ID } : {};
  if (stream.write !== "replace") {
    const trace = { write: stream.write, ...column, ...(before && { before: bare(before) }), versions: older };
    return { keep: { drop: [] }, ...((hasColumns || older.length > 0) && { undo: trace }) };
  }
  const { keep = 0 } = stream;
  const isThere = keep > 0 && destination.undo !== undefined && await destination.describe(table) !== undefined;
  const [kept] = targetNames([`_dteg_kept_${run}_${table.name}`], destination.can);
  const newest = isThere ? [{ name: kept, run, ...(before && { state: bare(before) }) }] : [];
  const versions = [...newest, ...older].slice(0, keep);
  const drop = older.filter(({ name }) => !versions.some((version) => version.name === name)).map(({ name }) => name);
  return {
    keep: { ...(isThere && { name: kept }), drop },
    ...((keep > 0 || hasColumns) && { undo: { write: stream.write, ...column, versions } }),
  };
}

/** A state without the contents that others of its kind keep: each is told once. */
function bare({ undo, ...state }: TargetState): TargetState {
  return {
    ...state,
    ...(undo && { undo: { write: undo.write, ...(undo.column && { column: undo.column }), versions: [] } }),
  };
}
