import assert from "node:assert/strict";
import { duckdbConnector } from "../../plugins/duckdb/mod.ts";
import { fileConnector } from "../../plugins/file/mod.ts";
import { mysqlConnector } from "../../plugins/mysql/mod.ts";
import { postgresConnector } from "../../plugins/postgres/mod.ts";
import { loadPipeline, makeEnvironment, Secrets } from "../../runtime/config/mod.ts";
import { openAsk } from "../../runtime/engine/ask/ask_context.ts";
import { type Verified, verifyPipelines } from "../../runtime/engine/verify/verify_pipelines.ts";
import { runPipelines } from "../../runtime/engine/run.ts";
import type { StreamReport } from "../../runtime/store/event.ts";
import { openRejectStore } from "../../runtime/store/reject_store.ts";
import { newRunId } from "../../runtime/store/run_id.ts";
import type { DtegError } from "../../sdk/mod.ts";

const CONNECTORS = [fileConnector, duckdbConnector, postgresConnector, mysqlConnector];

export interface LoadFlags {
  readonly fullRefresh?: boolean;
  readonly limit?: number;
  readonly interval?: { readonly start?: string; readonly end?: string };
  /** The answer to all questions. */
  readonly says?: "yes" | "no";
  /** Rows that are set aside are kept. */
  readonly keepsRejects?: boolean;
}

/** A folder with a pipeline in it. */
export interface Loads extends AsyncDisposable {
  readonly folder: string;
  write(name: string, content: string): void;
  /** Runs pipeline.yaml; the reports of its streams. */
  run(flags?: LoadFlags): Promise<readonly StreamReport[]>;
  /** A run that must go well, of one stream. */
  load(flags?: LoadFlags): Promise<StreamReport>;
  /** Compares both ends, as `dteg verify` does. */
  verify(options?: { readonly limit?: number }): Promise<Verified>;
  /** A run that must fail. */
  refused(flags?: LoadFlags): Promise<DtegError>;
}

export async function openLoads(yaml = ""): Promise<Loads> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-cursor-" });
  const write = (name: string, content: string) => {
    Deno.mkdirSync(`${folder}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(`${folder}/${name}`, content);
  };
  write("pipeline.yaml", yaml);
  async function readPipeline() {
    const environment = makeEnvironment({ env: {}, folder });
    return await loadPipeline(`${folder}/pipeline.yaml`, {
      environment,
      connectors: CONNECTORS,
      secrets: new Secrets(),
    });
  }
  const usual = () => ({
    run: newRunId(),
    version: "test",
    connectors: CONNECTORS,
    limits: { threads: 2, memory: 1e9 },
    tempParent: folder,
    signal: new AbortController().signal,
    mask: (text: string) => text,
    maskKey: () => Promise.resolve("k".repeat(32)),
  });
  async function once({ keepsRejects, says, ...flags }: LoadFlags) {
    const { pipeline } = await readPipeline();
    const { report, error } = await runPipelines({
      ...usual(),
      pipelines: [{ ...pipeline, retry: { attempts: 1, backoff: "none", delay: 0, maxDelay: 0, budget: 0 } }],
      emit: () => {},
      confirm: () => Promise.resolve(says && says === "yes"),
      ...(keepsRejects && { rejects: () => Promise.resolve(openRejectStore(`${folder}/state`)) }),
      ...flags,
    });
    return { streams: report.pipelines[0].streams, error };
  }
  return {
    folder,
    write,
    async run(flags = {}) {
      const { streams, error } = await once(flags);
      if (error) throw error;
      return streams;
    },
    async load(flags = {}) {
      const { streams, error } = await once(flags);
      if (error) throw error;
      const [report] = streams;
      assert.equal(report.read, report.written + report.filtered + report.rejected);
      assert.equal(report.written, report.inserted + report.updated + report.unchanged);
      return report;
    },
    async verify({ limit = 20 } = {}) {
      const { pipeline } = await readPipeline();
      await using context = await openAsk({ ...usual(), warn: () => {} });
      return await verifyPipelines([pipeline], { context, limit });
    },
    async refused(flags = {}) {
      const { error } = await once(flags).catch((thrown) => ({ error: thrown as DtegError }));
      assert.ok(error, "the run went well");
      assert.notEqual(error.code, "internal", error.message);
      return error;
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
