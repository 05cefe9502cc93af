import { deepEqual, equal, match } from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { asUser } from "../e2e/user.ts";
import { openServer } from "./server.ts";
import { columnOf, quoted, type Sample, SAMPLE_TYPES, SAMPLES, sampleTable } from "./value_samples.ts";

const server = await openServer();
const source = await server.createDatabase("source");
// sessions of an odd kind: nothing of it may show in a value
await server.psql(
  `ALTER ROLE postgres SET timezone = 'America/St_Johns'; ALTER ROLE postgres SET datestyle = 'SQL, DMY';
  ALTER ROLE postgres SET intervalstyle = 'iso_8601'; ALTER ROLE postgres SET bytea_output = 'escape';
  ALTER ROLE postgres SET extra_float_digits = -5; ALTER ROLE postgres SET lc_monetary = 'C';`,
);
const PLAIN =
  `SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET bytea_output = 'hex';
  SET extra_float_digits = 1; SET client_min_messages = 'warning';\n`;
const psql = (sql: string, db = source) => server.psql(PLAIN + sql, { db });
await psql(`${SAMPLE_TYPES}\n${sampleTable("samples")}`);
const from = (stream: string) => ["--from", server.url(source), "--stream", stream];

/** SQL of the value that a target's text stands for. */
function backSql({ type, back }: Sample, text: string): string {
  switch (back) {
    case "array":
      return `(${text}::jsonb)::text`;
    case "json":
      return text;
    case "era":
      return `regexp_replace(${text}, '^(\\S+) \\(BC\\)(.*)$', '\\1\\2 BC')::${type}::text`;
    case "money":
      return `${text}::numeric::money::text`;
    default:
      return `${text}::${type}::text`;
  }
}

/** Names the columns in which the texts of a table `back` are not the samples, with both; PostgreSQL reads and compares. */
async function different(places = [...SAMPLES.keys()]): Promise<string> {
  const each = places.map((index) => {
    const sample = SAMPLES[index];
    const name = quoted(index);
    const own = sample.back === "array" ? `to_jsonb(a.${name})::text` : `a.${name}::text`;
    return `SELECT ${index}, a.id, ${own} AS own, b.${name} AS theirs FROM samples a FULL JOIN back b ON a.id = b.id::int ` +
      `WHERE ${own} IS DISTINCT FROM ${backSql(sample, `b.${name}`)}`;
  });
  return await psql(each.join(" UNION ALL "));
}

/** A table of texts. */
const backTable = `DROP TABLE IF EXISTS back; CREATE TABLE back (id text, ${
  SAMPLES.map((_, index) => `${quoted(index)} text`).join(", ")
});`;

Deno.test("every type of PostgreSQL arrives in PostgreSQL as it is", () =>
  asUser(async (user) => {
    const db = await server.createDatabase();
    await user.load([...from("samples"), "--to", server.url(db)]);
    const all = "COPY (SELECT * FROM samples ORDER BY id) TO STDOUT";
    equal(await psql(all, db), await psql(all));
    const types =
      "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'samples'::regclass AND attnum > 0 ORDER BY attnum";
    const here = (await psql(types)).split("\n"), there = (await psql(types, db)).split("\n");
    const own = /\|(mood|pair|hstore|citext|positive|price_too|numbers|instant|int2vector)(\[\])?$/;
    deepEqual(there.filter((line, index) => line !== here[index]).map((line) => line.replace(/.*\|/, "")), [
      "text",
      "text",
      "text",
      "text",
      "text[]",
      "text[]",
      "integer",
      "numeric(10,2)",
      "integer[]",
      "timestamp with time zone",
      "text",
    ]);
    deepEqual(here.filter((line, index) => line !== there[index] && !own.test(line)), []);
  }));

Deno.test("every type of PostgreSQL arrives in CSV as it is", () =>
  asUser(async (user) => {
    await user.load([...from("samples"), "--to", "o.csv"]);
    await psql(`${backTable}\n\\copy back FROM '${user.folder}/o.csv' (FORMAT csv, HEADER match)\n`);
    equal(await different(), "");
  }));

Deno.test("a table of plain types only, which DuckDB scans itself, arrives in CSV as it is", () =>
  asUser(async (user) => {
    const plain =
      /^(bool|int.|oid|float.|numeric\((10|38),.*|bytea|text|varchar.*|char.*|name|date|time.*|uuid|jsonb?)$/;
    const places = SAMPLES.keys().filter((index) => plain.test(SAMPLES[index].type)).toArray();
    const list = ["id", ...places.map(quoted)].join(", ");
    equal(places.length, 27);
    await psql(`CREATE TABLE plain_samples AS SELECT ${list} FROM samples`);
    await user.load([...from("plain_samples"), "--to", "o.csv"]);
    await psql(`${backTable}\n\\copy back (${list}) FROM '${user.folder}/o.csv' (FORMAT csv, HEADER match)\n`);
    equal(await different(places), "");
  }));

Deno.test("every type of PostgreSQL arrives in NDJSON as it is", () =>
  asUser(async (user) => {
    await user.load([...from("samples"), "--to", "o.ndjson"]);
    const list = SAMPLES.map(({ back }, index) => {
      const key = `'${columnOf(index)}'`;
      const text = `line ->> ${key}`;
      if (back === "bytes") return `'\\x' || encode(decode(${text}, 'base64'), 'hex')`;
      return back === "json" || back === "array" ? `(line -> ${key})::text` : text;
    });
    await psql(
      `${backTable} CREATE TABLE lines (line json);\n\\copy lines FROM '${user.folder}/o.ndjson' (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')\n` +
        `INSERT INTO back SELECT line ->> 'id', ${list.join(", ")} FROM lines; DROP TABLE lines;` +
        `UPDATE back SET ${
          SAMPLES.flatMap(({ back }, index) =>
            back === "json"
              ? [
                `${quoted(index)} = CASE WHEN EXISTS (SELECT FROM samples a WHERE a.id = back.id::int AND a.${
                  quoted(index)
                } IS NULL) THEN NULL ELSE ${quoted(index)} END`,
              ]
              : back === "array"
              ? [`${quoted(index)} = nullif(${quoted(index)}, 'null')`]
              : []
          ).join(", ")
        }`,
    );
    equal(await different(), "");
  }));

for (const [target, name] of [["x.duckdb", "DuckDB"], ["x.parquet", "Parquet"]]) {
  Deno.test(`every type of PostgreSQL arrives in ${name} as it is`, () =>
    asUser(async (user) => {
      await user.load([...from("samples"), "--to", target]);
      const instance = await DuckDBInstance.create(":memory:");
      const duck = await instance.connect();
      await duck.run(`SET TimeZone = 'UTC'`);
      if (name === "DuckDB") await duck.run(`ATTACH '${user.folder}/${target}' AS x (READ_ONLY)`);
      const table = name === "DuckDB" ? "x.public.samples" : `'${user.folder}/${target}'`;
      const list = SAMPLES.map(({ type, back }, index) => {
        const name = quoted(index);
        if (back === "bytes") return `'\\x' || hex(${name})`;
        // DuckDB's text of an instant in a far year is off by a millisecond: the value itself is not
        return type === "timestamptz"
          ? `CASE WHEN isfinite(${name}) THEN make_timestamp(epoch_us(${name}))::VARCHAR ELSE ${name}::VARCHAR END`
          : `${name}::VARCHAR`;
      });
      await duck.run(`COPY (SELECT id, ${list.join(", ")} FROM ${table}) TO '${user.folder}/back.csv' (HEADER false)`);
      duck.closeSync();
      instance.closeSync();
      await psql(`${backTable}\n\\copy back FROM '${user.folder}/back.csv' (FORMAT csv)\n`);
      equal(await different(), "");
    }));
}

/** Values that no table of DuckDB and no CSV holds as they are. */
const REFUSED: readonly (readonly [type: string, value: string])[] = [
  ["numeric(10,2)", "NaN"],
  ["timestamptz", "294276-12-31 23:59:59.999999+00"],
  ["timestamp", "294276-12-31 23:59:59.999999"],
  ["int4[]", "[2:3]={7,8}"],
  ["text[]", "[0:0][1:1]={{x}}"],
];

Deno.test("a value that a target does not hold is refused at its column, from tables, views and queries; as text it arrives", () =>
  asUser(async (user) => {
    const columns = REFUSED.map(([type], index) => `"the ${index}" ${type}`).join(", ");
    const values = REFUSED.map(([, value]) => `'${value}'`).join(", ");
    await psql(
      `CREATE TABLE odd (id int, ${columns}); INSERT INTO odd VALUES (1); INSERT INTO odd VALUES (2, ${values})`,
    );
    for (const index of REFUSED.keys()) {
      await psql(`CREATE ${index % 2 ? "TABLE" : "VIEW"} odd_${index} AS SELECT "the ${index}" FROM odd`);
    }
    const streams = REFUSED.flatMap((_, index) => ["--stream", `odd_${index}`]);
    const { code, stdout } = await user.dteg([
      "run",
      "--from",
      server.url(source),
      ...streams,
      "--to",
      "csv://out/",
      "--json",
    ]);
    equal(code, 1, stdout);
    const [{ streams: reports }] = JSON.parse(stdout).result.pipelines;
    for (const [index, { error }] of reports.entries()) {
      deepEqual([error.code, error.column], ["data.value", `the ${index}`]);
      match(error.message, new RegExp(`^column "the ${index}" holds `));
    }
    const rules = REFUSED.map((_, index) => `"the ${index}": { type: text }`).join(", ");
    user.write(
      "p.yaml",
      `version: 1\nname: p\nsource: { use: postgres, config: { url: "${server.url(source)}" } }\n` +
        `streams: [{ name: odd, columns: { ${rules} } }]\ndestination: { use: ndjson, config: { path: out.ndjson } }\n`,
    );
    await user.load(["p.yaml", "-y"]);
    const [, second] = user.read("out.ndjson").split("\n");
    deepEqual(Object.values(JSON.parse(second)), [2, ...REFUSED.map(([, value]) => value)]);
    const db = await server.createDatabase();
    await user.load([...from("odd"), "--to", server.url(db)]);
    equal(await psql("TABLE odd", db), `1|||||\n2|${REFUSED.map(([, value]) => value).join("|")}`);
    const query = ["query", "SELECT 'NaN'::numeric(5,2) AS n", "--on", server.url(source)];
    equal((await user.fails(query)).code, "data.value");
  }));

Deno.test("text of every encoding of a database arrives; bytes that are no text are refused", () =>
  asUser(async (user) => {
    await server.psql(`CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0;
      CREATE DATABASE bare ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`);
    await server.psql("SET client_encoding = 'UTF8'; CREATE TABLE t AS SELECT 'é' AS v; CREATE VIEW w AS TABLE t", {
      db: "latin",
    });
    await server.psql(String.raw`CREATE TABLE t AS SELECT E'\xc3\xa9' AS v; CREATE TABLE w AS SELECT E'\xe9' AS v`, {
      db: "bare",
    });
    for (const [db, stream] of [["latin", "t"], ["latin", "w"], ["bare", "t"]]) {
      await user.load(["--from", server.url(db), "--stream", stream, "--to", "o.csv", "-y"]);
      equal(user.read("o.csv"), "v\né\n");
    }
    const bad = await user.fails(["run", "--from", server.url("bare"), "--stream", "w", "--to", "o.csv"]);
    equal(bad.code, "data.value");
    match(bad.message, /invalid byte sequence for encoding "UTF8": 0xe9/);
  }));

Deno.test("bytes of 50 MB and long texts arrive in PostgreSQL and DuckDB", () =>
  asUser(async (user) => {
    await psql(
      `CREATE TABLE big AS SELECT decode(repeat(md5('x') || '00ff5c0a', 2500000), 'hex') AS b, repeat('é"' || chr(10), 500000) AS t`,
    );
    const hash = "SELECT length(b), md5(b), length(t), md5(t) FROM big";
    const db = await server.createDatabase();
    await user.load([...from("big"), "--to", server.url(db)]);
    equal(await psql(hash, db), await psql(hash));
    await user.load([...from("big"), "--to", "b.duckdb"]);
    const sums = await user.rows(
      "SELECT octet_length(b), md5(b), octet_length(encode(t)), md5(t) FROM public.big",
      "b.duckdb",
    );
    equal(sums[0].replaceAll(",", "|"), await psql(hash.replace("length(t)", "octet_length(t)")));
  }));

Deno.test("JSON with the character NUL arrives in files as it is", () =>
  asUser(async (user) => {
    await psql(String.raw`CREATE TABLE nul AS SELECT '{"z":"\u0000"}'::json AS j, '\u0000'::text AS t`);
    await user.load([...from("nul"), "--to", "o.ndjson"]);
    equal(user.read("o.ndjson"), '{"j":{"z":"\\u0000"},"t":"\\\\u0000"}\n');
    await user.load([...from("nul"), "--to", "o.csv"]);
    equal(user.read("o.csv"), 'j,t\n"{""z"":""\\u0000""}",\\u0000\n');
  }));
