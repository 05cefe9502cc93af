import assert from "node:assert/strict";
import type { PipelineStream } from "../../runtime/config/pipeline.ts";
import type { StreamReport } from "../../runtime/store/event.ts";
import { openRejectStore, type RejectStore } from "../../runtime/store/reject_store.ts";
import type { OnLoss } from "../../sdk/mod.ts";
import { call } from "../e2e/binary.ts";
import { cacheFolder } from "../e2e/user.ts";
import type { TestServer } from "./server.ts";

/** An error as the binary tells it. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
  readonly column: string | null;
}

/** One load, in the words of a pipeline file. Nothing is tried again. */
export interface LoadOptions {
  readonly write?: PipelineStream["write"];
  readonly key?: readonly string[];
  readonly table?: PipelineStream["table"];
  readonly columns?: Readonly<
    Record<string, { readonly type?: string; readonly as?: string; readonly drop?: boolean; readonly mask?: string }>
  >;
  readonly names?: PipelineStream["names"];
  readonly onLoss?: OnLoss;
  readonly rows?: PipelineStream["rows"];
  /** Text of a CSV, or a path of the bench's folder. */
  readonly name?: string;
  /** Replaces what dteg did not make; true unless said. */
  readonly adopt?: boolean;
  readonly stream?: string;
  readonly where?: string;
  readonly to?: string;
  /** Name of the pipeline. */
  readonly pipeline?: string;
}

export interface Loading extends AsyncDisposable {
  readonly folder: string;
  readonly db: string;
  /** Runs SQL as the superuser; what it prints. */
  psql(sql: string): Promise<string>;
  /** A load that must go well. */
  load(content: string | Uint8Array, into: string, options?: LoadOptions): Promise<StreamReport>;
  /** A load that must fail. */
  refused(content: string | Uint8Array, into: string, options?: LoadOptions): Promise<Refusal>;
  /** The rows that its loads set aside. */
  readonly rejects: RejectStore;
  /** Staging tables that are there. */
  debris(): Promise<string>;
}

/** What the binary prints of a run. */
interface Told {
  readonly error: Refusal | null;
  readonly result: { readonly pipelines: readonly { readonly streams: readonly StreamReport[] }[] } | null;
}

/** A database of its own on a server, and loads into it from files, by the binary. */
export async function openLoading(server: TestServer): Promise<Loading> {
  const db = await server.createDatabase();
  const folder = await Deno.makeTempDir({ prefix: "dteg-pgload-" });
  let files = 0, loads = 0;

  async function run(content: string | Uint8Array, into: string, options: LoadOptions) {
    const { name = `in${++files}.csv`, to = server.url(db), stream = name.replace(/\..*/, ""), table = {} } = options;
    if (content.length) {
      await Deno.writeFile(
        `${folder}/${name}`,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    }
    const { primaryKey, indexes, comment } = table;
    const pipeline = {
      version: 1,
      name: options.pipeline ?? "test",
      source: name.startsWith("postgres:") ? { use: "postgres", config: { url: name } } : name,
      streams: [{
        name: stream,
        into,
        write: options.write ?? "replace",
        key: options.key?.length ? options.key : undefined,
        where: options.where,
        columns: options.columns,
        names: options.names,
        on_loss: options.onLoss,
        contract: options.rows && { rows: options.rows },
        adopt: options.adopt ?? true,
        table: { primary_key: primaryKey, indexes, comment },
      }],
      destination: { use: "postgres", config: { url: to } },
      settings: { threads: 2 },
      retry: { attempts: 1 },
    };
    const file = `load${++loads}.yaml`;
    await Deno.writeTextFile(`${folder}/${file}`, JSON.stringify(pipeline));
    const env = {
      HOME: folder,
      XDG_STATE_HOME: `${folder}/state`,
      TMPDIR: folder,
      DTEG_CACHE_DIR: cacheFolder(),
      DTEG_WAIT: "1m",
    };
    const { stdout, stderr } = await call(["run", file, "--json"], { cwd: folder, env });
    assert.ok(stdout, stderr);
    const { error, result }: Told = JSON.parse(stdout);
    return { error, report: result?.pipelines[0].streams[0] };
  }

  const psql = (sql: string) => server.psql(sql, { db });
  return {
    folder,
    db,
    rejects: openRejectStore(`${folder}/state/dteg`),
    psql,
    async load(content, into, options = {}) {
      const { report, error } = await run(content, into, options);
      assert.ok(report && !error, error?.message ?? "the load tells nothing");
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
