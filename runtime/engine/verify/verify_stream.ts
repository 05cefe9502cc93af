import { CURRENT, DELETED_AT, DtegError } from "../../../sdk/mod.ts";
import type { Existing, TargetState } from "../../../sdk/mod.ts";
import { errorReport } from "../../store/error_report.ts";
import { openDestination, openSource } from "../ask/open_end.ts";
import { hideValues } from "../mask/hidden_values.ts";
import { hashes, lendMaskKey } from "../mask/mask_key.ts";
import type { StageSession } from "../move/session.ts";
import { asError, type RunContext } from "../run_context.ts";
import type { Look } from "../staged/stream_move.ts";
import type { StreamJob } from "../stream_job.ts";
import { type QuickAnswer, quickDigest } from "./quick_digest.ts";
import { type Comparison, findDifferences, SOURCE, TARGET } from "./find_differences.ts";
import {
  cursorPlace,
  openSourceSide,
  openTargetSide,
  pairColumns,
  type Pairs,
  rejectingColumns,
  stageSide,
  uniteStaged,
} from "./stage_sides.ts";
import { notCompared, type StreamVerdict } from "./verify_report.ts";

/** A stream's verdict, and what is wrong. */
export interface VerifiedStream {
  readonly verdict: StreamVerdict;
  readonly error?: DtegError;
}

/** What a verification is asked. */
export interface VerifyOptions {
  readonly context: RunContext;
  /** Most differences that are shown. */
  readonly limit: number;
}

/** Compares a stream with its target. It never throws but when it is interrupted: what is wrong is in the verdict. */
export async function verifyStream(job: StreamJob, options: VerifyOptions): Promise<VerifiedStream> {
  const { context } = options;
  const empty = notCompared(job);
  const notes: string[] = [];
  try {
    const found = await compareEnds(job, { ...options, notes });
    const { lacking, comparison } = found;
    const count = comparison.onlyInSource + comparison.onlyInTarget + comparison.differing;
    if (count === 0 && lacking.length === 0) return { verdict: { ...empty, ...comparison, status: "same", notes } };
    const error = new DtegError("verify.differs", context.mask(messageOf(job, found)), {
      ...(lacking.length > 0 && { column: lacking[0] }),
      hint: "run it again to load what is new; --full-refresh loads all of it",
    });
    return { verdict: { ...empty, ...comparison, status: "differs", notes, error: errorReport(error) }, error };
  } catch (thrown) {
    context.signal.throwIfAborted();
    const error = asError(hideValues(DtegError.from(thrown), job.stream), context);
    const status = error.code === "verify.differs" ? "differs" : "failed";
    return { verdict: { ...empty, status, notes, error: errorReport(error) }, error };
  }
}

interface Found {
  readonly comparison: Comparison;
  /** Columns that the target does not have. */
  readonly lacking: readonly string[];
  readonly hasKey: boolean;
}

function messageOf({ name, target }: StreamJob, { comparison, lacking, hasKey }: Found): string {
  const { onlyInSource, onlyInTarget, differing } = comparison;
  const what = hasKey ? "key" : "row";
  const count = (n: number) => n === 1 ? `1 ${what}` : `${n} ${what}s`;
  const parts = [
    ...(onlyInSource ? [`${count(onlyInSource)} only in the source`] : []),
    ...(onlyInTarget ? [`${count(onlyInTarget)} only in the target`] : []),
    ...(differing ? [`${count(differing)} with other values`] : []),
    ...(lacking.length ? [`the target lacks ${lacking.length > 1 ? "columns" : "column"} ${lacking.join(", ")}`] : []),
  ];
  return `${name} and ${target} differ: ${parts.join(", ")}`;
}

/** How files are looked at, the quick way first. */
const LOOKS: readonly Look[] = [
  { guess: "first rows", reading: "in parts" },
  { guess: "all rows", reading: "in one pass" },
];

async function compareEnds(
  job: StreamJob,
  { context, limit, notes }: VerifyOptions & { readonly notes: string[] },
): Promise<Found> {
  const { pipeline, stream, table, target, name } = job;
  if (target === "stdout") {
    throw new DtegError("usage", `stream ${name} goes to standard output, which cannot be read back`);
  }
  await using to = await openDestination(pipeline.destination, context);
  const { destination } = to;
  const existing = await destination.describe(table); // before the source: one database opened to be written can be read too
  if (!existing) {
    throw new DtegError("verify.differs", `${target} is not there: nothing of stream ${name} was loaded`, {
      hint: "load it with `dteg run`",
    });
  }
  const state = await destination.state.read(table, { pipeline: pipeline.name, stream: name }) ??
    await destination.state.read(table);
  await using from = await openSource(pipeline.source, context, { beside: to.host });
  await using back = await openSource(pipeline.destination, context, { beside: to.host });
  const session = await to.host.duckdb();
  if (hashes(stream)) await lendMaskKey(session, await context.maskKey());
  const key = await keyOf(job, from);
  const ends = { source: from.source, destination, host: from.host };
  try {
    for (const [index, look] of LOOKS.entries()) {
      try {
        return await compareStaged({ job, context, limit, notes, session, ends, back, look, existing, state, key });
      } catch (error) {
        const isMisread = error instanceof DtegError && (error.code === "data.guess" || error.code === "csv.invalid");
        if (!isMisread || index === LOOKS.length - 1) throw error;
      }
    }
    throw new DtegError("internal", "no way to read the stream was tried");
  } finally {
    notes.push(
      ...[...from.host.warnings, ...to.host.warnings, ...back.host.warnings].filter((text) => !notes.includes(text)),
    );
    for (const staged of [SOURCE, TARGET, "_dteg_verify_rows", "_dteg_verify_keys", "_dteg_verify_hashes"]) {
      await session.run(`DROP TABLE IF EXISTS temp.${staged}`).catch(() => 0); // an interrupted stage goes as a whole
    }
  }
}

/** The columns that tell one row from another, by their names in the source: the source's primary key, where the stream says none. */
async function keyOf(
  { stream }: StreamJob,
  { source }: Awaited<ReturnType<typeof openSource>>,
): Promise<readonly string[]> {
  if (stream.key.length > 0 || stream.sql !== undefined || "path" in stream.settings) return stream.key;
  const { formatName } = await import("../../../sdk/mod.ts");
  for await (const found of source.discover((one) => formatName(one) === stream.name)) {
    if (formatName(found.name) === stream.name) return found.primaryKey ?? [];
  }
  return [];
}

interface Comparing extends VerifyOptions {
  readonly job: StreamJob;
  readonly notes: string[];
  readonly session: StageSession;
  readonly ends: Parameters<typeof openSourceSide>[0];
  readonly back: Parameters<typeof openTargetSide>[0];
  readonly look: Look;
  readonly existing: Existing;
  readonly state?: TargetState;
  readonly key: readonly string[];
}

async function compareStaged(
  { job, context, limit, notes, session, ends, back, look, existing, state, key }: Comparing,
): Promise<Found> {
  const { stream } = job;
  const isMarked = stream.deletes?.how === "mark" && existing.columns.some(({ name }) => name === DELETED_AT);
  const holds = stream.write === "scd2" && existing.columns.some(({ name }) => name === CURRENT) ? CURRENT : undefined;
  const loaded = isMarked ? `${DELETED_AT} IS NULL` : holds;
  const open = async (where?: QuickAnswer["where"]) => {
    const from = await openSourceSide(ends, { job, context, look, state, existing, where: where?.source });
    const { schema } = from.shape.batch;
    const to = await openTargetSide(back, { job, context, schema, look, where: and(loaded, where?.target) });
    return { from, to, pairs: pairColumns(schema, to.batch.schema, ends.destination.can) };
  };
  let sides = await open();
  await using stack = new AsyncDisposableStack();
  stack.use(sides.from);
  stack.use(sides.to.reader);
  noteExtra(sides.pairs, notes);
  const quick = sides.pairs.lacking.length > 0 ? undefined : await quickDigest(
    { source: ends.source, back: back.source },
    { job, names: sides.from.shape.names, key, loaded },
  );
  if (quick && !quick.where) {
    const comparison = { rows: quick.rows, onlyInSource: 0, onlyInTarget: 0, differing: 0, differences: [] };
    return { comparison, lacking: [], hasKey: key.length > 0 };
  }
  if (quick?.where) {
    sides = await open(quick.where);
    stack.use(sides.from);
    stack.use(sides.to.reader);
  }
  const { from: { shape }, to, pairs } = sides;
  const nameIn = (column: string) => shape.names[column] ?? column;
  const keys = key.map(nameIn), masked = stream.columns.filter(({ mask }) => mask).map(({ name }) => nameIn(name));
  const columns = pairs.pairs.map(({ name }) => ({
    name,
    isKey: keys.includes(name),
    isMasked: masked.includes(name),
  }));
  const hasKey = keys.length > 0 && keys.every((name) => columns.some((column) => column.name === name));
  const cursor = cursorPlace(shape, { stream, position: state?.position });
  await stageSide(session, {
    table: SOURCE,
    batch: shape.batch,
    columns: pairs.pairs.map(({ source, target }) => ({ at: source, other: to.batch.schema[target] })),
    rejecting: rejectingColumns(shape),
    cursor,
  });
  await stageSide(session, {
    table: TARGET,
    batch: to.batch,
    columns: pairs.pairs.map(({ source, target }) => ({ at: target, other: shape.batch.schema[source] })),
  });
  const places = columns.flatMap((column, index) => keys.includes(column.name) ? [index] : []);
  const isUnited = stream.write === "merge" || stream.write === "scd2" ||
    (stream.write === "replace" && cursor !== undefined);
  if (hasKey && isUnited && stream.key.length > 0) {
    await uniteStaged(session, { table: SOURCE, keys: places, hasCursor: cursor !== undefined });
  }
  if (cursor) await leaveOutFresh(session, { keys: hasKey ? places : [], notes, position: state?.position });
  const comparison = await findDifferences(
    session,
    hasKey ? columns : columns.map((one) => ({ ...one, isKey: false })),
    {
      limit,
    },
  );
  return { comparison: { ...comparison, rows: quick?.rows ?? comparison.rows }, lacking: pairs.lacking, hasKey };
}

const and = (...conditions: readonly (string | undefined)[]) =>
  conditions.flatMap((one) => one === undefined ? [] : [`(${one})`]).join(" AND ") || undefined;

function noteExtra({ extra }: Pairs, notes: string[]): void {
  if (extra.length === 0) return;
  const note = `the target has ${extra.length > 1 ? "columns" : "column"} ${
    extra.join(", ")
  } beside those of the stream`;
  if (!notes.includes(note)) notes.push(note);
}

/** Rows beyond what was read are not loaded yet, nor are the new values of rows that were. */
async function leaveOutFresh(
  session: StageSession,
  { keys, notes, position }: {
    readonly keys: readonly number[];
    readonly notes: string[];
    readonly position?: TargetState["position"];
  },
): Promise<void> {
  const [{ n }] = await session.all(`SELECT count(*) AS n FROM ${SOURCE} WHERE fresh`);
  const count = Number(n);
  if (count > 0) {
    notes.push(
      `${count === 1 ? "1 row" : `${count} rows`} of the source ${
        count === 1 ? "is" : "are"
      } not loaded yet: newer than ${position?.column} = ${position?.value}`,
    );
    if (keys.length > 0) {
      const on = keys.map((index) => `t.c${index} IS NOT DISTINCT FROM s.c${index}`).join(" AND ");
      await session.run(`DELETE FROM ${TARGET} t WHERE EXISTS (FROM ${SOURCE} s WHERE s.fresh AND ${on})`);
    }
    await session.run(`DELETE FROM ${SOURCE} WHERE fresh`);
  }
  await session.run(`ALTER TABLE ${SOURCE} DROP COLUMN fresh`);
  await session.run(`ALTER TABLE ${SOURCE} DROP COLUMN "at"`);
}
