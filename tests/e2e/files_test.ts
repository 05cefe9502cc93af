import assert from "node:assert/strict";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { asUser } from "./user.ts";

const ORDERS = "id,v\n1,a\n2,b\n";
const bytes = (text: string) => new TextEncoder().encode(text);
const joined = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

Deno.test("a file, a pattern in quotes, a folder and several files each land in dteg.duckdb, and a second run gives the same", () =>
  asUser(async ({ write, load, dteg, rows, fails }) => {
    write("orders.csv", ORDERS);
    write("days/a.csv", "id\n1\n");
    write("days/b.csv", "id\n2\n");
    for (const _ of [1, 2]) {
      assert.equal((await load(["orders.csv"])).written, 2);
      assert.equal((await load(["days/*.csv"])).name, "days");
      assert.equal((await dteg(["run", "--from", "days/", "--to", "dteg.duckdb"])).code, 0);
    }
    assert.deepEqual(await rows("FROM orders"), ["1,a", "2,b"]);
    assert.deepEqual(await rows("FROM days ORDER BY id"), ["1", "2"]);
    assert.deepEqual(await rows("SELECT (FROM a), (FROM b)"), ["1,2"]);
    assert.deepEqual(await rows("SHOW TABLES"), ["_dteg_state", "a", "b", "days", "orders"]);
    assert.equal((await fails(["run", "days"])).code, "pipeline.is_folder");
    assert.equal((await dteg(["run", "days/a.csv", "days/b.csv", "-q"])).code, 0);
  }));

Deno.test("two files of one name do not replace one another in one run", () =>
  asUser(async ({ write, fails, rows }) => {
    write("a.csv", "id\n1\n");
    write("x/a.csv", "id\n2\n");
    const { code, exit } = await fails(["run", "a.csv", "x/a.csv"]);
    assert.deepEqual([code, exit, await rows("FROM a")], ["stream.same_target", 5, ["1"]]);
  }));

Deno.test("standard input is recognised by content, packed or not, and standard output has only rows", () =>
  asUser(async ({ write, load, dteg, folder, fails }) => {
    write("o.csv", ORDERS);
    await load(["--from", "o.csv", "--to", "o.parquet"]);
    const ndjson = '{"id":1,"v":"a"}\n{"id":2,"v":"b"}\n';
    const inputs = [bytes(ORDERS), bytes(ORDERS.trim()), gzipSync(ORDERS), zstdCompressSync(ORDERS), bytes(ndjson)];
    for (const input of [...inputs, Deno.readFileSync(`${folder}/o.parquet`)]) {
      const { code, stdout } = await dteg(["run", "--from", "-", "--to", "-"], { input });
      assert.deepEqual([code, stdout], [0, ORDERS]);
    }
    const through = await dteg(["run", "--from", "csv://-", "--to", "ndjson://-"], { input: ORDERS });
    assert.equal(through.stdout, ndjson);
    assert.equal((await dteg(["run", "--from", "-", "--to", "-"], { input: "id,v\n" })).stdout, "id,v\n");
    assert.equal((await fails(["run", "--from", "-", "--to", "x.csv"], { input: "" })).code, "file.empty");
    assert.deepEqual((await dteg(["run", "--from", "ndjson://-", "--to", "-"], { input: "" })).stdout, "");
  }));

Deno.test("a packed file is read whole; one that is cut, damaged or followed by something else is refused", () =>
  asUser(async ({ write, load, fails, read }) => {
    const rows = `id,v\n${Array.from({ length: 50_000 }, (_, id) => `${id},${(id * 7919) % 104729}\n`).join("")}`;
    const gzip = gzipSync(rows), zstd = zstdCompressSync(rows, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    const flipped = (data: Uint8Array) => data.map((byte, at) => at === data.length >> 1 ? byte ^ 255 : byte);
    write("j.csv.gz", joined(gzipSync("id\n1\n"), gzipSync("2\n")));
    write("j2.csv.zst", joined(zstdCompressSync("id\n1\n"), zstdCompressSync("2\n")));
    for (const name of ["j.csv.gz", "j2.csv.zst"]) {
      await load(["--from", name, "--to", "j.out.csv"]);
      assert.equal(read("j.out.csv"), "id\n1\n2\n");
    }
    const bad = {
      "cut.csv.gz": gzip.subarray(0, gzip.length >> 1),
      "sum.csv.gz": gzip.subarray(0, gzip.length - 8),
      "flip.csv.gz": flipped(gzip),
      "more.csv.gz": joined(gzipSync("id\n1\n"), bytes("garbage")),
      "cut.csv.zst": zstd.subarray(0, zstd.length >> 1),
      "flip.csv.zst": flipped(zstd),
      "more.csv.zst": joined(zstdCompressSync("id\n1\n"), bytes("garbage")),
    };
    for (const [name, content] of Object.entries(bad)) {
      write(name, content);
      assert.deepEqual([name, (await fails(["run", name])).code], [name, "file.corrupt"]);
    }
  }));

Deno.test("each format is written as its name says, packed too, and read back the same", () =>
  asUser(async ({ write, load, dteg, folder, debris }) => {
    write("o.csv", ORDERS);
    const magic: Record<string, readonly number[]> = { gz: [0x1f, 0x8b], zst: [0x28, 0xb5] };
    for (const end of "csv csv.gz tsv.zst json json.gz json.zst ndjson ndjson.gz parquet".split(" ")) {
      const name = `out.${end}`, packing = end.split(".")[1];
      assert.equal((await load(["--from", "o.csv", "--to", name])).written, 2);
      if (packing) assert.deepEqual([...Deno.readFileSync(`${folder}/${name}`).subarray(0, 2)], magic[packing], name);
      assert.deepEqual([name, (await dteg(["run", "--from", name, "--to", "-"])).stdout], [name, ORDERS]);
    }
    assert.deepEqual(debris(), []);
  }));

Deno.test("a named pipe and /dev/stdin are read from their first byte on", () =>
  asUser(async ({ dteg, folder }) => {
    const rows = `id,v\n${Array.from({ length: 20_000 }, (_, id) => `${id},x${id}\n`).join("")}`;
    const { stdout } = await dteg(["run", "--from", "csv:///dev/stdin", "--to", "-"], { input: rows });
    assert.equal(stdout, rows);
    await new Deno.Command("mkfifo", { args: [`${folder}/p.csv`] }).output();
    const loading = dteg(["run", "--from", "p.csv", "--to", "-"]);
    await Deno.writeTextFile(`${folder}/p.csv`, rows);
    assert.equal((await loading).stdout, rows);
  }));

Deno.test("names with quotes, dots, line breaks, reserved words and case twins arrive with their own values", () =>
  asUser(async ({ write, load, rows, dteg }) => {
    write("ta \"b'le 한글.csv", 'select,"a ""q""",한글,ID,id,Id,with.dot\n1,2,3,4,5,6,7\n');
    write("select.csv", "from,From\n1,2\n");
    const { target } = await load(["ta \"b'le 한글.csv"]);
    assert.equal(target, `dteg.duckdb main."ta ""b'le 한글"`);
    assert.deepEqual(await rows(`FROM "ta ""b'le 한글"`), ["1,2,3,4,5,6,7"]);
    const { stdout } = await dteg(["run", "select.csv"]);
    assert.ok(stdout.includes(`dteg query 'FROM "select" LIMIT 10'`), stdout);
    assert.deepEqual(await rows('FROM "select"'), ["1,2"]);
  }));

Deno.test("files whose names differ only in case become two tables, the same two each time", () =>
  asUser(async ({ write, dteg, rows }) => {
    write("in/T.csv", "id\n1\n");
    write("in/t.csv", "id\n2\n");
    for (const _ of [1, 2]) assert.equal((await dteg(["run", "--from", "in/", "--to", "dteg.duckdb"])).code, 0);
    assert.deepEqual(await rows("SHOW TABLES"), ["T", "_dteg_state", "t_e3b98a4d"]);
    assert.deepEqual(await rows("SELECT (FROM T), (FROM t_e3b98a4d)"), ["1,2"]);
  }));

Deno.test("what is not there, not readable as what it says, or a folder in place of a file is named", () =>
  asUser(async ({ write, fails, dteg, folder }) => {
    write("a.csv", ORDERS);
    write("lie.parquet", ORDERS);
    write("no.duckdb", ORDERS);
    write("dir.csv/x.txt", "");
    const cases: readonly (readonly [args: string, code: string, exit: number])[] = [
      ["no.csv", "file.not_found", 2],
      ["no*.csv", "file.no_match", 2],
      ["lie.parquet", "file.corrupt", 1],
      ["--from dir.csv --to -x.csv", "flag.missing_value", 2],
      ["--from dir.csv --to x.csv", "stream.none", 2],
      ["--from a.csv --to dir.csv", "target.is_folder", 2],
      ["--from a.csv --to a.csv/", "target.is_folder", 2],
      ["--from a.csv --to csv://a.csv/b.csv", "target.is_folder", 2],
      ["--from a.csv --to a.csv/x.duckdb", "target.is_folder", 2],
      ["--from a.csv --to no.duckdb", "duckdb.invalid", 1],
      ["--from no.duckdb --to x.csv", "duckdb.invalid", 1],
      ["--from a.csv --to csv:///dev/null -y", "target.special", 2],
      ["--from a.csv --to o.txt", "file.unknown_format", 2],
      ["--from a.csv --to nowhere", "connection.unknown", 2],
      ["--from a.csv --to out/", "file.unknown_format", 2],
      ["--from a.csv --to x.duckdb --into a.b.c", "target.name", 2],
      ["--from a.csv --to x.duckdb --into _dteg_state -y", "target.name", 2],
      ["--from a.csv --to x.csv --write append", "usage", 2],
      ["a.csv --write merge", "stream.write_mode", 2],
      ["a.csv --write merge --key no", "column.unknown", 2],
      ["a.csv --select no", "column.unknown", 2],
      ["a.csv --from a.csv --to -", "flag.conflict", 2],
    ];
    for (const [args, code, exit] of cases) {
      const found = await fails(["run", ...args.split(" ")]);
      assert.deepEqual([args, found.code, found.exit], [args, code, exit]);
    }
    Deno.symlinkSync("nowhere", `${folder}/link.csv`);
    const { stdout } = await dteg(["run", "link.csv", "--json"]);
    assert.equal(JSON.parse(stdout).error.hint, "it is a link to nowhere, and nothing is there");
  }));
