import { DuckDBInstance } from "@duckdb/node-api";
import { duckdbConnector } from "../../plugins/duckdb/mod.ts";
import { fileConnector } from "../../plugins/file/mod.ts";
import { mysqlConnector } from "../../plugins/mysql/mod.ts";
import { postgresConnector } from "../../plugins/postgres/mod.ts";
import { DEFAULT_RETRY } from "../../runtime/config/around/retry.ts";
import type { End, Pipeline, PipelineStream } from "../../runtime/config/pipeline.ts";
import { planPipelines } from "../../runtime/engine/foresee/plan_pipelines.ts";
import type { StreamPlan } from "../../runtime/engine/foresee/run_plan.ts";
import { openAsk } from "../../runtime/engine/ask/ask_context.ts";
import { runPipelines } from "../../runtime/engine/run.ts";
import type { StreamReport } from "../../runtime/store/event.ts";
import { openRejectStore } from "../../runtime/store/reject_store.ts";
import { newRunId } from "../../runtime/store/run_id.ts";

const CONNECTORS = [fileConnector, duckdbConnector, postgresConnector, mysqlConnector];

/** Tables of a target as its own clients see them. */
export interface Target {
  readonly end: Pick<End, "connector" | "config">;
  /** Runs statements. */
  run(sql: string): Promise<unknown>;
  /** `id bigint, a text` in the words of the server. */
  columns(table: string): Promise<string>;
  /** Rows with their columns in the order of the table, as `1|x|`, sorted. */
  rows(table: string): Promise<readonly string[]>;
}

/** A stream as a test says it. */
export type Said = Pick<PipelineStream, "name"> & Partial<PipelineStream>;

/** Loads from a DuckDB file whose tables change between them. */
export interface Drifting extends AsyncDisposable {
  readonly folder: string;
  /** Changes the source. */
  source(sql: string): Promise<void>;
  load(to: Target["end"], streams: readonly Said[]): Promise<ReadonlyMap<string, StreamReport>>;
  plan(to: Target["end"], streams: readonly Said[]): Promise<ReadonlyMap<string, StreamPlan>>;
}

export async function openDrifting(from?: Target["end"]): Promise<Drifting> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-drift-" });
  const rejects = openRejectStore(`${folder}/state`);
  const pipelineOf = (to: Target["end"], streams: readonly Said[]): Pipeline => ({
    name: "drift",
    path: null,
    source: { ...(from ?? { connector: "duckdb", config: { path: "src.duckdb" } }), label: "source", folder },
    destination: { ...to, label: "target", folder },
    streams: streams.map((stream) => ({
      write: "append",
      key: [],
      select: [],
      columns: [],
      adopt: true,
      numbers: "number",
      table: {},
      settings: {},
      ...stream,
    })),
    settings: {},
    onError: "continue",
    tags: [],
    retry: { ...DEFAULT_RETRY, attempts: 1 },
  });
  const common = {
    version: "test",
    connectors: CONNECTORS,
    limits: { threads: 2, memory: 1e9 },
    tempParent: folder,
    mask: (text: string) => text,
    maskKey: () => Promise.resolve("0123456789abcdef0123456789abcdef"),
    confirm: () => Promise.resolve(true),
  };
  return {
    folder,
    source: (sql) => inDuckdb(`${folder}/src.duckdb`, sql).then(() => {}),
    async load(to, streams) {
      const run = newRunId();
      const { report } = await runPipelines({
        ...common,
        run,
        pipelines: [pipelineOf(to, streams)],
        signal: new AbortController().signal,
        emit: () => {},
        rejects: () => Promise.resolve(rejects),
      });
      return new Map(report.pipelines[0].streams.map((stream) => [stream.name.replace("main.", ""), stream]));
    },
    async plan(to, streams) {
      await using context = await openAsk({
        ...common,
        run: newRunId(),
        signal: new AbortController().signal,
        warn: () => {},
      });
      const { plan } = await planPipelines([pipelineOf(to, streams)], context);
      return new Map(plan.pipelines[0].streams.map((stream) => [stream.name.replace("main.", ""), stream]));
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** Runs statements on a DuckDB file; the rows of the last one. */
export async function inDuckdb(path: string, sql: string): Promise<readonly (readonly unknown[])[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A DuckDB file as a target. */
export function duckdbTarget(path: string): Target {
  return {
    end: { connector: "duckdb", config: { path } },
    run: (sql) => inDuckdb(path, sql),
    async columns(table) {
      return (await inDuckdb(path, `DESCRIBE ${table}`)).map(([name, type]) => `${name} ${type}`).join(", ");
    },
    async rows(table) {
      return textsOf(await inDuckdb(path, `FROM ${table}`));
    },
  };
}

/** Rows of values as texts, sorted; NULL is empty. */
export function textsOf(rows: readonly (readonly unknown[])[]): readonly string[] {
  return rows.map((row) => row.map((value) => value === null ? "" : String(value)).join("|")).toSorted();
}
