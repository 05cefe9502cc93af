import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { makeDatabase, openBench, readDatabase } from "../load.ts";

const KEY = "a key of a test, of more than 32 bytes";
const hash = (text: string) => createHmac("sha256", KEY).update(text).digest("hex").slice(0, 32);
const SECRET = "4012888888881881";

Deno.test("mask: hash gives the same value of whatever type the same 32 digits of HMAC-SHA-256, and NULL stays NULL", async () => {
  await using bench = await openBench({
    "text.csv": 'v\n7\n""\nñ 中\n\n',
    "numbers.ndjson": '{"v":7}\n{"v":null}\n',
  });
  const columns = { v: { mask: "hash" } } as const;
  const hashed = async (from: string, into: string) => {
    const { error } = await bench.load(from, { columns, maskKey: KEY, to: into });
    if (error) throw error;
    const { types, rows } = await readDatabase(`${bench.folder}/${into}`);
    assert.deepEqual(types, { v: "VARCHAR" });
    return rows.map(([value]) => value);
  };
  assert.deepEqual(await hashed("text.csv", "text.duckdb"), [hash("7"), hash(""), hash("ñ 中"), null]);
  assert.deepEqual(await hashed("numbers.ndjson", "numbers.duckdb"), [hash("7"), null]);
  const values: Readonly<Record<string, string>> = {
    "7::TINYINT": "7",
    "7::UBIGINT": "7",
    "7::HUGEINT": "7",
    "7.00::DECIMAL(10,2)": "7",
    "7::DOUBLE": "7",
    "7::FLOAT": "7",
    "-0.0::DOUBLE": "0",
    "0.10::DECIMAL(2,2)": "0.1",
    "0.1::DOUBLE": "0.1",
    "100::DECIMAL(5,0)": "100",
    "1e20::DOUBLE": "1e+20",
    "'nan'::DOUBLE": "NaN",
    "true": "true",
    "DATE '2024-02-03'": "2024-02-03",
    "TIMESTAMP '2024-02-03 04:05:06'": "2024-02-03T04:05:06.000000",
    "TIMESTAMP_NS '2024-02-03 04:05:06'": "2024-02-03T04:05:06.000000",
    "TIMESTAMP_NS '2024-02-03 04:05:06.000000001'": "2024-02-03T04:05:06.000000001",
    "TIMESTAMPTZ '2024-02-03 04:05:06+09'": "2024-02-02T19:05:06.000000Z",
    "'ab'::BLOB": "\\x6162",
    "'7'::VARCHAR": "7",
    "'007'::VARCHAR": "007",
    "NULL::BIGINT": "",
  };
  for (const [index, [value, text]] of Object.entries(values).entries()) {
    await makeDatabase(`${bench.folder}/in${index}.duckdb`, `SELECT ${value} AS v`);
    const wanted = value.startsWith("NULL") ? null : hash(text);
    assert.deepEqual(await hashed(`in${index}.duckdb`, `out${index}.duckdb`), [wanted], value);
  }
  const list = Object.keys(values).slice(0, 6).map((value, index) => `${value} AS c${index}`).join(", ");
  await makeDatabase(`${bench.folder}/wide.duckdb`, `SELECT ${list}`);
  const all = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`c${index}`, { mask: "hash" as const }]));
  for (const to of ["wide.parquet", "again.parquet"]) {
    await bench.load("wide.duckdb", { to, columns: all, maskKey: KEY });
  }
  await bench.load("wide.parquet", { to: "back.duckdb" });
  assert.deepEqual((await readDatabase(`${bench.folder}/back.duckdb`)).rows, [Array(6).fill(hash("7"))]);
});

Deno.test("mask: partial shows a quarter at most, 4 characters at most, and nothing of a short value", async () => {
  await using bench = await openBench({
    "in.csv":
      'v\n4012888888881881\n123-45-6789\n12345678\n1234567\n1\n""\n\ne\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301\n',
  });
  await bench.load("in.csv", { columns: { v: { mask: "partial" } } });
  const { types, rows } = await readDatabase(`${bench.folder}/out.duckdb`);
  assert.deepEqual(types, { v: "VARCHAR" });
  assert.deepEqual(rows, [["****1881"], ["****89"], ["****78"], ["****"], ["****"], ["****"], [null], [
    "****e\u0301e\u0301",
  ]]);
});

Deno.test("mask: redact puts one text in the place of all, mask: null keeps the type and no value", async () => {
  await using bench = await openBench({ "in.csv": "a,b,c\n1,2,3\n,,\n" });
  await bench.load("in.csv", {
    columns: { a: { mask: "redact" }, b: { mask: "null" }, c: { mask: "null", type: "decimal(9,2)" } },
  });
  const { types, rows } = await readDatabase(`${bench.folder}/out.duckdb`);
  assert.deepEqual(types, { a: "VARCHAR", b: "BIGINT", c: "DECIMAL(9,2)" });
  assert.deepEqual(rows, [["[redacted]", null, null], [null, null, null]]);
});

Deno.test("a masked column of a file is read as it stands there, whatever the table or its other values look like", async () => {
  await using bench = await openBench({ "a.csv": "id,v\n1,1.50\n", "b.csv": "id,v\n2,1.50\n3,x\n" });
  for (const from of ["a.csv", "b.csv"]) {
    const { error } = await bench.load(from, {
      columns: { v: { mask: "hash" } },
      maskKey: KEY,
      stream: { write: "append" },
    });
    if (error) throw error;
  }
  const { rows } = await readDatabase(`${bench.folder}/out.duckdb`);
  assert.deepEqual(rows, [["1", hash("1.50")], ["2", hash("1.50")], ["3", hash("x")]]);
});

Deno.test("a merge by a hashed key finds its rows again", async () => {
  await using bench = await openBench({ "a.csv": "ssn,n\n1,a\n2,b\n", "b.csv": "ssn,n\n2,c\n3,d\n" });
  const options = {
    columns: { ssn: { mask: "hash", as: "who" } },
    maskKey: KEY,
    stream: { write: "merge", key: ["ssn"] },
  } as const;
  await bench.load("a.csv", options);
  const { report } = await bench.load("b.csv", options);
  assert.deepEqual([report?.inserted, report?.updated], [1, 1]);
  const { rows } = await readDatabase(`${bench.folder}/out.duckdb`);
  assert.deepEqual(rows.toSorted(), [[hash("1"), "a"], [hash("2"), "c"], [hash("3"), "d"]].toSorted());
});

for (const to of ["out.duckdb", "out/"] as const) {
  Deno.test(`rows with another key, or with another mask, do not come beside those that are there: ${to}`, async () => {
    await using bench = await openBench({ "in.csv": "v\nsecret\n" });
    const stream = { write: "append" } as const;
    const toSettings = to === "out/" ? { format: "parquet" } : {};
    const load = async (mask: "hash" | "redact" | undefined, maskKey = KEY) => {
      const { error } = await bench.load("in.csv", { to, toSettings, stream, maskKey, columns: { v: { mask } } });
      return error?.code;
    };
    assert.equal(await load("hash"), undefined);
    assert.equal(await load("hash"), undefined);
    assert.equal(await load("hash", "another key, of more than 32 bytes too"), "mask.changed");
    assert.equal(await load("redact"), "mask.changed");
    assert.equal(await load(undefined), "mask.changed");
  });
}

Deno.test("a masked value is in no message, no event and no file that stays", async () => {
  const cases: Readonly<Record<string, string>> = {
    "value.csv": `v,w\n${SECRET},1\n`,
    "guess.csv": `v,w\n${"1,1\n".repeat(25_000)}${SECRET}x,1\n`,
    "broken.ndjson": `{"v": "${SECRET}", "w": 1}\n{"v": "${SECRET}", "w": }\n`,
    "where.csv": `v,w\nx${SECRET},1\n`,
    "good.csv": `v,w\nx${SECRET},1\n`,
  };
  const options: Readonly<Record<string, { readonly type?: string; readonly where?: string }>> = {
    "value.csv": { type: "smallint" },
    "where.csv": { where: "v::INTEGER > 5" },
  };
  for (const mask of ["hash", "redact", "partial", "null"] as const) {
    for (const [name, content] of Object.entries(cases)) {
      await using bench = await openBench({ [name]: content });
      const { type, where } = options[name] ?? {};
      const { report, error, told } = await bench.load(name, {
        columns: { v: { mask, type } },
        stream: { ...(where && { where }) },
      });
      assert.equal(
        name === "good.csv" || (name === "guess.csv") || (name === "value.csv" && mask === "null"),
        error === undefined,
        `${name} ${mask} ${error}`,
      );
      const all = `${JSON.stringify(report)} ${told} ${error?.stack} ${error?.hint} ${error?.cause}`;
      assert.ok(!all.includes(SECRET.slice(0, -4)), `${name} with mask: ${mask}: ${error?.message}`);
      for (const { name: file } of Deno.readDirSync(bench.folder)) {
        if (file === name) continue;
        const bytes = new TextDecoder("latin1").decode(await Deno.readFile(`${bench.folder}/${file}`));
        assert.ok(!bytes.includes(SECRET.slice(0, -4)), `${file} with mask: ${mask}`);
      }
    }
  }
});

Deno.test("an error about a column that is not masked keeps its value", async () => {
  await using bench = await openBench({ "in.csv": "v,w\n1,abc\n" });
  const { error } = await bench.load("in.csv", { columns: { v: { mask: "hash" }, w: { type: "bigint" } } });
  assert.match(error?.message ?? "", /"w" holds "abc"/);
});
