import {
  type Connector,
  DtegError,
  formatName,
  parseName,
  quoteName,
  type ScanBatch,
  type Source,
  typeText,
} from "../../sdk/mod.ts";
import type { End, PipelineStream } from "../config/pipeline.ts";
import { duckdbMemory, type Limits, usableThreads } from "./limits.ts";
import { resolveFiles } from "./files/resolve_files.ts";
import { columnRefs } from "./move/column_refs.ts";
import { openStage, type StageSession } from "./move/session.ts";
import { withNearest } from "./plan/jobs.ts";
import { shapeBatch } from "./plan/shape.ts";
import { makeRunFolder } from "./run_folder.ts";
import { makeShared } from "./shared.ts";

/** What a look into an end needs. */
export interface InspectOptions {
  readonly connectors: readonly Connector[];
  readonly limits: Limits;
  readonly tempParent: string;
  readonly id: string;
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
}

/** Rows with exact text of every value; NULL is null. */
export interface Looked {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** An end opened to be looked at. */
export interface Inspection extends AsyncDisposable {
  /** Names of its streams. */
  streams(): Promise<readonly string[]>;
  /** The first rows of a stream, as a load of it would bring them. */
  preview(stream: PipelineStream & { readonly name: string }, options: { readonly limit: number }): Promise<Looked>;
  /** Rows of a query that only reads, with the streams as its tables; at most `limit` of them. */
  query(sql: string, options?: { readonly limit?: number }): Promise<Looked>;
}

/** Opens an end to be looked at; nothing of it is written. */
export async function inspect(end: End, options: InspectOptions): Promise<Inspection> {
  const connector = options.connectors.find(({ name }) => name === end.connector);
  if (!connector?.source) throw new DtegError("connector.no_source", `${end.connector} cannot be read from`);
  const folder = await makeRunFolder(options.tempParent, options.id);
  const { maxTemp } = options.limits;
  const stage = await openStage({
    memory: duckdbMemory(options.limits),
    threads: usableThreads(options.limits),
    maxTemp,
    tempDir: folder.path,
    signal: options.signal,
  });
  const session = await stage.open();
  const things = makeShared();
  const host = {
    log: { debug: () => {}, info: () => {}, warn: options.warn },
    signal: options.signal,
    tempDir: folder.path,
    run: options.id,
    folder: end.folder,
    shared: things.get,
    duckdb: () => Promise.resolve(session),
  };
  const source = connector.source(end.config, host);
  const looked = async (batch: ScanBatch): Promise<Looked> => ({
    columns: batch.schema.map(({ name, type }) => ({ name, type: typeText(type) })),
    rows: await textRows(session, batch),
  });

  return {
    async streams() {
      const names: string[] = [];
      for await (const { name } of source.discover()) names.push(formatName(name));
      return names;
    },
    async preview(stream, { limit }) {
      const { scan, isWhole } = await open(source, { session, stream, limit, host });
      const shaped = scan.schema.length === 0
        ? scan
        : shapeBatch(isWhole ? conditioned(scan, stream) : scan, stream, { foldsCase: true }).batch;
      return await looked({ ...shaped, query: `SELECT * FROM (${shaped.query}) LIMIT ${limit}` });
    },
    async query(sql, { limit } = {}) {
      const statement = sql.trim().replace(/(;\s*)+$/, "");
      await checkReading(session, statement);
      await source.check();
      const reading = `SELECT * FROM (${statement}\n) AS asked`;
      if (!source.query) await makeViews(statement, { source, session, host });
      const found = await (source.query ? source.query(reading) : session.scan(reading)).catch(async (error) => {
        throw await unknownTable(error, source);
      });
      if (found.kind !== "scan") throw new DtegError("internal", `a query gives a query, not ${found.kind}`);
      return await looked(
        limit === undefined ? found : { ...found, query: `SELECT * FROM (${found.query}) LIMIT ${limit}` },
      );
    },
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]();
      await things[Symbol.asyncDispose]();
      await stage[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** DuckDB's word for a table that is not there, with the streams that there are. */
async function unknownTable(thrown: unknown, source: Source): Promise<unknown> {
  const wanted = thrown instanceof DtegError && /Table with name (.+?) does not exist/.exec(thrown.message)?.[1];
  if (!wanted) return thrown;
  const error = new DtegError("stream.not_found", `there is no table ${wanted}`, { cause: thrown });
  return await withNearest(error, { source, wanted });
}

type Host = Parameters<NonNullable<Connector["source"]>>[1];

const READS = /^(\(|select|with|from|values|table|describe|desc|show|summarize|pivot|unpivot)(?![a-z_])/i;

/** Refuses what is not one statement that reads. */
async function checkReading(session: StageSession, sql: string): Promise<void> {
  const bare = sql.replace(/^(\s|--[^\n]*\n|\/\*.*?\*\/)*/s, "");
  if (!READS.test(bare) || await session.statements(sql) !== 1) throw notReading(sql);
}

function notReading(sql: string): DtegError {
  const start = sql.length > 60 ? `${sql.slice(0, 60)}…` : sql;
  return new DtegError("query.not_read_only", `${JSON.stringify(start)} is not one statement that only reads`, {
    hint: "use SELECT, FROM, WITH, VALUES, DESCRIBE, SHOW or SUMMARIZE",
  });
}

/** Makes a view of each stream whose name the statement holds. */
async function makeViews(
  sql: string,
  { source, session, host }: { source: Source; session: StageSession; host: Host },
): Promise<void> {
  const text = sql.toLowerCase();
  for await (const { name } of source.discover()) {
    if (!text.includes(name.name.toLowerCase())) continue;
    const { scan } = await open(source, {
      session,
      stream: { name: formatName(name), settings: {}, columns: [] },
      host,
    });
    if (scan.schema.length > 0) await session.run(`CREATE VIEW ${quoteName(name.name)} AS ${scan.query}`);
  }
}

interface Opening {
  readonly session: StageSession;
  readonly stream: Pick<PipelineStream, "settings" | "columns" | "where" | "sql"> & { readonly name: string };
  readonly limit?: number;
  readonly host: Host;
}

/** A stream as a query. `isWhole`: its conditions are not in it yet. */
async function open(
  source: Source,
  { session, stream, limit, host }: Opening,
): Promise<{ scan: ScanBatch; isWhole: boolean }> {
  try {
    await using reader = await source.open({
      stream: stream.sql === undefined ? parseName(stream.name) : { sql: stream.sql },
      columns: [],
      drop: [],
      text: [],
      where: stream.where,
      limit,
      accepts: ["scan", "csv", "ndjson", "json", "parquet"],
      settings: stream.settings,
    });
    const batch = await reader.read(reader.parts[0]);
    if (batch.kind === "scan") return { scan: batch, isWhole: false };
    if (batch.kind === "bytes") throw new DtegError("internal", "a source gave bytes where a query was asked for");
    const declared = new Map(stream.columns.flatMap(({ name, type }) => type ? [[name, type]] : []));
    const { scan } = await resolveFiles(session, {
      batch,
      declared,
      guess: "first rows",
      tempDir: host.tempDir,
      log: host.log,
    });
    return { scan, isWhole: true };
  } catch (error) {
    throw error instanceof DtegError ? await withNearest(error, { source, wanted: stream.name }) : error;
  }
}

function conditioned(scan: ScanBatch, { where }: Pick<PipelineStream, "where">): ScanBatch {
  return where === undefined ? scan : { ...scan, query: `SELECT * FROM (${scan.query}) f WHERE (${where})` };
}

async function textRows(session: StageSession, batch: ScanBatch): Promise<readonly (readonly (string | null)[])[]> {
  if (batch.schema.length === 0) return [];
  const text = session.text(batch, { format: "csv" });
  const { from, columns } = columnRefs({ ...batch, query: text }, "x");
  const list = columns.map((ref, index) => `${ref} AS k${index}`).join(", ");
  const read = () => session.all(`SELECT ${list} FROM ${from}`);
  const rows = await (batch.within ? batch.within(read) : read());
  return rows.map((row) => columns.map((_, index) => row[`k${index}`] as string | null));
}
