import {
  type Column,
  DtegError,
  formatName,
  type LoadPosition,
  parseName,
  quoteName,
  quoteText,
  type Reader,
  type ReadRequest,
  refusedName,
  type ScanBatch,
  type Schema,
  type Source,
} from "../../../sdk/mod.ts";
import { lossRules } from "../check/loss_rules.ts";
import { WITHOUT_CURSOR } from "../cursor/cursor_load.ts";
import { readCondition } from "../deletes/read_condition.ts";
import { resolveFiles } from "../files/resolve_files.ts";
import { duckdbMemory } from "../limits.ts";
import { columnRefs } from "../move/column_refs.ts";
import { duckType } from "../move/duck_type.ts";
import type { StageSession } from "../move/session.ts";
import { asTaken } from "../pipe/as_taken.ts";
import { isTyped } from "../plan/declared_types.ts";
import { type ReadyShape, stagedShape } from "../staged/staged_shape.ts";
import type { Ends, Look } from "../staged/stream_move.ts";
import type { RunContext } from "../run_context.ts";
import type { NamedStream, StreamJob } from "../stream_job.ts";
import { streamFault } from "../ask/stream_fault.ts";
import { canonicalJson } from "./canonical_json.ts";
import { BASE64, comparedText, JSON_FUNCTION } from "./compared_text.ts";
import type { Existing, TargetState } from "../../../sdk/mod.ts";

/** Formats that the stage takes. */
const STAGED = ["scan", "csv", "ndjson", "json", "parquet"] as const;

/** What a side is opened with. */
export interface SideOptions {
  readonly job: StreamJob;
  readonly context: RunContext;
}

/** The source as a load would bring it. Disposed, its read is over. */
export interface SourceSide extends AsyncDisposable {
  readonly shape: ReadyShape & { readonly batch: ScanBatch };
  readonly reader: Reader;
}

/** Opens the source by the way that a load takes: columns, names, types, masks and conditions are applied. */
export async function openSourceSide(
  { source, destination, host }: Ends,
  { job, context, look, state, existing, where }: SideOptions & {
    readonly look: Look;
    readonly state?: TargetState;
    readonly existing?: Existing;
    readonly where?: string;
  },
): Promise<SourceSide> {
  const { stream } = job, loss = lossRules(stream);
  const condition = [readCondition(stream), where].flatMap((text) => text === undefined ? [] : [`(${text}\n)`]).join(
    " AND ",
  );
  const reader = await source.open({
    stream: stream.sql === undefined ? parseName(stream.name) : { sql: stream.sql },
    columns: stream.select.map((name) => ({ name })),
    drop: stream.columns.filter(({ drop }) => drop).map(({ name }) => name),
    text: stream.columns.filter(({ type }) => type?.kind === "text").map(({ name }) => name),
    ...(!loss.isPlain && { onLoss: loss.source }),
    ...(condition && { where: condition }),
    accepts: STAGED,
    settings: stream.settings,
    parts: 1,
  }).catch(async (error) => {
    throw await streamFault(error, { source, stream });
  });
  try {
    const given = await reader.read(reader.parts[0]);
    const batch = asTaken(given, { accepts: STAGED.slice(0, 1) }, {
      stream,
      tempDir: host.tempDir,
      memory: duckdbMemory(context.limits),
      isStaged: true,
    });
    if (batch.kind === "bytes") throw new DtegError("internal", "bytes would be compared without the stage");
    const shape = await stagedShape(batch, { destination, host }, {
      move: { job, context, reader },
      look,
      ...(state && { state }),
      existing,
      loss,
      cursor: WITHOUT_CURSOR,
    });
    if (shape.batch.kind !== "scan") throw new DtegError("internal", "bytes would be compared without the stage");
    return {
      shape: { ...shape, batch: shape.batch },
      reader,
      [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
    };
  } catch (error) {
    await reader[Symbol.asyncDispose]();
    throw error;
  }
}

/** Opens the target to be read back; what files are made of is read as the types that were loaded. */
export async function openTargetSide(
  { source, host }: { readonly source: Source; readonly host: Ends["host"] },
  { job: { table }, context, schema, where, look, columns = [], stream }: SideOptions & {
    readonly schema: Schema;
    /** What is read in place of the target's table. */
    readonly stream?: ReadRequest["stream"];
    /** Names of those that are wanted; none: all. */
    readonly columns?: readonly string[];
    readonly where?: string;
    readonly look: Look;
  },
): Promise<{ readonly batch: ScanBatch; readonly reader: Reader }> {
  const reader = await source.open({
    stream: stream ?? await streamOf(source, table),
    columns: columns.map((name) => ({ name })),
    drop: [],
    text: [],
    ...(where !== undefined && { where }),
    accepts: STAGED,
    settings: {},
    parts: 1,
  });
  const given = await reader.read(reader.parts[0]);
  const taken = asTaken(given, { accepts: STAGED.slice(0, 1) }, {
    stream: { columns: [], write: "replace" },
    tempDir: host.tempDir,
    memory: duckdbMemory(context.limits),
    isStaged: true,
  });
  if (taken.kind === "scan") return { batch: taken, reader };
  if (taken.kind === "bytes") throw new DtegError("internal", "bytes would be compared without the stage");
  const isJson = taken.format === "ndjson" || taken.format === "json";
  const bytes = new Set(isJson ? schema.filter(({ type }) => type.kind === "bytes").map(({ name }) => name) : []);
  const known = schema.map(({ name, type }) => [name, bytes.has(name) ? { kind: "text" } as const : type] as const);
  const declared = new Map(isTyped(taken) ? [] : known);
  const { scan } = await resolveFiles(await host.duckdb(), {
    batch: taken,
    declared,
    fromTable: new Set(),
    ...look,
    tempDir: host.tempDir,
    log: host.log,
  });
  const marked = scan.schema.map((column) => bytes.has(column.name) ? { ...column, native: BASE64 } : column);
  return { batch: { ...scan, schema: marked }, reader };
}

/** What the target's table is called as a stream of its own connector: a single file is the only stream there is. */
async function streamOf(source: Source, { schema, name }: StreamJob["table"]): Promise<StreamJob["table"]> {
  const table = { ...(schema !== undefined && { schema }), name };
  const names: StreamJob["table"][] = [];
  for await (const found of source.discover()) {
    if (found.kind !== "file") return table;
    names.push(found.name);
  }
  return names.length === 1 ? names[0] : table;
}

/** The columns that both sides have, and what one of them lacks. */
export interface Pairs {
  readonly pairs: readonly { readonly source: number; readonly target: number; readonly name: string }[];
  readonly lacking: readonly string[];
  readonly extra: readonly string[];
}

/** Finds the columns of the load in the target. */
export function pairColumns(
  source: Schema,
  target: Schema,
  { foldsCase }: { readonly foldsCase: boolean },
): Pairs {
  const fold = (name: string) => foldsCase ? name.toLowerCase() : name;
  const found = source.map((column, index) => {
    const exact = target.findIndex(({ name }) => name === column.name);
    const at = exact >= 0 ? exact : target.findIndex(({ name }) => fold(name) === fold(column.name));
    return { source: index, target: at, name: column.name };
  });
  const used = new Set(found.map((pair) => pair.target));
  return {
    pairs: found.filter((pair) => pair.target >= 0),
    lacking: found.filter((pair) => pair.target < 0).map(({ name }) => name),
    extra: target.filter(({ name }, index) => !used.has(index) && !name.startsWith("_dteg_")).map(({ name }) => name),
  };
}

/** A side that is to be staged. */
export interface Staging {
  readonly table: string;
  readonly batch: ScanBatch;
  /** Its columns that are compared, in their order, each with that of the other side. */
  readonly columns: readonly { readonly at: number; readonly other: Column }[];
  /** Names of columns that tell a fault for which the row is set aside. */
  readonly rejecting?: readonly string[];
  /** The place of a column that is kept beside the texts, as `at`, and where rows begin that are not loaded yet, as `fresh`. */
  readonly cursor?: { readonly at: number; readonly after?: string };
}

/** Brings the texts of a side into the stage, with the hash of each row. */
export async function stageSide(
  session: StageSession,
  { table, batch, columns, rejecting = [], cursor }: Staging,
): Promise<void> {
  session.textFunction(JSON_FUNCTION, canonicalJson);
  const refs = columnRefs(batch, "s");
  const texts = columns.map(({ at, other }, index) =>
    `${comparedText({ column: batch.schema[at], ref: refs.columns[at] }, other)} AS c${index}`
  );
  const hashed = columns.map((_, index) =>
    `CASE WHEN c${index} IS NULL THEN 'n' ELSE 'v' || length(c${index}) || ':' || c${index} END`
  );
  const more = cursor
    ? [`${refs.columns[cursor.at]} AS "at"`, `${isFresh(batch, refs.columns[cursor.at], cursor)} AS fresh`]
    : [];
  const where = rejecting.length
    ? ` WHERE ${rejecting.map((name) => `s.${quoteName(name)} IS NULL`).join(" AND ")}`
    : "";
  await session.runScan(
    { ...batch, query: batch.query },
    (query) =>
      `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT *, md5_number_lower(concat(${
        hashed.join(", ") || "''"
      })) AS h FROM (` +
      `SELECT ${[...texts, ...more].join(", ")} FROM ${columnRefs({ ...batch, query }, "s").from}${where})`,
  );
}

function isFresh({ schema }: ScanBatch, ref: string, { at, after }: NonNullable<Staging["cursor"]>): string {
  return after === undefined
    ? "false"
    : `coalesce(${ref} > CAST(${quoteText(after)} AS ${duckType(schema[at].type)}), false)`;
}

/** What a load makes of rows of one key: of several the one with the highest cursor, of equal ones one. */
export async function uniteStaged(
  session: StageSession,
  { table, keys, hasCursor }: { readonly table: string; readonly keys: readonly number[]; readonly hasCursor: boolean },
): Promise<void> {
  const list = keys.map((index) => `c${index}`).join(", ");
  const [{ n, k }] = await session.all(
    `SELECT count(*) AS n, (SELECT count(*) FROM (SELECT DISTINCT ${list} FROM ${table})) AS k FROM ${table}`,
  );
  if (Number(n) === Number(k)) return;
  if (hasCursor) {
    const on = keys.map((index) => `s.c${index} IS NOT DISTINCT FROM l.c${index}`).join(" AND ");
    await session.run(
      `DELETE FROM ${table} s USING (SELECT ${list}, max("at") AS last FROM ${table} GROUP BY ${list} HAVING count(*) > 1) l ` +
        `WHERE ${on} AND s."at" IS DISTINCT FROM l.last`,
    );
  }
  await session.run(`CREATE OR REPLACE TEMP TABLE ${table} AS SELECT DISTINCT * FROM ${table}`);
}

/** The faults for which rows are set aside, by the names of the columns that tell them. */
export const rejectingColumns = ({ flaws }: Pick<ReadyShape, "flaws">): readonly string[] =>
  flaws.flatMap(({ action }, index) => action === "reject" || action === "near or reject" ? [refusedName(index)] : []);

/** The place of the cursor in the load, where the stream has one. */
export function cursorPlace(
  { names, batch }: Pick<SourceSide["shape"], "names" | "batch">,
  { stream, position }: { readonly stream: NamedStream; readonly position?: LoadPosition },
): Staging["cursor"] {
  const candidates = position ? [position.column] : stream.cursor?.columns ?? [];
  const column = candidates.map((text) => stream.sql === undefined ? text : parseName(text).name)
    .find((name) => Object.hasOwn(names, name));
  const at = column === undefined ? -1 : batch.schema.findIndex(({ name }) => name === names[column]);
  if (at < 0) return undefined;
  return { at, ...(position && position.value !== null && { after: position.value }) };
}

/** The name of a stream's table, for messages. */
export const labelOf = ({ table }: Pick<StreamJob, "table">): string => formatName(table);
