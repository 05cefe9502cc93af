import { openRejectStore } from "../../runtime/store/reject_store.ts";
import assert from "node:assert/strict";
import { DtegError } from "../../sdk/mod.ts";
import type { RunEvent } from "../../runtime/store/event.ts";
import { openRecorder } from "../../runtime/store/recorder.ts";
import type { RunStore } from "../../runtime/store/run_store.ts";
import { ended, logged, runReport, started } from "./sample_events.ts";

const EVENTS = [started("r1", 1), logged("r1", 2, "one"), logged("r1", 3, "two"), ended("r1", 4, runReport("r1", []))];

/** A store whose disk is full from one event on to another. */
async function fullStore({ from, until }: { readonly from: number; readonly until: number }) {
  const tried: string[] = [];
  const told: DtegError[] = [];
  let pruned = 0;
  const store: RunStore = {
    record(event: RunEvent) {
      tried.push(event.kind);
      if (event.at >= from && event.at < until) throw new DtegError("environment.store", "disk is full");
    },
    list: () => [],
    show: () => assert.fail(),
    logs: () => [],
    prune: () => ++pruned,
    rejects: openRejectStore("/nowhere"),
    [Symbol.dispose]: () => {},
  };
  EVENTS.forEach(await openRecorder(() => Promise.resolve(store), { onFailure: (error) => told.push(error) }));
  return { tried, pruned, told: told.map(({ code, message }) => `${code}: ${message}`) };
}

Deno.test("a store that works gets all events, and is cleaned at the end of a run", async () => {
  const kinds = EVENTS.map(({ kind }) => kind);
  assert.deepEqual(await fullStore({ from: Infinity, until: Infinity }), { tried: kinds, pruned: 1, told: [] });
});

Deno.test("the first failure is told once, and the run goes on without a record", async () => {
  assert.deepEqual(await fullStore({ from: 1, until: Infinity }), {
    tried: ["run.started", "run.ended"],
    pruned: 0,
    told: ["environment.store: disk is full"],
  });
});

Deno.test("the end is recorded when the store works again", async () => {
  assert.deepEqual(await fullStore({ from: 2, until: 4 }), {
    tried: ["run.started", "log", "run.ended"],
    pruned: 1,
    told: ["environment.store: disk is full"],
  });
});

Deno.test("a store that cannot be opened is told, and the run goes on without a record", async () => {
  const told: string[] = [];
  const open = () => Promise.reject(new DtegError("environment.store", "no folder"));
  EVENTS.forEach(await openRecorder(open, { onFailure: ({ message }) => told.push(message) }));
  assert.deepEqual(told, ["no folder"]);
});
