import assert from "node:assert/strict";
import { asUser } from "./user.ts";

Deno.test("a file keeps what dteg knows of it beside it: one that others made or changed is not replaced without a yes", () =>
  asUser(async ({ write, load, fails, read, list }) => {
    write("a.csv", "id\n1\n");
    write("out.csv", "mine\n");
    const to = ["--from", "a.csv", "--to", "out.csv"];
    assert.deepEqual(await code(fails(["run", ...to])), ["plan.confirm", 2]);
    assert.equal(read("out.csv"), "mine\n");
    await load([...to, "-y"]);
    await load(to);
    assert.equal(JSON.parse(read(".out.csv.dteg.json")).records.length, 2);
    write("out.csv", "id\n1\n2\n");
    assert.deepEqual(await code(fails(["run", ...to])), ["state.foreign", 1]);
    assert.equal(read("out.csv"), "id\n1\n2\n");
    write(
      "p.yaml",
      "version: 1\nname: p\nsource: { use: file, config: { path: a.csv } }\nstreams: [{ name: a, adopt: true }]\n" +
        "destination: { use: file, config: { path: out.csv } }\n",
    );
    await load(["p.yaml"]);
    assert.equal(read("out.csv"), "id\n1\n");
    assert.deepEqual(list(), [".out.csv.dteg.json", "a.csv", "out.csv", "p.yaml"]);
  }));

Deno.test("a file of the same size, changed by a byte, is seen", () =>
  asUser(async ({ write, load, fails, read }) => {
    write("a.csv", "id\n1\n");
    await load(["--from", "a.csv", "--to", "o.csv"]);
    write("o.csv", "id\n7\n");
    assert.deepEqual(await code(fails(["run", "--from", "a.csv", "--to", "o.csv"])), ["state.foreign", 1]);
    assert.equal(read("o.csv"), "id\n7\n");
  }));

Deno.test("a link stays, and what it leads to is replaced", () =>
  asUser(async ({ write, load, read, folder }) => {
    write("a.csv", "id\n1\n");
    await Deno.symlink("real.csv", `${folder}/link.csv`);
    for (const _ of [1, 2]) await load(["--from", "a.csv", "--to", "link.csv"]);
    assert.equal(Deno.readLinkSync(`${folder}/link.csv`), "real.csv");
    assert.equal(read("real.csv"), "id\n1\n");
  }));

Deno.test("a folder is what its manifest names: append adds a file, replace puts one in the place of dteg's own only", () =>
  asUser(async ({ write, load, read, list, dteg, fails }) => {
    write("a.csv", "id\n1\n");
    const to = ["--from", "a.csv", "--to", "csv://out/", "--into", "t"];
    const rows = async () => (await dteg(["run", "--from", "out/", "--to", "-"])).stdout;
    for (const _ of [1, 2]) await load([...to, "--write", "append"]);
    assert.equal(await rows(), "id\n1\n1\n");
    write("out/t/mine.csv", "id\n9\n");
    write("out/t/part-mine-0.csv", "id\n9\n");
    assert.equal(await rows(), "id\n1\n1\n");
    await load(to);
    assert.equal(await rows(), "id\n1\n");
    assert.equal((await dteg(["run", "--from", "out/t", "--to", "-"])).stdout, "id\n1\n");
    const [{ path, rows: count, bytes }] = JSON.parse(read("out/t/_dteg_manifest.json")).files;
    assert.deepEqual([count, bytes, read(`out/t/${path}`)], [1, 5, "id\n1\n"]);
    assert.deepEqual(list("out/t"), ["_dteg_manifest.json", "mine.csv", path, "part-mine-0.csv"].sort());
    const parquet = ["run", "--from", "a.csv", "--to", "parquet://out/", "--into", "t", "--write", "append"];
    assert.deepEqual(await code(fails(parquet)), ["file.mixed_formats", 2]);
    write("foreign/t/x.csv", "id\n9\n");
    assert.deepEqual(await code(fails(["run", "--from", "a.csv", "--to", "csv://foreign/", "--into", "t"])), [
      "plan.confirm",
      2,
    ]);
  }));

Deno.test("a manifest that names what is not there, or lies outside, is refused", () =>
  asUser(async ({ write, load, fails, folder }) => {
    write("a.csv", "id\n1\n");
    write("o/t/_dteg_manifest.json", '{"files":[{"path":"../../a.csv"}]}');
    assert.deepEqual(await code(fails(["run", "--from", "o/", "--to", "x.csv"])), ["state.foreign", 1]);
    await Deno.remove(`${folder}/o`, { recursive: true });
    await load(["--from", "a.csv", "--to", "csv://o/", "--into", "t"]);
    for (const { name } of Deno.readDirSync(`${folder}/o/t`)) {
      if (name.startsWith("part")) Deno.removeSync(`${folder}/o/t/${name}`);
    }
    assert.deepEqual(await code(fails(["run", "--from", "o/", "--to", "x.csv"])), ["state.foreign", 1]);
  }));

Deno.test("a source without rows and columns empties what is there", () =>
  asUser(async ({ write, load, dteg, rows }) => {
    write("t.csv", "id\n1\n");
    write("t.ndjson", "");
    await load(["--from", "t.csv", "--to", "csv://o/"]);
    await load(["t.csv"]);
    assert.equal((await load(["--from", "t.ndjson", "--to", "csv://o/"])).written, 0);
    assert.equal((await load(["t.ndjson"])).deleted, 1);
    assert.equal((await dteg(["run", "--from", "o/", "--to", "ndjson://-"])).stdout, "");
    assert.deepEqual(await rows("SELECT count(*) FROM t"), ["0"]);
  }));

Deno.test("eight runs that append to one folder and wait for each other all arrive", () =>
  asUser(async ({ write, dteg, rows, debris, list }) => {
    write("a.csv", "id\n1\n");
    const args = [
      "run",
      "--from",
      "a.csv",
      "--to",
      "csv://out/",
      "--into",
      "t",
      "--write",
      "append",
      "-q",
      "--wait",
      "1m",
    ];
    const codes = await Promise.all(Array.from({ length: 8 }, async () => (await dteg(args)).code));
    assert.deepEqual(codes, Array(8).fill(0));
    await dteg(["run", "--from", "out/", "--to", "dteg.duckdb", "-q"]);
    assert.deepEqual(await rows("SELECT count(*) FROM t"), ["8"]);
    assert.deepEqual([debris(), list("out/t").length], [[], 9]);
  }));

Deno.test("runs that replace one file and wait for each other leave the file of one of them, which dteg knows", () =>
  asUser(async ({ write, dteg, load, read }) => {
    for (const n of [1, 2, 3, 4]) write(`${n}.csv`, `id\n${n}\n`);
    const to = (n: number) => ["run", "--from", `${n}.csv`, "--to", "o.csv", "-q", "--wait", "1m"];
    assert.deepEqual(await Promise.all([1, 2, 3, 4].map(async (n) => (await dteg(to(n))).code)), [0, 0, 0, 0]);
    assert.match(read("o.csv"), /^id\n[1-4]\n$/);
    await load(["--from", "1.csv", "--to", "o.csv"]);
  }));

async function code(failed: Promise<{ code: string; exit: number }>): Promise<readonly [string, number]> {
  const { code, exit } = await failed;
  return [code, exit];
}
