import {
  type Batch,
  type BytesBatch,
  type Counts,
  type Destination,
  DtegError,
  type ErrorCode,
  type Existing,
  type FilesBatch,
  formatName,
  type Reader,
  type ScanBatch,
  type Schema,
  type Source,
  targetType,
  typeText,
} from "../../sdk/mod.ts";
import { setAside } from "./check/aside.ts";
import { newSift } from "./check/broken_lines.ts";
import { fittingOf } from "./check/fitting.ts";
import { type LossRules, lossRules } from "./check/loss_rules.ts";
import { type Change, refuseTooMany } from "./check/set_aside.ts";
import { type FilesRequest, type ResolvedFiles, resolveFiles } from "./files/resolve_files.ts";
import type { LentHost } from "./host.ts";
import { asTaken } from "./pipe/as_taken.ts";
import { type CursorLoad, cursorLoad, WITHOUT_CURSOR } from "./cursor/cursor_load.ts";
import type { CursorStart } from "./cursor/cursor_start.ts";
import { duckdbMemory } from "./limits.ts";
import { columnRefs } from "./move/column_refs.ts";
import { deliver, partsAtOnce } from "./commit/deliver.ts";
import type { StageSession } from "./move/session.ts";
import { hideValues } from "./mask/hidden_values.ts";
import { hashes, lendMaskKey } from "./mask/mask_key.ts";
import { masksOf, refuseOtherMasks } from "./mask/mask_state.ts";
import { type DeclaredTypes, declaredTypes, isTyped } from "./plan/declared_types.ts";
import { namedOptions } from "./plan/named_options.ts";
import { type Naming, type Shape, shapeBatch, shapeBytes } from "./plan/shape.ts";
import type { RunContext } from "./run_context.ts";
import type { StreamJob } from "./stream_job.ts";
import { withWidth } from "./wide/row_too_wide.ts";

/** The two ends of a stream at work. */
export interface Ends {
  readonly source: Source;
  readonly destination: Destination;
  /** Its DuckDB is opened where rows are staged: bytes that go straight through need none. */
  readonly host: LentHost;
}

/** What a stream has done so far; kept outside so that a failure reports it too. */
export interface Tally {
  phase: "before" | "moving";
  read: number;
  rejected: number;
  changes: readonly Change[];
  /** How far a stream with a cursor was read. */
  cursor: string | null;
  /** What was read, or is being sent, cannot be begun again. */
  isBound: boolean;
}

/** A load: its id is the same in all attempts. */
export interface Load {
  readonly id: string;
  /** From 1 up. */
  readonly attempt: number;
}

/** A stream that is to be moved. */
export interface Move {
  readonly job: StreamJob;
  readonly context: RunContext;
  readonly reader: Reader;
  readonly tally: Tally;
  readonly load: Load;
  /** Where a stream with a cursor goes on. */
  readonly start?: CursorStart;
}

/** How files are looked at: the quick way first. */
type Look = Required<Pick<FilesRequest, "guess" | "reading">> & Pick<FilesRequest, "sift" | "isWide">;

/** Faults of single lines of files. */
const BROKEN_LINE: readonly ErrorCode[] = ["csv.row_width", "json.invalid", "file.encoding"];

/** Moves the data. What the quick look at files got wrong is looked at again with more care: nothing is visible before the commit. */
export async function moveParts(ends: Ends, move: Move): Promise<Counts> {
  for (let look: Look = { guess: "first rows", reading: "in parts" };;) {
    const given = await move.reader.read(move.reader.parts[0]);
    try {
      return await moveOnce(ends, move, { look, given });
    } catch (error) {
      if (!(error instanceof DtegError)) throw error;
      const { message } = hideValues(error, move.job.stream);
      const place = error.line ? ` (line ${error.line})` : "";
      if (error.code === "data.guess" && look.guess === "first rows") {
        ends.host.log.info(`${message}${place}: all rows are looked at for its type`);
        look = { ...look, guess: "all rows" };
      } else if (error.code === "csv.invalid" && look.reading === "in parts") {
        ends.host.log.info(`${message}${place}: the file is read again in one pass`);
        look = { ...look, reading: "in one pass" };
      } else if (BROKEN_LINE.includes(error.code) && !look.sift && lossRules(move.job.stream).setsAside) {
        ends.host.log.info(`${message}${place}: the files are read again without such lines`);
        look = { ...look, sift: newSift() };
      } else if (error.code === "environment.memory" && given.kind !== "bytes") {
        if (look.isWide) throw await withWidth(error, { ...move, given, destination: ends.destination });
        ends.host.log.info("the memory does not do for the rows as they are taken: they are taken a few at a time");
        await (await ends.host.duckdb()).run("SET enable_caching_operators = false"); // they gather small pieces to units of 2,048 rows
        look = { ...look, isWide: true };
      } else throw error;
    }
  }
}

async function moveOnce(
  ends: Ends,
  move: Move,
  { look, given }: { readonly look: Look; readonly given: Batch },
): Promise<Counts> {
  const { destination } = ends;
  const { job, context, reader, tally, load, start } = move;
  const isLive = given.kind === "bytes"; // a server's rows: some may be committed while it is read
  const cursor = start ? cursorLoad(start, { reader, host: ends.host, stream: job.name, isLive }) : WITHOUT_CURSOR;
  const isStaged = start !== undefined && (start.isHashed || reader.cursor === undefined);
  const taken = { stream: job.stream, tempDir: ends.host.tempDir, memory: duckdbMemory(context.limits), isStaged };
  const batch = await inPieces(asTaken(given, destination, taken), look);
  const state = await destination.state.read(job.table), before = state?.names;
  const loss = lossRules(job.stream);
  const existing = batch.kind === "files" || !loss.isPlain ? await destination.describe(job.table) : undefined; // others have types
  const key = hashes(job.stream) ? await context.maskKey() : undefined;
  const masks = masksOf(job.stream, key);
  if (key !== undefined) await lendMaskKey(await ends.host.duckdb(), key);
  const ready = batch.kind === "bytes"
    ? {
      ...shapeBytes(batch, job.stream, namingOf(destination, before)),
      read: batch.schema,
      explain: (error: DtegError) => Promise.resolve(error),
    }
    : await stagedShape(batch, ends, { move, look, before, existing, loss, cursor });
  checkTypes(ready, destination, { job, loss });
  refuseOtherMasks(masks, { before: state, names: ready.names, table: job.table, write: job.stream.write });
  const parts = partsAtOnce(ready.batch, { reader, destination, threads: job.threads });
  await using writer = await destination.open({
    table: job.table,
    schema: ready.batch.schema,
    write: job.stream.write,
    key: job.stream.key.map((column) => ready.names[column] ?? column),
    ...cursorIn(ready.names, cursor),
    load: load.id,
    run: context.run,
    complete: reader.complete,
    snapshotAt: reader.snapshotAt,
    parts,
    options: { ...namedOptions(job.stream.table, ready.names), numbers: job.stream.numbers },
  });
  tally.phase = "moving";
  if (load.attempt > 1) await writer.discard(); // what an attempt before could not take away
  const { broken = [] } = look.sift ?? {};
  const explained = async (error: unknown) => await faultOf(error, { reader, explain: ready.explain });
  await using aside = await setAside({ ...ready, shape: ready, broken }, {
    job,
    context,
    load: load.id,
    session: () => ends.host.duckdb(),
  }).catch(async (error) => {
    throw await explained(error);
  });
  tally.rejected = aside.rejected;
  tally.changes = aside.changes;
  try {
    tally.read = aside.rejected + await deliver(aside.batch, {
      reader,
      writer,
      destination,
      parts,
      tempDir: ends.host.tempDir,
      duckdb: () => ends.host.duckdb(),
      shape: (batch) => shapeBytes(batch, job.stream, namingOf(destination, before)).batch,
    });
  } catch (error) {
    throw await explained(error);
  }
  const { position, filtered } = await cursor.end();
  tally.read += filtered;
  tally.cursor = position?.value ?? null;
  refuseTooMany(aside.rejected, { read: tally.read, most: job.stream.maxRejects, stream: job.name });
  await reader.verify();
  context.signal.throwIfAborted();
  const { pipeline, name, table, target } = job;
  tally.isBound ||= target === "stdout";
  const kept = job.stream.isReplay
    ? await destination.state.read(table, { pipeline: pipeline.name, stream: name })
    : undefined;
  aside.committing();
  const counts = await writer.commit({
    pipeline: pipeline.name,
    stream: name,
    target: table.name,
    load: load.id,
    run: context.run,
    committedAt: new Date().toISOString(),
    names: { ...kept?.names, ...ready.names },
    masks: { ...kept?.masks, ...masks },
    ...(kept?.position && { position: kept.position }),
    ...(position && { position: context.limit === undefined ? position : start?.before }),
  }).catch((error) => {
    aside.refused(DtegError.from(error));
    throw error;
  });
  aside.committed();
  if (load.attempt > 1) await writer.discard(); // an attempt before had committed: this one's rows are not needed
  return { ...counts, filtered: counts.filtered + filtered, bytes: counts.bytes ?? reader.bytes ?? null };
}

/** The name that the cursor has in the target. */
function cursorIn(names: Readonly<Record<string, string>>, { column }: CursorLoad): { readonly cursor?: string } {
  if (column === undefined) return {};
  if (Object.hasOwn(names, column)) return { cursor: names[column] };
  if (Object.keys(names).length === 0) return {}; // no column at all
  throw new DtegError(
    "stream.cursor",
    `the cursor ${JSON.stringify(column)} is not among the columns that are loaded`,
    {
      column,
      hint: "add it to `select`, or do not drop it",
    },
  );
}

/** A query whose rows are taken a few at a time, where they are wide. */
async function inPieces<B extends FilesBatch | ScanBatch | BytesBatch>(batch: B, { isWide }: Look): Promise<B> {
  const query = isWide && batch.kind === "scan" ? await batch.inPieces?.() : undefined;
  return query === undefined ? batch : { ...batch, query };
}

/** Files or a query as the query of what the target gets. */
async function stagedShape(
  batch: FilesBatch | ScanBatch,
  ends: Ends,
  { move, look, before, existing, loss, cursor }: {
    readonly move: Move;
    readonly look: Look;
    readonly before?: Naming["before"];
    readonly existing?: Existing;
    readonly loss: LossRules;
    readonly cursor: CursorLoad;
  },
): Promise<ReadyShape> {
  const { job, context, reader } = move;
  const declared = declaredTypes(job.stream, { isTyped: batch.kind === "files" && isTyped(batch), existing, before });
  const { scan, explain, origin, told } = await resolve(batch, ends, { declared, look, loss }).catch(async (error) => {
    throw await faultOf(error, { reader });
  });
  if (scan.schema.length === 0) return { batch: scan, names: {}, flaws: [], read: [], explain };
  const { where } = job.stream;
  if (batch.kind === "files" && where !== undefined) {
    await checkWhere(scan, { where, session: await ends.host.duckdb() });
  }
  const filtered = batch.kind === "files" ? withConditions(scan, { where, limit: context.limit }) : scan;
  const fresh = await cursor.fresh(filtered).catch(async (error) => {
    throw await faultOf(error, { reader, explain });
  });
  const shape = shapeBatch(fresh, job.stream, {
    ...namingOf(ends.destination, before),
    types: ends.destination.types,
    ...(!loss.isPlain && { fitting: fittingOf(job.stream, { loss, existing, origin, told }) }),
  });
  return { ...shape, read: scan.schema, explain, ...(origin && { origin }) };
}

/** A shape, and what is known of the rows that go through it. */
type ReadyShape = Shape & Pick<ResolvedFiles, "explain" | "origin"> & { readonly read: Schema };

const namingOf = ({ can }: Destination, before: Naming["before"]): Naming => ({ ...can, before });

/** A batch as a query, whatever it came as. */
async function resolve(
  batch: FilesBatch | ScanBatch,
  { host }: Ends,
  { declared, look, loss }: { declared: DeclaredTypes; look: Look; loss: LossRules },
): Promise<ResolvedFiles> {
  if (batch.kind === "scan") return { scan: batch, explain: (error) => Promise.resolve(error) };
  const { tempDir, log } = host;
  return await resolveFiles(await host.duckdb(), { batch, ...declared, ...look, loss, tempDir, log });
}

/** Why reading failed: first of all because the source changed meanwhile; else with the place of the fault. */
async function faultOf(
  thrown: unknown,
  { reader, explain }: { reader: Reader; explain?: ResolvedFiles["explain"] },
): Promise<DtegError> {
  const error = DtegError.from(thrown);
  if (error.failure === "cancelled") return error;
  try {
    await reader.verify();
  } catch (thrown) {
    const changed = DtegError.from(thrown);
    if (changed.failure !== "transient" || changed.code === "connection.conflict") return changed; // else it could not be asked
  }
  return await explain?.(error) ?? error;
}

/** Refuses a condition that cannot be read, or that speaks of columns which it cannot tell apart, before a row is read. */
async function checkWhere(
  scan: ScanBatch,
  { where, session }: { where: string; session: StageSession },
): Promise<void> {
  const names = scan.schema.map(({ name }) => name);
  const twin = names.find((name, index) => names.findIndex((one) => one.toLowerCase() === name.toLowerCase()) < index);
  if (twin !== undefined) {
    throw new DtegError(
      "stream.where",
      `\`where\` cannot tell column ${JSON.stringify(twin)} from one that differs only in case`,
      {
        column: twin,
        hint: "leave `where` out, or give the file other names",
      },
    );
  }
  try {
    await session.all(`DESCRIBE SELECT * FROM (${scan.query}) f WHERE (${where}\n)`);
  } catch (error) {
    if (!(error instanceof DtegError) || (error.code !== "query.failed" && error.code !== "column.unknown")) {
      throw error;
    }
    throw new DtegError("stream.where", `cannot read the condition ${JSON.stringify(where)}: ${error.message}`, {
      cause: error,
      hint: error.code === "column.unknown" && error.hint?.startsWith("did you mean")
        ? error.hint
        : `it is DuckDB's SQL over the columns ${names.slice(0, 8).join(", ")}`,
    });
  }
}

/** `where` and `limit` for what was read whole. */
function withConditions(scan: ScanBatch, { where, limit }: { where?: string; limit?: number }): ScanBatch {
  if (where === undefined && limit === undefined) return scan;
  const condition = where === undefined ? "" : ` WHERE (${where})`;
  const from = where === undefined ? columnRefs(scan, "f").from : `(${scan.query}) f`;
  return { ...scan, query: `SELECT * FROM ${from}${condition}${limit === undefined ? "" : ` LIMIT ${limit}`}` };
}

/** Refuses a column that the target cannot hold. */
function checkTypes(
  { batch: { schema }, names }: Shape,
  { types }: Destination,
  { job: { table }, loss }: { readonly job: StreamJob; readonly loss: LossRules },
): void {
  for (const column of schema) {
    const row = targetType(types, column);
    const source = Object.keys(names).find((name) => names[name] === column.name) ?? column.name;
    if (row.grade !== "lossy" || loss.target(source) !== "fail") continue;
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
