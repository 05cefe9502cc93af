import assert from "node:assert/strict";
import { duckdbConnector } from "../../plugins/duckdb/mod.ts";
import { fileConnector } from "../../plugins/file/mod.ts";
import { postgresConnector } from "../../plugins/postgres/mod.ts";
import { columnType } from "../../runtime/config/form/column_type.ts";
import { DEFAULT_RETRY } from "../../runtime/config/around/retry.ts";
import type { Mask, PipelineStream, Retry } from "../../runtime/config/pipeline.ts";
import { runPipelines } from "../../runtime/engine/run.ts";
import type { StreamReport } from "../../runtime/store/event.ts";
import { newRunId } from "../../runtime/store/run_id.ts";
import { openRejectStore, type RejectStore } from "../../runtime/store/reject_store.ts";
import type { DtegError, OnLoss } from "../../sdk/mod.ts";
import type { TestServer } from "./server.ts";

/** One load, in the words of a pipeline file. */
export interface LoadOptions {
  readonly write?: PipelineStream["write"];
  readonly key?: readonly string[];
  readonly table?: PipelineStream["table"];
  readonly columns?: Readonly<
    Record<
      string,
      {
        readonly type?: string;
        readonly as?: string;
        readonly drop?: boolean;
        readonly mask?: Mask;
        readonly onLoss?: OnLoss;
      }
    >
  >;
  readonly onLoss?: OnLoss;
  readonly rows?: PipelineStream["rows"];
  /** Text of a CSV, or a path of the bench's folder. */
  readonly name?: string;
  /** Replaces what dteg did not make; true unless said. */
  readonly adopt?: boolean;
  readonly stream?: string;
  readonly where?: string;
  readonly names?: PipelineStream["names"];
  readonly to?: string;
  /** Name of the pipeline. */
  readonly pipeline?: string;
  /** Nothing is tried again unless it says so. */
  readonly retry?: Retry;
}

export interface Loading extends AsyncDisposable {
  readonly folder: string;
  readonly db: string;
  /** Runs SQL as the superuser; what it prints. */
  psql(sql: string): Promise<string>;
  /** A load that must go well. */
  load(content: string | Uint8Array, into: string, options?: LoadOptions): Promise<StreamReport>;
  /** A load that must fail. */
  refused(content: string | Uint8Array, into: string, options?: LoadOptions): Promise<DtegError>;
  /** The rows that its loads set aside. */
  readonly rejects: RejectStore;
  /** Staging tables that are there. */
  debris(): Promise<string>;
}

/** A database of its own on a server, and loads into it from files, in this process. */
export async function openLoading(server: TestServer): Promise<Loading> {
  const db = await server.createDatabase();
  const folder = await Deno.makeTempDir({ prefix: "dteg-pgload-" });
  const rejects = openRejectStore(`${folder}/state`);
  let files = 0;

  async function run(content: string | Uint8Array, into: string, options: LoadOptions) {
    const { name = `in${++files}.csv`, to = server.url(db), columns = {}, stream = name, adopt = true } = options;
    if (content.length) {
      await Deno.writeFile(
        `${folder}/${name}`,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    }
    const { report, error } = await runPipelines({
      run: newRunId(),
      version: "test",
      pipelines: [{
        name: options.pipeline ?? "test",
        path: null,
        source: name.endsWith(".duckdb")
          ? { connector: "duckdb", config: { path: name }, label: name, folder }
          : name.startsWith("postgres:")
          ? { connector: "postgres", config: { url: name }, label: "source", folder }
          : { connector: "file", config: { path: name }, label: name, folder },
        destination: { connector: "postgres", config: { url: to }, label: "server", folder },
        streams: [{
          name: name === stream ? null : stream,
          into,
          write: options.write ?? "replace",
          key: options.key ?? [],
          where: options.where,
          names: options.names,
          select: [],
          ...(options.onLoss && { onLoss: options.onLoss }),
          ...(options.rows && { rows: options.rows }),
          columns: Object.entries(columns).map(([name, { as, type, drop = false, mask, onLoss }]) => ({
            name,
            as,
            drop,
            mask,
            ...(onLoss && { onLoss }),
            type: type === undefined ? undefined : columnType(type),
          })),
          adopt,
          numbers: "number",
          table: options.table ?? {},
          settings: {},
        }],
        settings: {},
        onError: "continue",
        tags: [],
        retry: options.retry ?? { ...DEFAULT_RETRY, attempts: 1 },
      }],
      connectors: [fileConnector, duckdbConnector, postgresConnector],
      limits: { threads: 2, memory: 1e9 },
      tempParent: folder,
      maskKey: () => Promise.resolve("0123456789abcdef0123456789abcdef"),
      signal: new AbortController().signal,
      emit: () => {},
      mask: (text) => text,
      rejects: () => Promise.resolve(rejects),
      confirm: () => Promise.resolve(undefined),
    });
    return { report: report.pipelines[0].streams[0], error };
  }

  const psql = (sql: string) => server.psql(sql, { db });
  return {
    folder,
    db,
    psql,
    rejects,
    async load(content, into, options = {}) {
      const { report, error } = await run(content, into, options);
      if (error) throw error;
      return report;
    },
    async refused(content, into, options = {}) {
      const { error } = await run(content, into, options);
      assert.ok(error, `the load of ${content.slice(0, 50)} into ${into} went well`);
      assert.notEqual(error.code, "internal", error.message);
      return error;
    },
    debris: () => psql("SELECT relname FROM pg_class WHERE relname LIKE '\\_dteg\\_stage%'"),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
