import type { Destination, Existing, FilesBatch, ScanBatch, Schema, TargetState } from "../../../sdk/mod.ts";
import { fittingOf } from "../check/fitting.ts";
import type { LossRules } from "../check/loss_rules.ts";
import type { CursorLoad } from "../cursor/cursor_load.ts";
import { readCondition } from "../deletes/read_condition.ts";
import { besideOf } from "../drift/column_drift.ts";
import { type ResolvedFiles, resolveFiles } from "../files/resolve_files.ts";
import { columnRefs } from "../move/column_refs.ts";
import { type DeclaredTypes, declaredTypes, isTyped } from "../plan/declared_types.ts";
import { type Naming, type Shape, shapeBatch } from "../plan/shape.ts";
import { checkWhere } from "./check_where.ts";
import { readFault } from "./read_fault.ts";
import type { Ends, Look, Move } from "./stream_move.ts";

/** Files or a query as the query of what the target gets. */
export async function stagedShape(
  batch: FilesBatch | ScanBatch,
  ends: Pick<Ends, "destination" | "host">,
  { move, look, state, existing, loss, cursor }: {
    readonly move: Pick<Move, "job" | "context" | "reader">;
    readonly look: Look;
    readonly state?: TargetState;
    readonly existing?: Existing;
    readonly loss: LossRules;
    readonly cursor: CursorLoad;
  },
): Promise<ReadyShape> {
  const { job, context, reader } = move;
  const before = state?.names;
  const declared = declaredTypes(job.stream, { isTyped: batch.kind === "files" && isTyped(batch), existing, before });
  const { scan, explain, origin, told } = await resolve(batch, ends, { declared, look, loss }).catch(async (error) => {
    throw await readFault(error, { reader });
  });
  if (scan.schema.length === 0) return { batch: scan, names: {}, flaws: [], read: [], explain };
  const where = readCondition(job.stream);
  if (batch.kind === "files" && where !== undefined) {
    await checkWhere(scan, { where, session: await ends.host.duckdb() });
  }
  const filtered = batch.kind === "files" ? withConditions(scan, { where, limit: context.limit }) : scan;
  const fresh = await cursor.fresh(filtered).catch(async (error) => {
    throw await readFault(error, { reader, explain });
  });
  const { connector: system } = job.pipeline.destination;
  const beside = besideOf(ends.destination, { existing, before: state, system });
  const shape = shapeBatch(fresh, job.stream, {
    ...namingOf(ends.destination, before),
    types: ends.destination.types,
    ...(!loss.isPlain && { fitting: fittingOf(job.stream, { loss, existing, beside, origin, told }) }),
  });
  return { ...shape, read: scan.schema, explain, ...(origin && { origin }) };
}

/** A shape, and what is known of the rows that go through it. */
export type ReadyShape = Shape & Pick<ResolvedFiles, "explain" | "origin"> & { readonly read: Schema };

/** What decides names in a destination. */
export const namingOf = ({ can }: Destination, before: Naming["before"]): Naming => ({ ...can, before });

/** A batch as a query, whatever it came as. */
async function resolve(
  batch: FilesBatch | ScanBatch,
  { host }: Pick<Ends, "host">,
  { declared, look, loss }: { declared: DeclaredTypes; look: Look; loss: LossRules },
): Promise<ResolvedFiles> {
  if (batch.kind === "scan") return { scan: batch, explain: (error) => Promise.resolve(error) };
  const { tempDir, log } = host;
  return await resolveFiles(await host.duckdb(), { batch, ...declared, ...look, loss, tempDir, log });
}

/** `where` and `limit` for what was read whole. */
function withConditions(scan: ScanBatch, { where, limit }: { where?: string; limit?: number }): ScanBatch {
  if (where === undefined && limit === undefined) return scan;
  const condition = where === undefined ? "" : ` WHERE (${where})`;
  const from = where === undefined ? columnRefs(scan, "f").from : `(${scan.query}) f`;
  return { ...scan, query: `SELECT * FROM ${from}${condition}${limit === undefined ? "" : ` LIMIT ${limit}`}` };
}
