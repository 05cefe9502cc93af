import assert from "node:assert/strict";
import { duckdbConnector } from "../../../plugins/duckdb/mod.ts";
import { DEFAULT_RETRY } from "../../../runtime/config/around/retry.ts";
import { runPipelines } from "../../../runtime/engine/run.ts";
import { type Connector, defineConnector, DtegError, type TargetState } from "../../../sdk/mod.ts";
import { Type } from "@sinclair/typebox";
import { makeDatabase } from "../load.ts";

const lost = () => new DtegError("connection.lost", "the server is gone");

/** What a target was asked to do, in order. */
interface Target {
  readonly calls: string[];
  readonly connector: Connector;
}

/** A target that counts rows; `fault` is called before each step and may throw. */
function makeTarget(fault: (step: string, attempt: number) => void): Target {
  const calls: string[] = [];
  let attempt = 0;
  let state: TargetState | undefined;
  const connector = defineConnector<unknown>({
    name: "target",
    summary: "counts rows",
    config: Type.Object({}),
    examples: [],
    schemes: ["target"],
    destination: (_config, host) => ({
      accepts: ["scan"],
      types: [{ from: "any", matches: () => true, to: () => "ANY", grade: "exact" }],
      can: { writes: ["append", "replace"], transaction: true, foldsCase: true },
      place: (stream) => stream,
      label: ({ name }) => name,
      check: () => Promise.resolve(),
      describe: () => Promise.resolve({ columns: [], madeByDteg: false }),
      state: { read: () => Promise.resolve(state), list: () => Promise.resolve([]), change: () => Promise.resolve() },
      plan: () => Promise.resolve([]),
      open({ load }) {
        attempt++;
        let rows = 0;
        const step = (name: string) => {
          calls.push(`${name} ${load}`);
          fault(name, attempt);
        };
        return Promise.resolve({
          async write(_part, batch) {
            step("write");
            if (batch.kind === "scan") rows = (await (await host.duckdb()).all(batch.query)).length;
            return { rows };
          },
          commit(mark) {
            fault("before commit", attempt);
            state = mark;
            step("commit");
            return Promise.resolve({ inserted: rows, updated: 0, deleted: 0, unchanged: 0, filtered: 0, bytes: null });
          },
          discard() {
            step("discard");
            return Promise.resolve();
          },
          [Symbol.asyncDispose]: () => Promise.resolve(),
        });
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
  }) as Connector;
  return { calls, connector };
}

async function load(target: Target, { questions = [] }: { readonly questions?: string[] } = {}) {
  const folder = await Deno.makeTempDir({ prefix: "dteg-attempts-" });
  try {
    await makeDatabase(`${folder}/in.duckdb`, "SELECT i AS id FROM range(3) r(i)");
    const { report, error } = await runPipelines({
      run: "r1",
      version: "test",
      pipelines: [{
        name: "p",
        path: null,
        source: { connector: "duckdb", config: { path: "in.duckdb" }, label: "in", folder },
        destination: { connector: "target", config: {}, label: "out", folder },
        streams: [{
          name: "main.t",
          write: "replace",
          key: [],
          select: [],
          columns: [],
          adopt: false,
          numbers: "number",
          table: {},
          settings: {},
        }],
        settings: {},
        onError: "continue",
        tags: [],
        retry: { ...DEFAULT_RETRY, delay: 1 },
      }],
      connectors: [duckdbConnector as Connector, target.connector],
      limits: { threads: 1, memory: 1e9 },
      tempParent: folder,
      maskKey: () => Promise.reject(new Error("nothing is masked")),
      signal: new AbortController().signal,
      emit: () => {},
      mask: (text) => text,
      confirm(question) {
        questions.push(question);
        return Promise.resolve(true);
      },
    });
    return { stream: report.pipelines[0].streams[0], error };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const stepsOf = ({ calls }: Target) => calls.map((call) => call.split(" ")[0]);

Deno.test("an attempt has the load id of the one before, and takes away what that left", async () => {
  const target = makeTarget((step, attempt) => {
    if (step === "write" && attempt < 3) throw lost();
  });
  const { stream, error } = await load(target);
  assert.equal(error, undefined);
  assert.deepEqual([stream.status, stream.read, stream.inserted, stream.warnings.length], ["ok", 3, 3, 2]);
  assert.deepEqual(stepsOf(target), ["write", "discard", "write", "discard", "write", "commit", "discard"]);
  assert.equal(new Set(target.calls.map((call) => call.split(" ")[1])).size, 1);
});

Deno.test("a COMMIT that took place although its reply was lost is found, and nothing is loaded twice", async () => {
  const target = makeTarget((step, attempt) => {
    if (step === "commit" && attempt === 1) throw lost();
  });
  const { stream, error } = await load(target);
  assert.equal(error, undefined);
  assert.deepEqual([stream.status, stream.read, stream.written], ["ok", 3, 3]);
  assert.deepEqual(stepsOf(target), ["write", "commit"]);
  assert.match(stream.warnings[1], /^the connection was lost at COMMIT; the target was asked: all rows are loaded/);
});

Deno.test("a COMMIT that did not take place is done again", async () => {
  const target = makeTarget((step, attempt) => {
    if (step === "before commit" && attempt === 1) throw lost();
  });
  const { stream } = await load(target);
  assert.deepEqual([stream.status, stream.written], ["ok", 3]);
  assert.deepEqual(stepsOf(target), ["write", "discard", "write", "commit", "discard"]);
});

Deno.test("a person is asked once, however often it is tried", async () => {
  const questions: string[] = [];
  const target = makeTarget((step, attempt) => {
    if (step === "write" && attempt === 1) throw lost();
  });
  assert.equal((await load(target, { questions })).stream.status, "ok");
  assert.equal(questions.length, 1);
});

Deno.test("a failure that no attempt mends has the phase that the load had reached", async () => {
  const { stream, error } = await load(makeTarget((step) => {
    if (step === "write") throw lost();
  }));
  assert.deepEqual([stream.status, error?.code, error?.phase], ["failed", "connection.lost", "moving"]);
});
