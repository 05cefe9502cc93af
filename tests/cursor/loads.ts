import assert from "node:assert/strict";
import { duckdbConnector } from "../../plugins/duckdb/mod.ts";
import { fileConnector } from "../../plugins/file/mod.ts";
import { mysqlConnector } from "../../plugins/mysql/mod.ts";
import { postgresConnector } from "../../plugins/postgres/mod.ts";
import { loadPipeline, makeEnvironment, Secrets } from "../../runtime/config/mod.ts";
import { runPipelines } from "../../runtime/engine/run.ts";
import type { StreamReport } from "../../runtime/store/event.ts";
import { newRunId } from "../../runtime/store/run_id.ts";
import type { DtegError } from "../../sdk/mod.ts";

const CONNECTORS = [fileConnector, duckdbConnector, postgresConnector, mysqlConnector];

export interface LoadFlags {
  readonly fullRefresh?: boolean;
  readonly limit?: number;
}

/** A folder with a pipeline in it. */
export interface Loads extends AsyncDisposable {
  readonly folder: string;
  write(name: string, content: string): void;
  /** Runs pipeline.yaml; the reports of its streams. */
  run(flags?: LoadFlags): Promise<readonly StreamReport[]>;
  /** A run that must go well, of one stream. */
  load(flags?: LoadFlags): Promise<StreamReport>;
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
  async function once(flags: LoadFlags) {
    const environment = makeEnvironment({ env: {}, folder });
    const { pipeline } = await loadPipeline(`${folder}/pipeline.yaml`, {
      environment,
      connectors: CONNECTORS,
      secrets: new Secrets(),
    });
    const { report, error } = await runPipelines({
      run: newRunId(),
      version: "test",
      pipelines: [{ ...pipeline, retry: { attempts: 1, backoff: "none", delay: 0, maxDelay: 0, budget: 0 } }],
      connectors: CONNECTORS,
      limits: { threads: 2, memory: 1e9 },
      tempParent: folder,
      signal: new AbortController().signal,
      emit: () => {},
      mask: (text) => text,
      maskKey: () => Promise.resolve("k".repeat(32)),
      confirm: () => Promise.resolve(undefined),
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
    async refused(flags = {}) {
      const { error } = await once(flags).catch((thrown) => ({ error: thrown as DtegError }));
      assert.ok(error, "the run went well");
      assert.notEqual(error.code, "internal", error.message);
      return error;
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
