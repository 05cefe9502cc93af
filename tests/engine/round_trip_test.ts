import assert from "node:assert/strict";
import fc from "fast-check";
import { type Bench, type LoadOptions, makeDatabase, openBench, readBack, readDatabase } from "./load.ts";
import { runs } from "./stage_session.ts";

/** By the word of `columns.*.type`: values as DuckDB's SQL, the hard ones of each type. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  boolean: ["true", "false", "NULL"],
  smallint: ["(-32768)::SMALLINT", "32767::SMALLINT"],
  bigint: ["9007199254740993", "-9223372036854775808", "9223372036854775807"],
  "decimal(38,10)": ["'1234567890123456789012345678.0123456789'::DECIMAL(38,10)", "-0.0000000001::DECIMAL(38,10)"],
  real: ["0.1::FLOAT", "1e-45::FLOAT", "3.4028235e38::FLOAT", "'-inf'::FLOAT"],
  double: ["0.1::DOUBLE", "-0.0::DOUBLE", "5e-324::DOUBLE", "1.7976931348623157e308::DOUBLE", "'NaN'::DOUBLE"],
  text: [
    `'a,"b"'`,
    "''",
    "NULL",
    "'NULL'",
    "'\\N'",
    `' x '`,
    "E'l1\\nl2\\r\\nl3\\rl4'",
    "'é😀'",
    `'007'`,
    "chr(0)",
    "'\\'",
  ],
  date: ["DATE '0001-01-01'", "DATE '9999-12-31'", "DATE '1582-10-10'", "DATE 'infinity'"],
  time: ["TIME '00:00:00'", "TIME '23:59:59.999999'"],
  timestamp: ["TIMESTAMP '0001-01-01 00:00:00'", "TIMESTAMP '2024-03-10 02:30:00.000001'", "TIMESTAMP '-infinity'"],
  timestamptz: ["TIMESTAMPTZ '2024-03-10 02:30:00.123456+09'", "TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'"],
  interval: ["INTERVAL '1 year -2 months 3 days -00:00:01.5'", "INTERVAL '0 days'", "INTERVAL '0.000001 seconds'"],
  uuid: ["'d41d8cd9-8f00-b204-e980-0998ecf8427e'::UUID"],
  bytes: ["'\\x00\\xFF'::BLOB", "''::BLOB"],
  json: [`'{"a":[1,9007199254740993,0.10000000000000000001],"b":null}'::JSON`, `'"x"'::JSON`, "NULL"],
};
const NAMES = Object.keys(VALUES).map((type) => type.replace(/\W/g, "_"));

/** A table with a column a type; short columns end in NULL. */
function tableQuery(): string {
  const most = Math.max(...Object.values(VALUES).map(({ length }) => length));
  const rows = Array.from(
    { length: most },
    (_, row) => Object.values(VALUES).map((values, index) => `${values[row] ?? "NULL"} AS ${NAMES[index]}`).join(", "),
  );
  return rows.map((row, index) => `SELECT ${index}::BIGINT AS n, ${row}`).join(" UNION ALL ");
}

const declared = (except: readonly string[] = []): LoadOptions["columns"] =>
  Object.fromEntries(
    Object.keys(VALUES).map((type, index) => [NAMES[index], { type: except.includes(type) ? "text" : type }]),
  );

async function through(bench: Bench, path: string, options: LoadOptions = {}) {
  await makeDatabase(`${bench.folder}/in.duckdb`, tableQuery());
  const { error: written } = await bench.load("in.duckdb", { to: path });
  if (written) throw written;
  const { error } = await bench.load(path, options);
  if (error) throw error;
  const [before, after] = [
    await readDatabase(`${bench.folder}/in.duckdb`),
    await readDatabase(`${bench.folder}/out.duckdb`),
  ];
  return { before, after };
}

for (const path of ["t.csv", "t.csv.gz", "t.tsv"]) {
  Deno.test(`every type goes through ${path} and comes back exactly`, async () => {
    await using bench = await openBench();
    const { before, after } = await through(bench, path, { columns: declared() });
    assert.deepEqual(after, before);
  });
}

for (const path of ["t.ndjson", "t.json"]) {
  Deno.test(`every type goes through ${path} and comes back exactly; bytes are base64 there`, async () => {
    await using bench = await openBench();
    const { before, after } = await through(bench, path, { columns: declared(["bytes"]) });
    const at = Object.keys(VALUES).indexOf("bytes") + 1;
    const rows = before.rows.map((row) => row.with(at, { "\\x00\\xFF": "AP8=", "": "" }[row[at] ?? "-"] ?? null));
    assert.deepEqual(after, { types: { ...before.types, bytes: "VARCHAR" }, rows });
  });
}

Deno.test("every type goes through Parquet and comes back exactly, its type too", async () => {
  await using bench = await openBench();
  const { before, after } = await through(bench, "t.parquet", { columns: { interval: { type: "interval" } } });
  assert.deepEqual(after, before);
});

const text = fc.option(
  fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.array(fc.constantFrom('"', ",", "\n", "\r", "\r\n", " ", "\\", "\t", ";", "'", "NULL", "\\N", "a", "1", "é"), {
      maxLength: 8,
    }).map((parts) => parts.join("")),
  ),
  { nil: null },
);
const table = fc.array(fc.tuple(text, text), { minLength: 60, maxLength: 120 });

for (const path of ["t.csv", "t.ndjson", "t.json", "t.parquet"]) {
  Deno.test(`any text goes through ${path} and comes back as it was`, async () => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const lines = rows.map(([a, b], n) => `${JSON.stringify({ n, a, b })}\n`).join("");
        await using bench = await openBench({ "in.ndjson": lines });
        const { error: written } = await bench.load("in.ndjson", { to: path });
        if (written) throw written;
        const columns = { a: { type: "text" }, b: { type: "text" } };
        const { error } = await bench.load(path, { columns });
        if (error) throw error;
        const { rows: found } = await readDatabase(`${bench.folder}/out.duckdb`);
        assert.deepEqual(found, rows.map(([a, b], n) => [String(n), a, b]));
      }),
      runs(4, 100),
    );
  });
}

Deno.test("another CSV reader sees the same texts in our CSV", async () => {
  await using bench = await openBench({ "in.ndjson": '{"a":"x \\"y\\", z","b":null}\n{"a":"","b":"l1\\nl2"}\n' });
  const { error } = await bench.load("in.ndjson", { to: "t.csv" });
  assert.equal(error, undefined);
  assert.equal(await Deno.readTextFile(`${bench.folder}/t.csv`), 'a,b\n"x ""y"", z",\n"","l1\nl2"\n');
  const { rows } = await readBack(`read_csv('${bench.folder}/t.csv', all_varchar = true, allow_quoted_nulls = false)`);
  assert.deepEqual(rows, [['x "y", z', null], ["", "l1\nl2"]]);
});
