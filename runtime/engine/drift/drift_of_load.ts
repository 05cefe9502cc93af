import {
  type Destination,
  type Existing,
  formatName,
  type Log,
  type PlannedTarget,
  type Schema,
  type TargetState,
} from "../../../sdk/mod.ts";
import { historyKey } from "../history/history_columns.ts";
import { namedOptions } from "../plan/named_options.ts";
import type { StreamJob } from "../stream_job.ts";
import { besideOf, columnDrifts } from "./column_drift.ts";
import { type Contracted, loadedTypes, meetContract } from "./contract.ts";

/** The columns of a load, and what they come into. */
export interface DriftingLoad {
  readonly schema: Schema;
  /** Name in the target by name in the source. */
  readonly names: Readonly<Record<string, string>>;
  readonly destination: Pick<Destination, "can" | "types" | "plan">;
  readonly existing?: Existing;
  readonly before?: TargetState;
  /** The types of columns that nobody declared are guesses. */
  readonly isGuessed: boolean;
}

/** What the stream's contract makes of the differences between a load and its target. */
export async function driftOfLoad(job: StreamJob, load: DriftingLoad): Promise<Contracted> {
  const { stream, table, pipeline } = job;
  const { schema, names, destination, existing, before, isGuessed } = load;
  const { connector: system } = pipeline.destination;
  const beside = besideOf(destination, { existing, before, system });
  const drifts = beside && schema.length > 0 ? columnDrifts(schema, beside) : [];
  if (!existing || drifts.length === 0) return { decisions: [], errors: [] };
  const contracted = (stays: boolean) =>
    meetContract(drifts, { stream, stays, names, isGuessed, ...(before && { before }), label: formatName(table) });
  if (existing.columns.length === 0) return contracted(false); // each file has columns of its own
  if (stream.write !== "replace" || existing.isKept) return contracted(true);
  return contracted(areChanges(await destination.plan(plannedTarget(job, load))));
}

/** What a plan is made of. */
export function plannedTarget(
  { table, stream }: Pick<StreamJob, "table" | "stream">,
  { schema, names }: Pick<DriftingLoad, "schema" | "names">,
): PlannedTarget {
  return {
    table,
    schema,
    write: stream.write,
    key: stream.key.map((column) => names[column] ?? column),
    options: { ...historyKey({ stream }, names), ...namedOptions(stream.table, names) },
  };
}

/** True for statements of a plan that make no table: the one that is there stays. */
export const areChanges = (statements: readonly string[]): boolean =>
  statements.every((sql) => sql.startsWith("ALTER TABLE "));

/** {@linkcode driftOfLoad} of a load that is about to begin. Throws the first thing that the contract refuses, with the others. */
export async function evolutionOfLoad(
  job: StreamJob,
  load: DriftingLoad & { readonly log: Log },
): Promise<Pick<Contracted, "evolve"> & { readonly types: Readonly<Record<string, string>> }> {
  const { evolve, errors } = await driftOfLoad(job, load);
  // that a key is not loaded is told as such, by who wants it
  const [error, ...others] = errors.filter(({ column = "" }) => !job.stream.key.includes(column));
  if (error) throw error.with({ others });
  const label = formatName(job.table);
  for (const name of evolve?.add ?? []) load.log.info(`column ${name} is new: ${label} gets it`);
  for (const name of Object.keys(evolve?.widen ?? {})) load.log.info(`column ${name} of ${label} is widened`);
  return { ...(evolve && { evolve }), types: loadedTypes(load.schema, load.names) };
}
