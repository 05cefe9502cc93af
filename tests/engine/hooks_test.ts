import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { duckdbConnector } from "../../plugins/duckdb/mod.ts";
import { fileConnector } from "../../plugins/file/mod.ts";
import type { Pipeline } from "../../runtime/config/pipeline.ts";
import type { RunResult } from "../../runtime/engine/run_context.ts";
import { runPipelines } from "../../runtime/engine/run.ts";
import type { RunEvent } from "../../runtime/store/event.ts";
import { readBack } from "./load.ts";

interface Ran extends RunResult {
  readonly events: readonly RunEvent[];
  /** Rows of a table of out.duckdb; undefined where there is none. */
  readonly rows: (table: string) => Promise<readonly (readonly (string | null)[])[] | undefined>;
}

const none = { before: [], after: [] };
let databases = 0;

/** Loads `id\n1\n2\n` into the table t of out.duckdb. */
async function run(parts: Partial<Pipeline>, test: (ran: Ran) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-hooks-" });
  try {
    await Deno.writeTextFile(`${folder}/in.csv`, "id\n1\n2\n");
    const pipeline: Pipeline = {
      name: "shop",
      path: "shop.yaml",
      source: { connector: "file", config: { path: "in.csv" }, label: "in.csv", folder },
      destination: { connector: "duckdb", config: { path: "out.duckdb" }, label: "out.duckdb", folder },
      streams: [{
        name: "in",
        into: "t",
        write: "replace",
        key: [],
        select: [],
        columns: [],
        adopt: true,
        numbers: "number",
        table: {},
        settings: {},
      }],
      settings: {},
      onError: "continue",
      tags: [],
      ...parts,
    };
    const events: RunEvent[] = [];
    const result = await runPipelines({
      run: "r1",
      version: "test",
      pipelines: [pipeline],
      connectors: [fileConnector, duckdbConnector],
      limits: { threads: 1, memory: 1e9 },
      tempParent: folder,
      maskKey: () => Promise.reject(new Error("nothing is masked")),
      signal: new AbortController().signal,
      emit: (event) => events.push(event),
      mask: (text) => text.replaceAll("sesame", "***"),
      confirm: () => Promise.resolve(true),
    });
    await test({
      ...result,
      events,
      rows: async (table) => {
        if (!existsSync(`${folder}/out.duckdb`)) return undefined;
        const name = `hooks${++databases}`;
        try {
          return (await readBack(`${name}.${table}`, [`ATTACH '${folder}/out.duckdb' AS ${name} (READ_ONLY)`])).rows;
        } catch (error) {
          if (/does not exist/.test(String(error))) return undefined;
          throw error;
        }
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const onDestination = (before: readonly string[], after: readonly string[]) => ({
  hooks: { source: none, destination: { before, after } },
});

Deno.test("hooks run before and after the load, several statements each", async () => {
  const hooks = onDestination(
    ["CREATE TABLE log AS SELECT 'before' AS w; INSERT INTO log VALUES ('still before')"],
    ["INSERT INTO log SELECT 'after ' || count(*) FROM t", "CREATE VIEW seen AS FROM t WHERE id > 1"],
  );
  await run(hooks, async ({ report, error, rows, events }) => {
    assert.equal(error, undefined);
    assert.deepEqual([report.status, report.pipelines[0].hooks?.map(({ status }) => status)], [
      "ok",
      ["ok", "ok", "ok"],
    ]);
    assert.deepEqual(await rows("log"), [["before"], ["still before"], ["after 2"]]);
    assert.deepEqual(await rows("seen"), [["2"]]);
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind !== "stream.progress");
    assert.deepEqual(kinds, [
      "run.started",
      "hook.ended",
      "stream.started",
      "stream.ended",
      "hook.ended",
      "hook.ended",
      "run.ended",
    ]);
  });
});

Deno.test("a hook before the load that fails stops the pipeline: nothing is loaded, the rest is skipped", async () => {
  const hooks = onDestination(["FROM nowhere", "CREATE TABLE never (a INT)"], ["CREATE TABLE never (a INT)"]);
  await run(hooks, async ({ report, error, rows }) => {
    assert.deepEqual([error?.code, error?.phase, report.status], ["hook.failed", "before", "failed"]);
    assert.match(
      error?.message ?? "",
      /^the hook "FROM nowhere" before the load failed on the destination: .*nothing was loaded$/s,
    );
    const [pipeline] = report.pipelines;
    assert.deepEqual(pipeline.streams.map(({ name, status, read }) => [name, status, read]), [["in", "skipped", 0]]);
    assert.deepEqual(pipeline.hooks?.map(({ status }) => status), ["failed", "skipped", "skipped"]);
    assert.deepEqual([await rows("t"), await rows("never")], [undefined, undefined]);
  });
});

Deno.test("a hook after the load that fails is a failure, and the rows stay", async () => {
  await run(onDestination([], ["FROM nowhere -- sesame"]), async ({ report, error, rows }) => {
    assert.deepEqual([error?.code, error?.phase, report.status], ["hook.failed", "moving", "failed"]);
    assert.match(
      error?.message ?? "",
      /^the hook "FROM nowhere -- \*\*\*" after the load .*; the rows are loaded and stay$/s,
    );
    const [pipeline] = report.pipelines;
    assert.deepEqual(pipeline.streams.map(({ status, written }) => [status, written]), [["ok", 2]]);
    assert.equal(pipeline.error?.code, "hook.failed");
    assert.deepEqual(await rows("t"), [["1"], ["2"]]);
  });
});

Deno.test("hooks after the load wait for all streams: where one failed they do not run, and the report says so", async () => {
  const streams = [{
    name: "in",
    into: "t",
    write: "replace" as const,
    key: [],
    where: "nothing > 1",
    select: [],
    columns: [],
    adopt: true,
    numbers: "number" as const,
    table: {},
    settings: {},
  }];
  await run({ ...onDestination([], ["CREATE TABLE never (a INT)"]), streams }, async ({ report, rows }) => {
    const [pipeline] = report.pipelines;
    assert.deepEqual([pipeline.status, pipeline.hooks?.map(({ status }) => status)], ["failed", ["skipped"]]);
    assert.deepEqual(pipeline.warnings, ["the hooks after the load did not run, since not all streams are loaded"]);
    assert.equal(await rows("never"), undefined);
  });
});

Deno.test("hooks on an end that runs no SQL are refused before anything is done", async () => {
  const hooks = {
    source: { before: ["SELECT 1"], after: [], place: { line: 7, col: 3 } },
    destination: { before: ["CREATE TABLE never (a INT)"], after: [] },
  };
  await run({ hooks }, async ({ error, rows }) => {
    assert.deepEqual([error?.code, error?.path, error?.line, error?.col, error?.message], [
      "hook.no_sql",
      "shop.yaml",
      7,
      3,
      "`hooks` cannot run on the source in.csv: file runs no SQL there",
    ]);
    assert.equal(await rows("never"), undefined);
  });
});
