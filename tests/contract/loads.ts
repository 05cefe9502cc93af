import assert from "node:assert/strict";
import type { RunPlan } from "../../runtime/engine/foresee/run_plan.ts";
import type { StreamReport } from "../../runtime/store/event.ts";
import type { Bench, Plug } from "./ends/plug.ts";
import type { Dteg } from "./start_dteg.ts";
import { SKIPPED } from "./skipped.ts";

/** Names of columns that some system takes for something else. */
const NAMES = [
  "id",
  'a"b',
  "a'b",
  "a`b",
  "a b",
  "select",
  "\u00e9\u{1f600}",
  "a.b",
  "a;--",
  "\\",
  "%s",
  "Twin",
  "twin",
  "TWIN",
  "x".repeat(80),
  `${"x".repeat(79)}y`,
  "\ud55c".repeat(40),
];
/** The same of tables and files. */
const TABLES = ["odd table", "select", "Ünï", 'quo"te', "semi;colon", "UPPER"];

interface Loading {
  readonly target: Plug;
  readonly dteg: Dteg;
  readonly bench: Bench;
}

interface Load {
  readonly stream: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly into: string | readonly string[];
  readonly flags?: readonly string[];
}

/** A load of a text file into a target, or into several tables of it at once; the report of the last. */
async function load({ target, dteg, bench }: Loading, { stream, into, flags = [] }: Load): Promise<StreamReport> {
  const tables = typeof into === "string" ? [into] : into;
  const pipeline = {
    version: 1,
    name: "loads",
    source: { use: "file", config: { path: `${bench.folder}/loads` } },
    destination: target.destination("csv"),
    streams: tables.map((table, index) => ({
      into: target.into("csv", table),
      ...stream,
      ...(index && { name: `${stream.name}_${index}`, path: `${stream.name}.csv` }),
    })),
  };
  await Deno.writeTextFile(`${bench.folder}/loads.yaml`, JSON.stringify(pipeline));
  const { stdout, stderr } = await dteg(["run", "loads.yaml", "--json", "-y", ...flags], { cwd: bench.folder });
  const { result, error } = JSON.parse(stdout || "{}");
  const reports: readonly StreamReport[] = result?.pipelines[0]?.streams ?? [];
  const report = reports.find(({ status }) => status !== "ok") ?? reports.at(-1);
  if (!report) throw new Error(error?.message ?? stderr);
  if (report.status === "ok") assert.equal(report.read, report.written + report.filtered + report.rejected);
  return report;
}

async function write({ folder }: Bench, name: string, text: string): Promise<void> {
  await Deno.mkdir(`${folder}/loads`, { recursive: true });
  await Deno.writeTextFile(`${folder}/loads/${name}`, text);
}

const ok = (report: StreamReport) => assert.equal(report.status, "ok", report.error?.message ?? "");
const rowsOf = async ({ target }: Loading, into: string) =>
  (await target.read("csv", into)).rows.map((row) => row.map((text) => text === null ? null : unquoted(text)))
    .toSorted((a, b) => Number(a[0]) - Number(b[0]));
const unquoted = (text: string) => text.startsWith('"') ? JSON.parse(text) : text;
const can = (target: Plug, what: string) => !SKIPPED.some((one) => one.end === target.end && one.what.includes(what));

/** Every column arrives under a name of its own, the one that plan tells, and the same the next time. */
export async function checkNames(loading: Loading): Promise<void> {
  const { target, dteg, bench } = loading;
  const values = NAMES.map((_, index) => index ? `v${index}` : "7");
  const record = `{${
    NAMES.map((name, index) => `${JSON.stringify(name)}:${JSON.stringify(values[index])}`).join(",")
  }}`;
  await write(bench, "names.ndjson", `${record}\n`);
  const stream = { name: "names" };
  ok(await load(loading, { stream, into: "names" }));
  const first = await target.read("csv", "names");
  assert.deepEqual(first.rows.map((row) => row.map((text) => unquoted(text!))), [values]);
  const names = first.columns.map(([name]) => name);
  assert.equal(new Set(names).size, NAMES.length, names.join(" "));
  const { stdout } = await dteg(["plan", "loads.yaml", "--json"], { cwd: bench.folder });
  const plan: RunPlan = JSON.parse(stdout).result;
  assert.deepEqual(plan.pipelines[0].streams[0].columns.map((column) => column.target), names);
  await write(bench, "names.ndjson", `${record}\n`.repeat(2));
  ok(await load(loading, { stream, into: "names" }));
  assert.deepEqual((await target.read("csv", "names")).columns.map(([name]) => name), names);
}

/** A table may have any name. */
export async function checkTables(loading: Loading): Promise<void> {
  await write(loading.bench, "t.csv", "id,v\n1,a\n");
  ok(await load(loading, { stream: { name: "t" }, into: TABLES }));
  for (const into of TABLES) {
    assert.deepEqual(await rowsOf(loading, into), [["1", "a"]], into);
  }
}

/** What each way of writing leaves, and how it counts. */
export async function checkModes(loading: Loading): Promise<void> {
  const counts = ({ inserted, updated, deleted, unchanged, filtered }: StreamReport) => ({
    inserted,
    updated,
    deleted,
    unchanged,
    filtered,
  });
  const { bench, target } = loading;
  await write(bench, "m.csv", "id,v\n1,a\n2,\n3,c\n");
  const stream = { name: "m" };
  const none = { inserted: 0, updated: 0, deleted: 0, unchanged: 0, filtered: 0 };
  const first = await load(loading, { stream, into: "m" });
  ok(first);
  assert.deepEqual(counts(first), { ...none, inserted: 3 });
  const again = await load(loading, { stream, into: "m" });
  assert.deepEqual([again.read, again.written], [3, 3]);
  assert.deepEqual(await rowsOf(loading, "m"), [["1", "a"], ["2", null], ["3", "c"]]);
  if (can(target, "append")) {
    const append = { ...stream, write: "append" };
    for (let time = 0; time < 2; time++) {
      const report = await load(loading, { stream: append, into: "appended" });
      ok(report);
      assert.deepEqual(counts(report), { ...none, inserted: 3 });
    }
    assert.equal((await rowsOf(loading, "appended")).length, 6);
  }
  if (!can(target, "merge")) return;
  const merge = { ...stream, write: "merge", key: ["id"] };
  ok(await load(loading, { stream: merge, into: "merged" }));
  await write(bench, "m.csv", "id,v\n1,a\n2,b\n4,\n4,\n");
  const merged = await load(loading, { stream: merge, into: "merged" });
  ok(merged);
  assert.deepEqual(counts(merged), { ...none, inserted: 1, updated: 1, unchanged: 1, filtered: 1 });
  assert.deepEqual(await rowsOf(loading, "merged"), [["1", "a"], ["2", "b"], ["3", "c"], ["4", null]]);
  await write(bench, "m.csv", "id,v\n5,a\n5,b\n");
  const doubled = await load(loading, { stream: merge, into: "merged" });
  assert.equal(doubled.error?.code, "data.key_not_unique");
  await write(bench, "m.csv", "id,v\n,a\n");
  const keyless = await load(loading, { stream: merge, into: "merged" });
  assert.equal(keyless.error?.code, "data.key_null");
  assert.equal((await rowsOf(loading, "merged")).length, 4);
}

/** A table without rows has its columns; a limit is kept. */
export async function checkEdges(loading: Loading): Promise<void> {
  const { bench, target } = loading;
  await write(bench, "e.csv", "id,v\n");
  ok(await load(loading, { stream: { name: "e" }, into: "e" }));
  const { columns, rows } = await target.read("csv", "e");
  if (can(target, "columns of no rows")) assert.deepEqual(columns.map(([name]) => name), ["id", "v"]);
  assert.deepEqual(rows, []);
  await write(bench, "l.csv", "id,v\n1,a\n2,b\n3,c\n");
  const { read, written } = await load(loading, { stream: { name: "l" }, into: "l", flags: ["--limit", "2"] });
  assert.deepEqual([read, written, (await rowsOf(loading, "l")).length], [2, 2, 2]);
}
