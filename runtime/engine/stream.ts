import {
  type Batch,
  type Counts,
  type Destination,
  DtegError,
  formatName,
  parseName,
  type Reader,
  type ScanBatch,
  type Source,
  type TableName,
  targetType,
  typeText,
} from "../../sdk/mod.ts";
import type { Pipeline } from "../config/pipeline.ts";
import { errorReport } from "../store/error_report.ts";
import type { StreamReport } from "../store/event.ts";
import { type ResolvedFiles, resolveFiles } from "./files/resolve_files.ts";
import { type LentHost, makeHost } from "./host.ts";
import { columnRefs } from "./move/column_refs.ts";
import type { StageSession } from "./move/session.ts";
import { type NamedStream, withNearest } from "./plan/jobs.ts";
import { type DeclaredTypes, declaredTypes } from "./plan/declared_types.ts";
import { type Shape, shapeBatch } from "./plan/shape.ts";
import { confirmReplace } from "./plan/confirm.ts";
import { asError, type RunContext, secondsSince } from "./run_context.ts";

/** One stream and where it goes. */
export interface StreamJob {
  readonly pipeline: Pipeline;
  readonly stream: NamedStream;
  readonly name: string;
  readonly table: TableName;
  /** The target as the user calls it. */
  readonly target: string;
}

/** How a stream ended. */
export interface Outcome {
  readonly report: StreamReport;
  readonly error?: DtegError;
}

/** The two ends of a stream at work. */
interface Ends {
  readonly source: Source;
  readonly destination: Destination;
  readonly session: StageSession;
  readonly host: LentHost;
}

/** What a stream has done so far; kept outside so that a failure reports it too. */
interface Tally {
  phase: "before" | "moving";
  read: number;
}

/** Loads one stream: read, stage, write, commit. It never throws: what fails is in the outcome. */
export async function runStream(job: StreamJob, context: RunContext): Promise<Outcome> {
  const began = performance.now();
  const { pipeline, name, target } = job;
  const tally: Tally = { phase: "before", read: 0 };
  const warnings: string[] = [];
  context.tell({ kind: "stream.started", pipeline: pipeline.name, stream: name, target });
  const report = (status: StreamReport["status"], rest: Partial<StreamReport>): StreamReport => ({
    name,
    target,
    status,
    read: 0,
    written: 0,
    filtered: 0,
    rejected: 0,
    inserted: 0,
    updated: 0,
    deleted: 0,
    unchanged: 0,
    bytes: null,
    seconds: secondsSince(began),
    cursor: null,
    warnings: [...warnings],
    error: null,
    ...rest,
  });
  try {
    const counts = await loadStream(job, context, { tally, warnings });
    return { report: report("ok", countsOf(counts, tally)) };
  } catch (thrown) {
    const error = asError(DtegError.from(thrown).with({ phase: tally.phase }), context);
    return { report: report(context.signal.aborted ? "cancelled" : "failed", { error: errorReport(error) }), error };
  }
}

function countsOf({ inserted, updated, deleted, unchanged, filtered, bytes }: Counts, { read }: Tally) {
  const written = inserted + updated + unchanged;
  if (read !== written + filtered) {
    throw new DtegError("internal", `the counts do not add up: read ${read}, written ${written}, filtered ${filtered}`);
  }
  return { read, written, filtered, rejected: 0, inserted, updated, deleted, unchanged, bytes };
}

async function loadStream(
  job: StreamJob,
  context: RunContext,
  { tally, warnings }: { tally: Tally; warnings: string[] },
): Promise<Counts> {
  const { pipeline, stream, name } = job;
  const of = { pipeline: pipeline.name, stream: name };
  await using host = await makeHost(context, { ...of, end: pipeline.source });
  await using targetHost = await makeHost(context, { ...of, end: pipeline.destination, session: host.duckdb });
  try {
    await using source = context.connectorOf(pipeline.source).source!(pipeline.source.config, host);
    await using destination = context.connectorOf(pipeline.destination).destination!(
      pipeline.destination.config,
      targetHost,
    );
    await confirmReplace({ table: job.table, target: job.target, stream }, { destination, confirm: context.confirm });
    await using reader = await openReader(stream, source, context);
    const session = await host.duckdb();
    using _progress = tellProgress(job, context, { session, reader });
    return await moveParts({ source, destination, session, host }, { job, context, reader, tally });
  } finally {
    warnings.push(...host.warnings, ...targetHost.warnings);
  }
}

async function openReader(stream: NamedStream, source: Source, { limit }: RunContext): Promise<Reader> {
  try {
    return await source.open({
      stream: stream.sql === undefined ? parseName(stream.name) : { sql: stream.sql },
      columns: stream.select.map((column) => ({ name: column })),
      where: stream.where,
      limit,
      accepts: ["scan", "csv", "ndjson", "json", "parquet"],
      settings: stream.settings,
    });
  } catch (error) {
    throw error instanceof DtegError ? await withNearest(error, { source, wanted: stream.name }) : error;
  }
}

interface Move {
  readonly job: StreamJob;
  readonly context: RunContext;
  readonly reader: Reader;
  readonly tally: Tally;
}

/** Moves the data. A type that was guessed and does not hold is guessed again from all rows: nothing is visible before the commit. */
async function moveParts(ends: Ends, move: Move): Promise<Counts> {
  try {
    return await moveOnce(ends, move, "first rows");
  } catch (error) {
    if (!(error instanceof DtegError) || error.code !== "data.guess") throw error;
    const place = error.line ? ` (line ${error.line})` : "";
    ends.host.log.info(`${error.message}${place}: all rows are looked at for its type`);
    return await moveOnce(ends, move, "all rows");
  }
}

async function moveOnce(ends: Ends, move: Move, guess: "first rows" | "all rows"): Promise<Counts> {
  const { destination } = ends;
  const { job, context, reader, tally } = move;
  const [part] = reader.parts;
  const batch = await reader.read(part);
  const before = (await destination.state.read(job.table))?.names;
  const existing = await destination.describe(job.table);
  const declared = declaredTypes(job.stream, { existing, before });
  const resolved = await resolve(batch, ends, { declared, guess }).catch(async (error) => {
    throw await faultOf(error, { reader });
  });
  const shape = shapeOf(resolved.scan, { job, context, destination, batch, before });
  checkTypes(shape, destination, job);
  const load = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  await using writer = await destination.open({
    table: job.table,
    schema: shape.batch.schema,
    write: job.stream.write,
    key: job.stream.key.map((column) => shape.names[column] ?? column),
    load,
    run: context.run,
    complete: reader.complete,
    snapshotAt: reader.snapshotAt,
    options: { ...job.stream.table, numbers: job.stream.numbers },
  });
  tally.phase = "moving";
  try {
    tally.read = (await writer.write(part.id, shape.batch)).rows;
  } catch (error) {
    throw await faultOf(error, { reader, resolved });
  }
  await reader.verify();
  context.signal.throwIfAborted();
  const { pipeline, name, table } = job;
  const counts = await writer.commit({
    pipeline: pipeline.name,
    stream: name,
    target: table.name,
    load,
    run: context.run,
    committedAt: new Date().toISOString(),
    names: shape.names,
  });
  return { ...counts, bytes: counts.bytes ?? reader.bytes ?? null };
}

/** A batch as a query, whatever it came as. */
async function resolve(
  batch: Batch,
  { session, host }: Ends,
  { declared, guess }: { declared: DeclaredTypes; guess: "first rows" | "all rows" },
): Promise<ResolvedFiles> {
  if (batch.kind === "scan") return { scan: batch, explain: (error) => Promise.resolve(error) };
  return await resolveFiles(session, { batch, declared, guess, tempDir: host.tempDir, log: host.log });
}

/** Why reading failed: first of all because the source changed meanwhile; else with the place of the fault. */
async function faultOf(
  thrown: unknown,
  { reader, resolved }: { reader: Reader; resolved?: ResolvedFiles },
): Promise<DtegError> {
  const error = DtegError.from(thrown);
  if (error.failure === "cancelled") return error;
  try {
    await reader.verify();
  } catch (changed) {
    return DtegError.from(changed);
  }
  return await resolved?.explain(error) ?? error;
}

interface Shaping {
  readonly job: StreamJob;
  readonly context: RunContext;
  readonly destination: Destination;
  readonly batch: Batch;
  /** Names that the target's columns got before. */
  readonly before?: Readonly<Record<string, string>>;
}

function shapeOf(scan: ScanBatch, { job, context, destination, batch, before }: Shaping): Shape {
  if (scan.schema.length === 0) return { batch: scan, names: {} };
  const { foldsCase, nameBytes } = destination.can;
  const filtered = batch.kind === "files"
    ? withConditions(scan, { where: job.stream.where, limit: context.limit })
    : scan;
  return shapeBatch(filtered, job.stream, { foldsCase, nameBytes, before });
}

/** `where` and `limit` for what was read whole. */
function withConditions(scan: ScanBatch, { where, limit }: { where?: string; limit?: number }): ScanBatch {
  if (where === undefined && limit === undefined) return scan;
  const condition = where === undefined ? "" : ` WHERE (${where})`;
  const from = where === undefined ? columnRefs(scan, "f").from : `(${scan.query}) f`;
  return { ...scan, query: `SELECT * FROM ${from}${condition}${limit === undefined ? "" : ` LIMIT ${limit}`}` };
}

/** Refuses a column that the target cannot hold. */
function checkTypes({ batch }: Shape, { types }: Destination, { table }: StreamJob): void {
  for (const column of batch.schema) {
    const row = targetType(types, column);
    if (row.grade !== "lossy") continue;
    throw new DtegError(
      "schema.lossy",
      `column ${JSON.stringify(column.name)} is ${typeText(column.type)}, which ${formatName(table)} holds only as ${
        row.to(column.type)
      }, with loss`,
      {
        column: column.name,
        hint: `declare a type that it can hold: columns: { ${column.name}: { type: text } }`,
      },
    );
  }
}

const PROGRESS_EVERY = 100;

/** Tells how far the stream is, ten times a second. */
function tellProgress(
  job: StreamJob,
  context: RunContext,
  { session, reader }: { session: StageSession; reader: Reader },
): Disposable {
  const totalBytes = reader.bytes ?? null;
  const timer = setInterval(() => {
    const { share } = session.progress();
    const bytes = share !== null && totalBytes !== null ? Math.round(share * totalBytes) : null;
    context.tell({
      kind: "stream.progress",
      pipeline: job.pipeline.name,
      stream: job.name,
      step: "moving",
      rows: null,
      bytes,
      totalBytes,
      share,
    });
  }, PROGRESS_EVERY);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
