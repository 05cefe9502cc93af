import { DELETED_AT, type Deletes, DtegError, type GoneKeys, parseName, type Source } from "../../../sdk/mod.ts";
import { openSource } from "../ask/open_end.ts";
import type { StageSession } from "../move/session.ts";
import type { RunContext } from "../run_context.ts";
import type { Ends, Move } from "../staged/stream_move.ts";
import { type AskRanges, type DifferingRanges, differingRanges } from "../verify/key_ranges.ts";
import { openSourceSide, openTargetSide, pairColumns, rejectingColumns, stageSide } from "../verify/stage_sides.ts";

const HERE = "_dteg_keys_source", THERE = "_dteg_keys_target", GONE = "_dteg_keys_gone";
/** Keys that a target is told at a time. */
const PIECE = 500;

/** What is looked for. */
interface Looking {
  readonly move: Move;
  readonly deletes?: Deletes;
  /** Names in the target by those in the source. */
  readonly names: Readonly<Record<string, string>>;
}

/**
 * The keys of rows of the target that the source no longer has, or marks as deleted. Asked after the last part, in the picture that the rows
 * came from where the source can. Undefined: the load itself brings all that there is.
 */
export async function goneKeys(ends: Ends, { move, deletes, names }: Looking): Promise<GoneKeys | undefined> {
  if (!deletes || deletes.within) return undefined;
  const { job, context, reader, tally } = move;
  const existing = await ends.destination.describe(job.table);
  if (!existing) return undefined; // nothing was loaded that could be gone
  const isMarked = deletes.how === "mark" && existing.columns.some(({ name }) => name === DELETED_AT);
  const there = isMarked ? `${DELETED_AT} IS NULL` : undefined;
  const state = await ends.destination.state.read(job.table);
  const session = await ends.host.duckdb();
  await using back = await openSource(job.pipeline.destination, context, { beside: ends.host });
  if (deletes.areAbsent) {
    if (tally.read > 0 || deletes.how !== "remove") return undefined;
    const target = await openTargetSide(back, { job, context, schema: [], look: LOOK });
    await using _reader = target.reader;
    const [row] = await sizeOf(session, target.batch);
    await refuseEmpty(Number(row.n), { move, context });
    return undefined;
  }
  const { when } = job.stream.deletes!;
  const { where: _, cursor: __, deletes: ___, ...stream } = job.stream;
  const keys = job.stream.key;
  const keyStream = {
    ...stream,
    select: keys,
    columns: stream.columns.filter(({ name }) => keys.includes(name)),
    ...(when !== undefined && { where: when }),
  };
  const source = { ...ends.source, ...reader.picture };
  const ranges = when === undefined
    ? await goneRanges({ source, back: back.source }, { move, names, there })
    : undefined;
  if (ranges?.isSame) return undefined;
  await using from = await openSourceSide({ ...ends, source }, {
    job: { ...job, stream: keyStream },
    context,
    look: LOOK,
    state,
    where: ranges?.source,
  });
  const schema = from.shape.batch.schema;
  const target = await openTargetSide(back, {
    job,
    context,
    schema,
    look: LOOK,
    where: [there, ranges?.target].flatMap((one) => one === undefined ? [] : [`(${one})`]).join(" AND ") || undefined,
    columns: keys.map((key) => names[key] ?? key),
  });
  await using _reader = target.reader;
  const { pairs } = pairColumns(schema, target.batch.schema, ends.destination.can);
  await stageSide(session, {
    table: HERE,
    batch: from.shape.batch,
    columns: pairs.map((pair) => ({ at: pair.source, other: target.batch.schema[pair.target] })),
    rejecting: rejectingColumns(from.shape), // a row without a right key has none that was loaded
  });
  await stageSide(session, {
    table: THERE,
    batch: target.batch,
    columns: pairs.map((pair) => ({ at: pair.target, other: schema[pair.source] })),
  });
  const on = pairs.map((_, index) => `s.c${index} = t.c${index}`).join(" AND ");
  const list = pairs.map((_, index) => `c${index}`).join(", ");
  const isNone = pairs.map((_, index) => `t.c${index} IS NULL`).join(" OR ");
  await session.run(
    `CREATE OR REPLACE TEMP TABLE ${GONE} AS SELECT ${list} FROM ${THERE} t WHERE NOT (${isNone}) AND ${
      when === undefined ? "NOT EXISTS" : "EXISTS"
    } (FROM ${HERE} s WHERE ${on})`,
  );
  const [{ here, loaded }] = await session.all(
    `SELECT (SELECT count(*) FROM ${HERE}) AS here, (SELECT count(*) FROM ${THERE}) AS loaded`,
  );
  for (const table of [HERE, THERE]) await session.run(`DROP TABLE ${table}`);
  if (when === undefined && !ranges && Number(here) === 0 && deletes.how === "remove") {
    await refuseEmpty(Number(loaded), { move, context });
  }
  return inPieces(session, list);
}

/** Where the keys of both ends differ, by sums of ranges that each end makes by itself. */
async function goneRanges(
  { source, back }: { readonly source: Pick<Source, "digest">; readonly back: Source },
  { move: { job: { stream, table } }, names, there }: Pick<Looking, "move" | "names"> & {
    /** The condition of the target's rows that are not marked. */
    readonly there?: string;
  },
): Promise<DifferingRanges | undefined> {
  const [key, ...rest] = stream.key, loaded = names[key] ?? key;
  const isPlain = rest.length === 0 && stream.columns.every((rule) => rule.name !== key || (!rule.type && !rule.mask));
  if (!source.digest || !back.digest || !isPlain) return undefined;
  const name = stream.sql === undefined ? parseName(stream.name) : { sql: stream.sql };
  const here = { stream: name, columns: [{ name: key }] };
  const target = { stream: table, columns: [{ name: loaded }], ...(there !== undefined && { where: there }) };
  const ask: AskRanges = (ranges, { isPortable }) =>
    Promise.all([
      Array.fromAsync(source.digest!({ ...here, ranges: { ...ranges, column: key }, isPortable })),
      Array.fromAsync(back.digest!({ ...target, ranges: { ...ranges, column: loaded }, isPortable })),
    ]);
  return await differingRanges(ask, { mayBePortable: true });
}

const LOOK = { guess: "all rows", reading: "in one pass" } as const;

function sizeOf(
  session: StageSession,
  { query, within }: { query: string; within?: <T>(step: () => Promise<T>) => Promise<T> },
) {
  const ask = () => session.all(`SELECT count(*) AS n FROM (${query})`);
  return within ? within(ask) : ask();
}

/** A source without a row would empty the target: more often that is a slip than what is meant. */
async function refuseEmpty(
  rows: number,
  { move: { job }, context }: { readonly move: Move; readonly context: RunContext },
): Promise<void> {
  if (rows === 0 || context.fullRefresh) return;
  const would = job.stream.write === "scd2"
    ? "it would close all versions, of"
    : "`delete: remove` would take away all";
  const what = `stream ${job.name} has no row, and ${would} ${rows} of ${job.target}`;
  if (await context.confirm(`${what}. Do it?`)) return;
  throw new DtegError("stream.empty_source", `${what}; nothing was changed`, {
    hint: "look at the source; where it is meant, add -y or --full-refresh",
  });
}

/** The keys that were found, piece by piece; then they are forgotten. */
async function* inPieces(session: StageSession, list: string): AsyncGenerator<readonly (readonly string[])[]> {
  const names = list.split(", ");
  for (let from = 0;; from += PIECE) {
    const rows = await session.all(`SELECT ${list} FROM ${GONE} WHERE rowid >= ${from} AND rowid < ${from + PIECE}`);
    if (rows.length === 0) break;
    yield rows.map((row) => names.map((name) => String(row[name])));
  }
}
