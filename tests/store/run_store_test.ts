import assert from "node:assert/strict";
import { join } from "node:path";
import { DtegError } from "../../sdk/mod.ts";
import { newRunId } from "../../runtime/store/run_id.ts";
import { openRunStore, type RunStore } from "../../runtime/store/run_store.ts";
import {
  ended,
  errorReport,
  logged,
  progress,
  runReport,
  started,
  streamEnded,
  streamReport,
  streamStarted,
} from "./sample_events.ts";

const T = Date.UTC(2026, 4, 9, 10, 0, 0);
const RUNTIME = `deno ${Deno.version.deno}, ${Deno.build.os} ${Deno.build.arch}`;

function withStore(act: (store: RunStore, folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  const store = openRunStore(folder);
  try {
    act(store, folder);
  } finally {
    store[Symbol.dispose]();
    Deno.removeSync(folder, { recursive: true });
  }
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert(error instanceof DtegError);
    return error.code;
  }
  return "nothing thrown";
}

Deno.test("a run comes back as it was told", () =>
  withStore((store) => {
    const report = streamReport({ warnings: ["two columns differ only in case"] });
    const events = [
      started("r1", T),
      streamStarted("r1", T + 1),
      logged("r1", T + 2, "guessed the delimiter", { level: "debug", pipeline: "shop", stream: "orders" }),
      streamEnded("r1", T + 3, report),
      ended("r1", T + 1500, runReport("r1", [report])),
    ];
    events.forEach((event) => store.record(event));
    assert.deepEqual(store.show("r1"), {
      run: "r1",
      status: "ok",
      started: "2026-05-09T10:00:00.000Z",
      ended: "2026-05-09T10:00:01.500Z",
      seconds: 1.5,
      version: "1.2.3",
      runtime: RUNTIME,
      pid: Deno.pid,
      pipelines: [{
        name: "shop",
        path: "shop.yaml",
        status: "ok",
        config: { write: "replace" },
        streams: [report],
        open: [],
      }],
      error: null,
    });
    const withoutConfig = {
      ...events[0],
      pipelines: [{ name: "shop", path: "shop.yaml", streams: ["orders"], config: null }],
    };
    assert.deepEqual(store.logs("r1"), [withoutConfig, ...events.slice(1)]);
  }));

Deno.test("a run that goes on shows what ended and how far the rest is", () =>
  withStore((store) => {
    store.record(started("r1", T, ["orders", "items"]));
    store.record(streamStarted("r1", T, "orders"));
    store.record(streamStarted("r1", T, "items"));
    store.record(streamEnded("r1", T + 10));
    store.record(progress("r1", T + 20, { stream: "items", rows: 7 }));
    store.record(progress("r1", T + 30, { stream: "items", rows: 9 })); // too soon after the last one
    const { status, ended, seconds, pipelines: [shop] } = store.show("last");
    assert.deepEqual({ status, ended, seconds }, { status: "running", ended: null, seconds: null });
    assert.deepEqual(shop.streams, [streamReport()]);
    assert.deepEqual(shop.open, [{
      name: "items",
      target: "dteg.duckdb main.items",
      step: "moving",
      rows: 7,
      bytes: 80,
    }]);
  }));

Deno.test("a warning before the start makes the run, the start completes it", () =>
  withStore((store) => {
    store.record(logged("r1", T, "the disk is nearly full", { level: "warn" }));
    store.record(started("r1", T + 5));
    assert.deepEqual(store.list(), [{
      run: "r1",
      status: "running",
      started: "2026-05-09T10:00:00.005Z",
      ended: null,
      seconds: null,
      pipelines: ["shop"],
      streams: 0,
      written: 0,
      error: null,
    }]);
  }));

Deno.test("runs are listed newest first, by status and by pipeline", () =>
  withStore((store) => {
    for (const [at, status] of (["ok", "failed", "ok", "cancelled"] as const).entries()) {
      const run = `r${at}`;
      store.record(started(run, T + at));
      const error = status === "failed" ? errorReport() : null;
      store.record(ended(run, T + at + 1, runReport(run, [streamReport({ read: at })], { status }), error));
    }
    const ids = (filter: Parameters<RunStore["list"]>[0]) => store.list(filter).map(({ run }) => run);
    assert.deepEqual(ids({}), ["r3", "r2", "r1", "r0"]);
    assert.deepEqual(ids({ limit: 2 }), ["r3", "r2"]);
    assert.deepEqual(ids({ status: "ok" }), ["r2", "r0"]);
    assert.deepEqual(ids({ status: "running" }), []);
    assert.deepEqual(ids({ pipeline: "shop", limit: 1 }), ["r3"]);
    assert.deepEqual(ids({ pipeline: "sho" }), []);
    assert.deepEqual(store.list({ status: "failed" })[0].error, "data.value");
    assert.deepEqual(store.list({ limit: 1 })[0].written, 3);
  }));

Deno.test("the beginning of an id will do while it fits one run", () =>
  withStore((store) => {
    for (const run of ["rabc1", "rabd2", "rx"]) store.record(started(run, T));
    assert.equal(store.show("rabc").run, "rabc1");
    assert.equal(store.show("rx").run, "rx");
    assert.throws(() => store.show("rab"), {
      code: "run.ambiguous",
      message: '"rab" begins the ids of several runs: rabd2, rabc1',
    });
    assert.throws(() => store.show("rabe2"), {
      code: "run.not_found",
      message: 'there is no run "rabe2"',
      hint: "did you mean rabd2? `dteg runs list` shows them",
    });
    assert.throws(() => store.show("zzzzzzz"), { code: "run.not_found", hint: "`dteg runs list` shows them" });
    assert.equal(codeOf(() => store.show("%")), "run.not_found");
    assert.equal(codeOf(() => store.show("")), "run.not_found");
  }));

Deno.test("a log is read from a level up", () =>
  withStore((store) => {
    store.record(started("r1", T));
    for (const level of ["debug", "info", "warn", "error"] as const) store.record(logged("r1", T, level, { level }));
    store.record(streamEnded("r1", T, { status: "failed", error: errorReport() }));
    const kinds = store.logs("r1", { level: "warn" }).map((event) => event.kind === "log" ? event.message : event.kind);
    assert.deepEqual(kinds, ["warn", "error", "stream.ended"]);
  }));

Deno.test("reading where nothing ran makes no file", () =>
  withStore((store, folder) => {
    assert.deepEqual(store.list(), []);
    assert.equal(store.prune(), 0);
    assert.throws(() => store.show("last"), { code: "run.not_found", message: "there are no runs yet" });
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("folder and file are the user's own", () =>
  withStore((_, folder) => {
    const inner = join(folder, "state", ".dteg");
    using store = openRunStore(inner);
    store.record(started("r1", T));
    const mode = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;
    assert.equal(mode(inner), 0o700);
    const files = [...Deno.readDirSync(inner)].map(({ name }) => name).sort();
    assert.deepEqual(files, ["runs.db", "runs.db-shm", "runs.db-wal"]);
    assert.deepEqual(files.map((name) => mode(join(inner, name))), [0o600, 0o600, 0o600]);
  }));

Deno.test("old runs go, then the oldest while there is too much; a run that goes on stays", () =>
  withStore((store) => {
    const day = 86_400_000, now = Date.now();
    const runs = [40, 31, 20, 10, 1].map((age) => ({ run: newRunId(now - age * day), at: now - age * day }));
    store.record(started(runs[0].run, runs[0].at));
    for (const { run, at } of runs.slice(1)) {
      store.record(started(run, at));
      store.record(logged(run, at, "x".repeat(100_000)));
      store.record(ended(run, at, runReport(run, [])));
    }
    const left = () => store.list().map(({ run }) => runs.findIndex((one) => one.run === run)).sort();
    assert.equal(store.prune(), 1);
    assert.deepEqual(left(), [0, 2, 3, 4]);
    assert.equal(store.prune({ bytes: 280_000 }), 1);
    assert.deepEqual(left(), [0, 3, 4]);
    assert.equal(store.prune({ days: 0 }), 2);
    assert.deepEqual(left(), [0]);
  }));

Deno.test("what cannot be used is named, with a hint", () =>
  withStore((_, folder) => {
    const file = join(folder, "file");
    Deno.writeTextFileSync(file, "");
    assert.throws(() => openRunStore(join(file, "x")).record(started("r1", T)), {
      code: "environment.store",
      message: `cannot make the folder ${JSON.stringify(join(file, "x"))}: Not a directory`,
    });
    Deno.writeTextFileSync(join(folder, "runs.db"), "no database, but some text that is long enough to be looked at");
    assert.throws(() => openRunStore(folder).list(), {
      code: "environment.store",
      message: `cannot use the record of runs ${JSON.stringify(join(folder, "runs.db"))}: file is not a database`,
      hint: "the file is damaged; move it away and a new one is made",
    });
  }));

Deno.test("the store of a newer dteg is left alone", () =>
  withStore((store, folder) => {
    store.record(started("r1", T));
    store[Symbol.dispose]();
    new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `new (await import("node:sqlite")).DatabaseSync(${
          JSON.stringify(join(folder, "runs.db"))
        }).exec("PRAGMA user_version = 99")`,
      ],
    }).outputSync();
    assert.throws(() => openRunStore(folder).list(), { code: "environment.store", hint: /the file has 99$/ });
  }));

Deno.test("opening and recording a small run is quick", () =>
  withStore((_, folder) => {
    const once = (name: string) => {
      const begun = performance.now();
      using store = openRunStore(join(folder, name));
      for (const event of [started("r1", T), streamStarted("r1", T), streamEnded("r1", T)]) store.record(event);
      store.record(ended("r1", T, runReport("r1", [streamReport()])));
      return performance.now() - begun;
    };
    const best = Math.min(...[1, 2, 3, 4, 5].map((at) => once(`s${at}`)));
    assert(best < 15, `${best} ms`);
  }));

Deno.test("ids sort by time and differ", () => {
  const ids = Array.from({ length: 2000 }, () => newRunId(T));
  assert(new Set(ids).size >= 1999); // 36^5 values: two alike of 2,000 are rare, three are not to be seen
  assert(ids.every((id) => /^r[0-9a-z]{13}$/.test(id)));
  assert(newRunId(T) < newRunId(T + 1));
});
