import { deepEqual, equal, match } from "node:assert/strict";
import type { RejectSink } from "../../../runtime/store/reject_store.ts";
import { openBench, readDatabase } from "../load.ts";

const REJECT = { rows: "reject" as const };

Deno.test("a short and a long row are set aside with their lines, and what stands after them keeps its own", async () => {
  const text = 'id,n,note\r\n1,1,"two\r\nlines"\r\n2,2\r\n3,x,c\r\n\r\n4,4,d,e\r\n5,y,f\r\n6,6,"g"\r\n';
  await using bench = await openBench({ "v.csv": text });
  const { report, error } = await bench.load("v.csv", { columns: { n: { type: "bigint" } }, stream: REJECT });
  equal(error, undefined);
  deepEqual([report?.read, report?.written, report?.rejected], [6, 2, 4]);
  deepEqual((await readDatabase(`${bench.folder}/out.duckdb`)).rows, [["1", "1", "two\r\nlines"], ["6", "6", "g"]]);
  const [set] = bench.rejects.list();
  deepEqual([...bench.rejects.rows(set)].map(({ code, line, row }) => [code, line, row]), [
    ["csv.row_width", 4, "2,2"],
    ["csv.row_width", 7, "4,4,d,e"],
    ["data.value", 5, { id: "3", n: "x", note: "c" }],
    ["data.value", 8, { id: "5", n: "y", note: "f" }],
  ]);
  equal((await bench.load("v.csv", { columns: { n: { type: "bigint" } } })).error?.code, "csv.row_width");
});

Deno.test("places are right over several files, and in many rows", async () => {
  const lines = Array.from({ length: 30_000 }, (_, index) => `${index},${index % 10_000 === 9_999 ? "bad" : index}`);
  await using bench = await openBench({ "in/a.csv": `id,n\n${lines.join("\n")}\n`, "in/b.csv": "id,n\n1,no\n2,2\n" });
  const { report } = await bench.load("in/*.csv", { columns: { n: { type: "bigint" } }, stream: REJECT });
  deepEqual([report?.read, report?.written, report?.rejected], [30_002, 29_998, 4]);
  deepEqual([...bench.rejects.rows(bench.rejects.list()[0])].map(({ file, line, value }) => [file, line, value]), [
    ["in/a.csv", 10_001, "bad"],
    ["in/a.csv", 20_001, "bad"],
    ["in/a.csv", 30_001, "bad"],
    ["in/b.csv", 2, "no"],
  ]);
});

Deno.test("lines that are no JSON are set aside, and so are records whose values do not fit", async () => {
  const text =
    '{"id": 1, "n": 1}\n{"id": 2, "n": \n\n{"id": 3, "n": "x"}\n[1]\n{"id": 4, "id": 5}\n{"id": 6, "n": 6}\n';
  await using bench = await openBench({ "v.ndjson": text });
  const { report, error } = await bench.load("v.ndjson", { columns: { n: { type: "bigint" } }, stream: REJECT });
  equal(error, undefined);
  deepEqual([report?.read, report?.written, report?.rejected], [6, 2, 4]);
  deepEqual((await readDatabase(`${bench.folder}/out.duckdb`)).rows, [["1", "1"], ["6", "6"]]);
  deepEqual([...bench.rejects.rows(bench.rejects.list()[0])].map(({ code, line, row }) => [code, line, row]), [
    ["json.invalid", 2, '{"id": 2, "n": '],
    ["json.invalid", 5, "[1]"],
    ["json.invalid", 6, '{"id": 4, "id": 5}'],
    ["data.value", 4, { id: "3", n: "x" }],
  ]);
});

Deno.test("a quote that is never closed stops the load all the same: what is behind it cannot be told", async () => {
  await using bench = await openBench({ "v.csv": 'a,b\n1,2\n3,"4\n5,6\n' });
  equal((await bench.load("v.csv", { stream: REJECT })).error?.code, "csv.quote");
  deepEqual(bench.rejects.list(), []);
});

Deno.test("a row without its merge key follows rows: the load stops, or the row is set aside", async () => {
  await using bench = await openBench({ "v.csv": "id,n\n1,1\n,2\n3,3\n" });
  const merge = { write: "merge" as const, key: ["id"] };
  equal((await bench.load("v.csv", { stream: merge })).error?.code, "data.key_null");
  const { report } = await bench.load("v.csv", { stream: { ...merge, ...REJECT } });
  deepEqual([report?.read, report?.written, report?.rejected], [3, 2, 1]);
  const [reject] = bench.rejects.rows(bench.rejects.list()[0]);
  deepEqual(reject, {
    code: "data.key_null",
    column: "id",
    value: null,
    wanted: "a key",
    file: "v.csv",
    line: 3,
    rowNumber: null,
    key: { id: null },
    row: { id: null, n: "2" },
  });
});

Deno.test("max_rejects is a count or a share of what is read; over it nothing is loaded, and nothing is kept", async () => {
  await using bench = await openBench({ "v.csv": "n\n1\nx\n3\ny\n", "w.csv": "a,b\n1,2\n3\n4,5,6\n7,8\n" });
  const load = (from: string, maxRejects: { kind: "count"; rows: number } | { kind: "share"; percent: number }) =>
    bench.load(from, { columns: from === "v.csv" ? { n: { type: "bigint" } } : {}, stream: { ...REJECT, maxRejects } });
  for (const from of ["v.csv", "w.csv"]) {
    for (const most of [{ kind: "count", rows: 1 }, { kind: "share", percent: 49.9 }] as const) {
      const { error, report } = await load(from, most);
      equal(error?.code, "rejects.too_many");
      equal(error?.failure, "check");
      equal(report?.status, "failed");
      deepEqual(bench.rejects.list(), []);
    }
    for (const most of [{ kind: "count", rows: 2 }, { kind: "share", percent: 50 }] as const) {
      const { report } = await load(from, most);
      deepEqual([report?.read, report?.written, report?.rejected], [4, 2, 2]);
      for (const set of bench.rejects.list()) bench.rejects.remove(set);
    }
  }
});

Deno.test("a load that fails after rows were set aside keeps none of them", async () => {
  await using bench = await openBench({ "v.csv": "id,n\n1,1\n1,2\nx,3\n" });
  const { error } = await bench.load("v.csv", {
    columns: { id: { type: "bigint" } },
    stream: { ...REJECT, write: "merge", key: ["id"] },
  });
  equal(error?.code, "data.key_not_unique");
  deepEqual(bench.rejects.list(), []);
});

Deno.test("rows of a load that died behind its commit show when the next load asks the target", async () => {
  await using bench = await openBench({ "v.csv": "n\n1\nx\n", "w.csv": "n\n2\n" });
  const columns = { n: { type: "bigint" } }, stream = { ...REJECT, write: "append" as const, name: "v" };
  const dying: RejectSink = {
    ...bench.rejects,
    begin(head) {
      const writer = bench.rejects.begin({ ...head, process: { pid: 1, start: "0", space: "gone" } });
      return { ...writer, commit: () => {}, discard: () => {} };
    },
  };
  const { report } = await bench.load("v.csv", { columns, stream, sink: dying });
  deepEqual([report?.status, report?.rejected, bench.rejects.list().length], ["ok", 1, 0]);
  await bench.write("v.csv", "n\n2\n");
  await bench.load("v.csv", { columns, stream });
  deepEqual((await readDatabase(`${bench.folder}/out.duckdb`)).rows, [["1"], ["2"]]);
  deepEqual(bench.rejects.list().map(({ rows, head }) => [head.run, rows]), [["t1", 1]]);
});

Deno.test("rows that do not fit a table that is there are set aside, whatever read them", async () => {
  await using bench = await openBench({ "a.csv": "id,n\n1,1\n", "b.csv": "id,n\n2,x\n3,3\n" });
  await bench.load("a.csv");
  const append = { write: "append" as const };
  equal((await bench.load("b.csv", { stream: append })).error?.code, "data.value");
  const { report } = await bench.load("b.csv", { stream: { ...append, ...REJECT } });
  deepEqual([report?.read, report?.written, report?.rejected], [2, 1, 1]);
  deepEqual((await readDatabase(`${bench.folder}/out.duckdb`)).rows, [["1", "1"], ["3", "3"]]);
  match([...bench.rejects.rows(bench.rejects.list()[0])][0].wanted, /^bigint, the type that the target has/);
});

Deno.test("rejected rows are for this user alone", async () => {
  await using bench = await openBench({ "v.csv": "n\n1\nx\n" });
  await bench.load("v.csv", { columns: { n: { type: "bigint" } }, stream: REJECT });
  const folder = `${bench.state}/rejects/${bench.rejects.list()[0].head.run}`;
  equal(Deno.statSync(folder).mode! & 0o777, 0o700);
  for (const { name } of Deno.readDirSync(folder)) equal(Deno.statSync(`${folder}/${name}`).mode! & 0o777, 0o600);
});
