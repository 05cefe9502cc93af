import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Bench, openBench, readBack, readDatabase } from "../load.ts";

const VALUES = "id,n,d,at\n1,7,1.25,2024-05-01 10:00:00\n2,1.5,0.129,2024-05-01 10:00:00.1234567\n3,,,\n";
const TYPED = { n: { type: "bigint" }, d: { type: "decimal(9,2)" }, at: { type: "timestamp" } };

/** The table of a load as rows of text. */
const rowsOf = async (bench: Bench, to: string) =>
  (to.endsWith(".duckdb")
    ? await readDatabase(`${bench.folder}/${to}`)
    : await readBack(`read_parquet('${bench.folder}/${to}')`)).rows;

const WHOLE = [["1", "7", "1.25", "2024-05-01 10:00:00"], ["3", null, null, null]];

for (const to of ["out.duckdb", "out.parquet"]) {
  Deno.test(`on_loss into ${to}: stop, the nearest value, NULL, or the row set aside, each counted`, async () => {
    await using bench = await openBench({ "v.csv": VALUES });
    const load = (onLoss: "fail" | "allow" | "null" | "reject") =>
      bench.load("v.csv", { to, columns: TYPED, stream: { onLoss } });

    const refused = await load("fail");
    equal(refused.error?.code, "data.value");
    equal(refused.error?.line, 3);

    const near = await load("allow");
    deepEqual(await rowsOf(bench, to), [WHOLE[0], ["2", "2", "0.13", "2024-05-01 10:00:00.123456"], WHOLE[1]]);
    deepEqual(near.report?.changed, ["n", "d", "at"].map((column) => ({ column, to: "nearest", values: 1 })));
    deepEqual([near.report?.read, near.report?.written, near.report?.rejected], [3, 3, 0]);

    const empty = await load("null");
    deepEqual(await rowsOf(bench, to), [WHOLE[0], ["2", null, null, null], WHOLE[1]]);
    deepEqual(empty.report?.changed, ["n", "d", "at"].map((column) => ({ column, to: "null", values: 1 })));
    match(empty.report?.warnings.join() ?? "", /column n: 1 value that did not fit became NULL/);

    const aside = await load("reject");
    deepEqual(await rowsOf(bench, to), WHOLE);
    deepEqual([aside.report?.read, aside.report?.written, aside.report?.rejected], [3, 2, 1]);
    equal(aside.report?.changed, undefined);
    const [set] = bench.rejects.list();
    deepEqual([...bench.rejects.rows(set)], [{
      code: "data.value",
      column: "n",
      value: "1.5",
      wanted: "bigint",
      file: "v.csv",
      line: 3,
      rowNumber: null,
      key: null,
      row: { id: "2", n: "1.5", d: "0.129", at: "2024-05-01 10:00:00.1234567" },
      also: [
        { code: "data.value", column: "d", value: "0.129", wanted: "decimal(9,2)" },
        { code: "data.value", column: "at", value: "2024-05-01 10:00:00.1234567", wanted: "timestamp" },
      ],
    }]);
  });
}

Deno.test("a column's on_loss wins over the stream's, and allow does not invent a value where none is near", async () => {
  await using bench = await openBench({ "v.csv": "a,b\nx,1.5\n1,2\n" });
  const columns = { a: { type: "bigint", onLoss: "null" as const }, b: { type: "bigint" } };
  const mixed = await bench.load("v.csv", { columns, stream: { onLoss: "allow" } });
  deepEqual((await readDatabase(`${bench.folder}/out.duckdb`)).rows, [[null, "2"], ["1", "2"]]);
  equal(mixed.report?.changed?.length, 2);
  const { error } = await bench.load("v.csv", { columns: { a: { type: "bigint" } }, stream: { onLoss: "allow" } });
  equal(error?.code, "data.value");
  match(error?.message ?? "", /"x"/);
});

Deno.test("allow with rows: reject takes the nearest value, and sets a row aside where none is near", async () => {
  await using bench = await openBench({ "v.csv": "id,n\n1,1.5\n2,x\n3,1e99\n4,4\n" });
  await bench.load("v.csv", { to: "v.parquet" });
  const options = { columns: { n: { type: "bigint" } }, stream: { onLoss: "allow", rows: "reject" } as const };
  for (const from of ["v.csv", "v.parquet"]) {
    const { report } = await bench.load(from, options);
    deepEqual((await readDatabase(`${bench.folder}/out.duckdb`)).rows, [["1", "2"], ["4", "4"]], from);
    deepEqual([report?.read, report?.written, report?.rejected], [4, 2, 2]);
    deepEqual(report?.changed, [{ column: "n", to: "nearest", values: 1 }]);
  }
});

Deno.test("types of Parquet are judged as texts are", async () => {
  await using bench = await openBench({ "v.csv": "id,f\n1,1.5\n2,3\n" });
  await bench.load("v.csv", { to: "v.parquet" });
  const columns = { f: { type: "bigint" } };
  equal((await bench.load("v.parquet", { columns })).error?.code, "data.value");
  await bench.load("v.parquet", { columns, stream: { onLoss: "allow" } });
  deepEqual((await readDatabase(`${bench.folder}/out.duckdb`)).rows, [["1", "2"], ["2", "3"]]);
  const { report } = await bench.load("v.parquet", { columns, stream: { rows: "reject" } });
  deepEqual([report?.read, report?.written, report?.rejected], [2, 1, 1]);
  const [reject] = bench.rejects.rows(bench.rejects.list()[0]);
  deepEqual([reject.file, reject.rowNumber, reject.row], ["v.parquet", 1, { id: "1", f: "1.5" }]);
});

Deno.test("a column of no value at fault costs no second look, and a plain load none at all", async () => {
  await using bench = await openBench({ "v.csv": VALUES });
  const { report } = await bench.load("v.csv", { stream: { onLoss: "reject", rows: "reject" } });
  deepEqual([report?.read, report?.written, report?.rejected], [3, 3, 0]);
  ok(bench.rejects.list().length === 0);
});
