import assert from "node:assert/strict";
import { duckdbConnector } from "../../../plugins/duckdb/mod.ts";
import { fileConnector } from "../../../plugins/file/mod.ts";
import { mysqlConnector } from "../../../plugins/mysql/mod.ts";
import { postgresConnector } from "../../../plugins/postgres/mod.ts";
import { DEFAULT_RETRY } from "../../../runtime/config/around/retry.ts";
import { columnType } from "../../../runtime/config/form/column_type.ts";
import type { Pipeline, PipelineStream, Retry } from "../../../runtime/config/pipeline.ts";
import { runPipelines } from "../../../runtime/engine/run.ts";
import type { StreamReport } from "../../../runtime/store/event.ts";
import { newRunId } from "../../../runtime/store/run_id.ts";
import type { DtegError } from "../../../sdk/mod.ts";
import type { TestServer } from "../server.ts";

/** One load, in the words of a pipeline file. */
export interface LoadOptions {
  readonly write?: PipelineStream["write"];
  readonly key?: readonly string[];
  readonly table?: PipelineStream["table"];
  readonly columns?: Readonly<
    Record<string, { readonly type?: string; readonly as?: string; readonly drop?: boolean }>
  >;
  /** The source: a file of the bench's folder, or a URL; without it the content is a CSV. */
  readonly from?: string;
  readonly stream?: string;
  /** URL of the target. */
  readonly to?: string;
  /** Replaces what dteg did not make; true unless said. */
  readonly adopt?: boolean;
  /** Nothing is tried again unless it says so. */
  readonly retry?: Retry;
}

export interface Loading extends AsyncDisposable {
  readonly folder: string;
  readonly db: string;
  /** Runs SQL as root by the mariadb client; what it prints. */
  sql(sql: string): Promise<string>;
  /** A load that must go well. */
  load(content: string | Uint8Array, into: string, options?: LoadOptions): Promise<StreamReport>;
  /** A load that must fail. */
  refused(content: string | Uint8Array, into: string, options?: LoadOptions): Promise<DtegError>;
  /** What dteg left of its own tables, but for its state. */
  debris(): Promise<string>;
}

/** A database of its own on a server, and loads into it, in this process. */
export async function openLoading(server: TestServer): Promise<Loading> {
  const db = await server.createDatabase();
  const folder = await Deno.makeTempDir({ prefix: "dteg-myload-" });
  let files = 0;

  async function sourceOf(content: string | Uint8Array, from: string): Promise<Pipeline["source"]> {
    if (content.length) {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(`${folder}/${from}`, bytes);
    }
    const scheme = /^(postgres|mysql):/.exec(from)?.[1];
    if (scheme) return { connector: scheme, config: { url: from }, label: "source", folder };
    const connector = from.endsWith(".duckdb") ? "duckdb" : "file";
    return { connector, config: { path: from }, label: from, folder };
  }

  async function run(content: string | Uint8Array, into: string, options: LoadOptions) {
    const { from = `in${++files}.csv`, to = server.url(db), columns = {}, stream = null, adopt = true } = options;
    const { report, error } = await runPipelines({
      run: newRunId(),
      version: "test",
      pipelines: [{
        name: "test",
        path: null,
        source: await sourceOf(content, from),
        destination: { connector: "mysql", config: { url: to }, label: "server", folder },
        streams: [{
          name: stream,
          into,
          write: options.write ?? "replace",
          key: options.key ?? [],
          where: undefined,
          select: [],
          columns: Object.entries(columns).map(([name, { as, type, drop = false }]) => ({
            name,
            as,
            drop,
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
      connectors: [fileConnector, duckdbConnector, postgresConnector, mysqlConnector],
      limits: { threads: 2, memory: 1e9 },
      tempParent: folder,
      signal: new AbortController().signal,
      emit: () => {},
      mask: (text) => text,
      confirm: () => Promise.resolve(undefined),
      maskKey: () => Promise.resolve("0123456789abcdef0123456789abcdef"),
    });
    return { report: report.pipelines[0].streams[0], error };
  }

  const sql = (text: string) => server.sql(text, { db });
  return {
    folder,
    db,
    sql,
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
    debris: () =>
      sql(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME REGEXP '^_dteg_(stage|mark|old)' ORDER BY 1",
      ),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
