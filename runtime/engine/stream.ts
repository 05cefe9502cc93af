import { type Counts, DtegError, parseName, type Reader } from "../../sdk/mod.ts";
import { changeTexts } from "./check/set_aside.ts";
import { lossRules } from "./check/loss_rules.ts";
import { errorReport } from "../store/error_report.ts";
import type { StreamReport } from "../store/event.ts";
import { withRetry } from "./commit/retry.ts";
import { retryOptions } from "./commit/retry_options.ts";
import { type CursorStart, cursorStart } from "./cursor/cursor_start.ts";
import { type LentHost, makeHost } from "./host.ts";
import { overtaken } from "./lease/hold_targets.ts";
import { hideValues } from "./mask/hidden_values.ts";
import { acceptedFormats } from "./plan/accepted.ts";
import { streamFault } from "./ask/stream_fault.ts";
import { readCondition } from "./deletes/read_condition.ts";
import { confirmReplace } from "./plan/confirm.ts";
import { moveParts } from "./load.ts";
import type { Ends, Load, Tally } from "./staged/stream_move.ts";
import { emptyReport } from "./run_report.ts";
import type { StreamJob } from "./stream_job.ts";
import { asError, type RunContext, secondsSince } from "./run_context.ts";

/** How a stream ended. */
export interface Outcome {
  readonly report: StreamReport;
  readonly error?: DtegError;
}

/** Loads one stream: read, stage, write, commit; again where what failed may pass. It never throws: what fails is in the outcome. */
export async function runStream(job: StreamJob, context: RunContext): Promise<Outcome> {
  const began = performance.now();
  const { pipeline, name, target } = job;
  const tally: Tally = { phase: "before", read: 0, cursor: null, rejected: 0, changes: [], isBound: false };
  const warnings: string[] = [];
  context.tell({ kind: "stream.started", pipeline: pipeline.name, stream: name, target });
  const report = (status: StreamReport["status"], rest: Partial<StreamReport>): StreamReport => ({
    ...emptyReport(name, target),
    status,
    seconds: secondsSince(began),
    warnings: [...new Set(warnings)],
    ...rest,
  });
  const load = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  const asked = { ...context, confirm: askOnce(context.confirm) };
  try {
    if (job.fault) throw job.fault;
    const counts = await withRetry(
      (attempt) => loadStream(job, asked, { tally, warnings, load: { id: load, attempt } }),
      {
        ...retryOptions(pipeline, context, { stream: name, warnings }),
        refuse: () =>
          tally.isBound ? `${job.target === "stdout" ? job.target : name} cannot be begun again` : undefined,
      },
    );
    warnings.push(...changeTexts(tally.changes));
    return { report: report("ok", countsOf(counts, tally)) };
  } catch (thrown) {
    const told = await overtaken(DtegError.from(thrown), job);
    const error = asError(hideValues(told.with({ phase: tally.phase }), job.stream), context);
    return { report: report(context.signal.aborted ? "cancelled" : "failed", { error: errorReport(error) }), error };
  }
}

/** A person answers a question once, however often it is tried. */
function askOnce(confirm: RunContext["confirm"]): RunContext["confirm"] {
  const answers = new Map<string, ReturnType<RunContext["confirm"]>>();
  return (question) => {
    const known = answers.get(question) ?? confirm(question);
    answers.set(question, known);
    return known;
  };
}

function countsOf(counts: Counts, { read, cursor, rejected, changes }: Tally) {
  const { inserted, updated, deleted, unchanged, filtered, bytes } = counts;
  const written = inserted + updated + unchanged;
  if (read !== written + filtered + rejected) {
    const parts = `read ${read}, written ${written}, filtered ${filtered}, rejected ${rejected}`;
    throw new DtegError("internal", `the counts do not add up: ${parts}`);
  }
  const changed = changes.length > 0 ? { changed: changes } : {};
  return { read, written, filtered, rejected, inserted, updated, deleted, unchanged, bytes, cursor, ...changed };
}

async function loadStream(
  job: StreamJob,
  context: RunContext,
  { tally, warnings, load }: { readonly tally: Tally; readonly warnings: string[]; readonly load: Load },
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
    const loss = lossRules(stream);
    const known = load.attempt > 1 || loss.keepsRows ? (await destination.state.read(job.table))?.load : undefined;
    if (loss.keepsRows) (await context.rejects?.())?.settle(of, (one) => one === known);
    if (load.attempt > 1 && known === load.id) return foundCommitted(tally, warnings, stream);
    await confirmReplace({ table: job.table, target: job.target, stream }, { destination, confirm: context.confirm });
    const start = await cursorStart(job, { destination, log: host.log, interval: context.interval });
    await using reader = await openReader(job, { source, destination, start }, context.limit);
    tally.isBound ||= reader.readsOnce === true;
    using _progress = tellProgress(job, context, { host, reader });
    return await moveParts({ source, destination, host }, {
      job,
      context,
      reader,
      tally,
      load,
      start,
    });
  } finally {
    warnings.push(...host.warnings, ...targetHost.warnings);
  }
}

/** The reply to an attempt's COMMIT was lost, and the target knows it: it took place. */
function foundCommitted({ read, rejected }: Tally, warnings: string[], { write }: StreamJob["stream"]): Counts {
  warnings.push(
    "the connection was lost at COMMIT; the target was asked: all rows are loaded. How many of them were new is not known",
  );
  const [inserted, updated] = write === "merge" || write === "scd2" ? [0, read - rejected] : [read - rejected, 0]; // nothing is undone by a guess
  return { inserted, updated, deleted: 0, unchanged: 0, filtered: 0, bytes: null };
}

async function openReader(
  { stream, threads }: StreamJob,
  { source, destination, start }: Pick<Ends, "source" | "destination"> & { readonly start?: CursorStart },
  limit: number | undefined,
): Promise<Reader> {
  const loss = lossRules(stream);
  try {
    return await source.open({
      stream: stream.sql === undefined ? parseName(stream.name) : { sql: stream.sql },
      columns: stream.select.map((column) => ({ name: column })),
      drop: stream.columns.filter(({ drop }) => drop).map(({ name }) => name),
      text: stream.columns.filter(({ type }) => type?.kind === "text").map(({ name }) => name),
      ...(!loss.isPlain && { onLoss: loss.source }),
      where: readCondition(stream),
      ...(start && { cursor: start.read }),
      limit,
      ...(stream.deletes && { keepsPicture: true }),
      resumes: stream.resume !== undefined,
      parts: destination.can.parallelWriters ? threads : 1,
      accepts: acceptedFormats(stream, { destination, isStaged: start?.isHashed }),
      settings: stream.settings,
    });
  } catch (error) {
    throw await streamFault(error, { source, stream });
  }
}

const PROGRESS_EVERY = 100;

/** Tells how far the stream is, ten times a second. */
function tellProgress(
  job: StreamJob,
  context: RunContext,
  { host, reader }: { host: LentHost; reader: Reader },
): Disposable {
  const totalBytes = reader.bytes ?? null;
  let share: number | null = null;
  const timer = setInterval(() => {
    const now = host.progress();
    share = now === null ? share : Math.max(now, share ?? 0); // DuckDB begins anew with each statement
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
