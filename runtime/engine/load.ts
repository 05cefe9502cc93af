import {
  type Batch,
  type BytesBatch,
  type Counts,
  DtegError,
  type ErrorCode,
  type FilesBatch,
  parseName,
  type ScanBatch,
} from "../../sdk/mod.ts";
import { setAside } from "./check/aside.ts";
import { newSift } from "./check/broken_lines.ts";
import { lossRules } from "./check/loss_rules.ts";
import { refuseTooMany } from "./check/set_aside.ts";
import { deliver, partsAtOnce } from "./commit/deliver.ts";
import { cursorLoad, WITHOUT_CURSOR } from "./cursor/cursor_load.ts";
import { goneKeys } from "./deletes/gone_keys.ts";
import { plannedDeletes } from "./deletes/planned_deletes.ts";
import { evolutionOfLoad } from "./drift/drift_of_load.ts";
import { historyColumns, historyKey } from "./history/history_columns.ts";
import { duckdbMemory } from "./limits.ts";
import { hideValues } from "./mask/hidden_values.ts";
import { hashes, lendMaskKey } from "./mask/mask_key.ts";
import { masksOf, refuseOtherMasks } from "./mask/mask_state.ts";
import { asTaken } from "./pipe/as_taken.ts";
import { isTyped } from "./plan/declared_types.ts";
import { namedOptions } from "./plan/named_options.ts";
import { shapeBytes } from "./plan/shape.ts";
import { loadColumns, withLoadColumns } from "./staged/load_columns.ts";
import { loadHash } from "./resume/load_hash.ts";
import { refuseLossyColumns } from "./staged/lossy_columns.ts";
import { readFault } from "./staged/read_fault.ts";
import { namingOf, stagedShape } from "./staged/staged_shape.ts";
import type { Ends, Look, Move } from "./staged/stream_move.ts";
import { loadTrace } from "./undo/load_trace.ts";
import { keepForProof } from "./verify/prove_load.ts";
import { withWidth } from "./wide/row_too_wide.ts";

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
  const cursor = start
    ? cursorLoad(start, { reader, host: ends.host, stream: job.name, isLive, isQuery: job.stream.sql !== undefined })
    : WITHOUT_CURSOR;
  const isStaged = start !== undefined && (start.isHashed || reader.cursor === undefined);
  const taken = { stream: job.stream, tempDir: ends.host.tempDir, memory: duckdbMemory(context.limits), isStaged };
  const batch = await inPieces(asTaken(given, destination, taken), look);
  const state = await destination.state.read(job.table), before = state?.names;
  const loss = lossRules(job.stream);
  const existing = await destination.describe(job.table);
  const key = hashes(job.stream) ? await context.maskKey() : undefined;
  const masks = masksOf(job.stream, key);
  if (key !== undefined) await lendMaskKey(await ends.host.duckdb(), key);
  const ready = batch.kind === "bytes"
    ? {
      ...shapeBytes(batch, job.stream, namingOf(destination, before)),
      read: batch.schema,
      explain: (error: DtegError) => Promise.resolve(error),
    }
    : await stagedShape(batch, ends, { move, look, state, existing, loss, cursor });
  refuseLossyColumns(ready, destination, { job, loss });
  refuseOtherMasks(masks, { before: state, names: ready.names, table: job.table, write: job.stream.write });
  const added = [
    ...await historyColumns(job, { destination, schema: ready.batch.schema, snapshotAt: reader.snapshotAt }),
    ...loadColumns(ready.batch.schema, { isWanted: job.stream.loadColumns === true, run: context.run }),
  ];
  const { evolve, types } = await evolutionOfLoad(job, {
    ...{ schema: [...ready.batch.schema, ...added], names: ready.names, destination, existing, before: state },
    isGuessed: batch.kind === "files" && !isTyped(batch),
    log: ends.host.log,
  });
  const { keep, undo } = await loadTrace(job, {
    destination,
    newest: state,
    run: context.run,
    hasColumns: job.stream.loadColumns === true && added.length > 0,
  });
  const parts = partsAtOnce(ready.batch, { reader, destination, threads: job.threads });
  const deletes = plannedDeletes(job, { reader, start, limit: context.limit });
  await using writer = await destination.open({
    table: job.table,
    schema: [...ready.batch.schema, ...added],
    loadColumns: added,
    keep,
    write: job.stream.write,
    key: job.stream.key.map((column) => ready.names[column] ?? column),
    ...cursorIn(ready.names, { column: cursor.column, before: job.stream.cursorBefore }),
    load: load.id,
    run: context.run,
    lease: job.lease,
    resume: loadHash(job, { reader, schema: ready.batch.schema, added, log: ends.host.log }),
    complete: reader.complete,
    ...(deletes && { deletes }),
    snapshotAt: reader.snapshotAt,
    parts,
    options: {
      ...historyKey(job, ready.names),
      ...namedOptions(job.stream.table, ready.names),
      numbers: job.stream.numbers,
    },
    ...(evolve && { evolve }),
  });
  tally.phase = "moving";
  if (load.attempt > 1 && !writer.done) await writer.discard(); // what an attempt before could not take away
  const { broken = [] } = look.sift ?? {};
  const explained = async (error: unknown) => await readFault(error, { reader, explain: ready.explain });
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
    const loaded = withLoadColumns(aside.batch, added, destination);
    const proved = job.stream.verify ? await keepForProof(loaded, { job, context, host: ends.host }) : undefined;
    tally.read = aside.rejected + await deliver(proved?.batch ?? loaded, {
      reader,
      writer,
      destination,
      parts,
      tempDir: ends.host.tempDir,
      duckdb: () => ends.host.duckdb(),
      shape: (batch) => shapeBytes(batch, job.stream, namingOf(destination, before)).batch,
    });
    await proved?.compare(writer);
  } catch (error) {
    throw await explained(error);
  }
  const { position, filtered } = await cursor.end();
  tally.read += filtered;
  const staysPut = context.limit !== undefined || context.interval !== undefined;
  tally.cursor = (context.interval ? start?.before : position)?.value ?? null;
  refuseTooMany(aside.rejected, { read: tally.read, most: job.stream.maxRejects, stream: job.name });
  const gone = await goneKeys(ends, { move, deletes, names: ready.names });
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
    types: { ...kept?.types, ...types },
    masks: { ...kept?.masks, ...masks },
    ...(undo && { undo }),
    ...(kept?.position && { position: kept.position }),
    ...(position && { position: staysPut ? start?.before : position }),
  }, gone).catch((error) => {
    aside.refused(DtegError.from(error));
    throw error;
  });
  aside.committed();
  if (load.attempt > 1) await writer.discard(); // an attempt before had committed: this one's rows are not needed
  return { ...counts, filtered: counts.filtered + filtered, bytes: counts.bytes ?? reader.bytes ?? null };
}

/** The name that the cursor has in the target; that of a replay is the first that its rows have. */
function cursorIn(
  names: Readonly<Record<string, string>>,
  { column, before = [] }: { readonly column?: string; readonly before?: readonly string[] },
): { readonly cursor?: string } {
  const known = before.flatMap((text) => [text, parseName(text).name]).find((name) => Object.hasOwn(names, name));
  if (column === undefined) return known === undefined ? {} : { cursor: names[known] };
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
