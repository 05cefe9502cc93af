import assert from "node:assert/strict";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import { openBench, readDatabase } from "./load.ts";

const CONTENT = `id,v\n${Array.from({ length: 20_000 }, (_, index) => `${index},${index * 7919}\n`).join("")}`;
const HALVES = [CONTENT.slice(0, 100_000), CONTENT.slice(100_000)];
const zstd = (text: string) => zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
const join = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

/** What a load of the bytes leaves: how many rows, or a code and no table. */
async function outcome(name: string, bytes: Uint8Array): Promise<string> {
  await using bench = await openBench({ [name]: bytes });
  const { error } = await bench.load(name);
  if (!error) return `${(await readDatabase(`${bench.folder}/out.duckdb`)).rows.length} rows`;
  await assert.rejects(readDatabase(`${bench.folder}/out.duckdb`));
  return error.code;
}

const flipped = (bytes: Uint8Array, at: number) => bytes.with(at < 0 ? bytes.length + at : at, bytes.at(at)! ^ 0xff);

for (const [ending, pack] of [["gz", gzipSync], ["zst", zstd]] as const) {
  const whole = new Uint8Array(pack(CONTENT));
  Deno.test(`${ending}: whole, joined and cut files are told apart`, async () => {
    const name = `in.csv.${ending}`;
    assert.deepEqual(
      {
        whole: await outcome(name, whole),
        joined: await outcome(name, join(...HALVES.map((half) => new Uint8Array(pack(half))))),
        "under another name": await outcome("in.csv", whole),
        cut: await outcome(name, whole.slice(0, -2000)),
        "cut by a byte": await outcome(name, whole.slice(0, -1)),
        "with garbage behind": await outcome(name, join(whole, new Uint8Array([1, 2, 3, 4]))),
        "damaged in the middle": await outcome(name, flipped(whole, whole.length >> 1)),
      },
      {
        whole: "20000 rows",
        joined: "20000 rows",
        "under another name": "20000 rows",
        cut: "file.corrupt",
        "cut by a byte": "file.corrupt",
        "with garbage behind": "file.corrupt",
        "damaged in the middle": "file.corrupt",
      },
    );
  });
}

Deno.test("gz: content that is not that of the checksum is refused", async () => {
  const whole = new Uint8Array(gzipSync(CONTENT, { level: 0 })); // stored: a changed byte is no fault of the packing
  assert.equal(await outcome("in.csv.gz", flipped(whole, -8)), "file.corrupt");
  assert.equal(await outcome("in.csv.gz", whole.with(5000, 0x39)), "file.corrupt");
});

Deno.test("a file that changes while it is read is refused, and what was there stays", async () => {
  await using bench = await openBench({
    "in.csv": `id,v\n${"1,old\n".repeat(400_000)}`,
    "before.csv": "id,v\n7,before\n",
  });
  await bench.load("before.csv", { stream: { into: "t" } });
  const path = `${bench.folder}/in.csv`;
  const { error } = await bench.load("in.csv", {
    stream: { into: "t" },
    whileMoving: () => Deno.writeTextFileSync(path, "2,new\n", { append: true }),
  });
  assert.equal(error?.code, "file.changed");
  assert.deepEqual((await readDatabase(`${bench.folder}/out.duckdb`)).rows, [["7", "before"]]);
});

Deno.test("a wrong value in the last of many rows leaves the target as it was", async () => {
  await using bench = await openBench({
    "before.csv": "id,v\n7,1\n",
    "in.csv": `id,v\n${"1,2\n".repeat(200_000)}3,x\n`,
  });
  const options = { stream: { into: "t" }, columns: { v: { type: "bigint" } } };
  await bench.load("before.csv", options);
  const { error } = await bench.load("in.csv", options);
  assert.deepEqual([error?.code, error?.line, error?.column], ["data.value", 200_002, "v"]);
  assert.deepEqual((await readDatabase(`${bench.folder}/out.duckdb`)).rows, [["7", "1"]]);
});
