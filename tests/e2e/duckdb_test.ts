import assert from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { asUser, type User } from "./user.ts";

/** Runs statements in a database file, as its owner would with another tool. */
async function inDatabase(path: string, ...statements: readonly string[]): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(path);
  try {
    const connection = await instance.connect();
    let rows: unknown[][] = [];
    for (const sql of statements) rows = await (await connection.runAndReadAll(sql)).getRowsJson() as unknown[][];
    connection.closeSync();
    return rows;
  } finally {
    instance.closeSync();
  }
}

const MINE = [
  "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR, n DOUBLE DEFAULT 5)",
  "CREATE INDEX ix ON t (v)",
  "COMMENT ON TABLE t IS 'mine'",
  "COMMENT ON COLUMN t.v IS 'a word'",
  "CREATE VIEW w AS SELECT id, v FROM t",
  "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)",
];
const DRESS = "SELECT (SELECT sql FROM duckdb_tables() WHERE table_name = 't'), " +
  "(SELECT comment FROM duckdb_tables() WHERE table_name = 't'), (SELECT comment FROM duckdb_columns() WHERE column_name = 'v' LIMIT 1), " +
  "(SELECT count(*) FROM duckdb_indexes() WHERE index_name = 'ix'), (SELECT count(*) FROM w)";

const stages = (user: User) =>
  user.rows("SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, '_dteg_stage')");

Deno.test("merge changes what differs, adds what is new, and leaves keys, indexes, comments and views as they are", () =>
  asUser(async (user) => {
    const path = `${user.folder}/dteg.duckdb`;
    await inDatabase(path, ...MINE);
    const before = await inDatabase(path, DRESS);
    user.write("t.csv", "id,v,n\n2,b,2\n3,C,3\n4,d,4\n4,d,4\n");
    const merge = ["t.csv", "--write", "merge", "--key", "id"];
    const first = await user.load(merge);
    assert.deepEqual(countsOf(first), {
      read: 4,
      written: 3,
      filtered: 1,
      inserted: 1,
      updated: 1,
      unchanged: 1,
      deleted: 0,
    });
    assert.deepEqual(await user.rows("FROM t ORDER BY id"), ["1,a,1.0", "2,b,2.0", "3,C,3.0", "4,d,4.0"]);
    assert.equal((await user.load(merge)).unchanged, 3);
    const [[sql, ...rest]] = await inDatabase(path, DRESS);
    assert.deepEqual([sql, ...rest], [before[0][0], "mine", "a word", "1", "4"]);
  }));

Deno.test("replace asks before it takes a table that it did not make, and keeps what hangs on it", () =>
  asUser(async (user) => {
    const path = `${user.folder}/dteg.duckdb`;
    await inDatabase(path, ...MINE, "CREATE TABLE child (r INTEGER REFERENCES t (id))", "INSERT INTO child VALUES (2)");
    user.write("t.csv", "id,v,n\n2,b,2\n3,C,3\n4,d,4\n");
    assert.equal((await user.fails(["run", "t.csv"])).code, "plan.confirm");
    assert.deepEqual(await user.rows("SELECT count(*) FROM t"), ["3"]);
    assert.deepEqual(countsOf(await user.load(["t.csv", "-y"])), {
      ...{ read: 3, written: 3, filtered: 0, inserted: 1, updated: 1, unchanged: 1, deleted: 1 },
    });
    assert.deepEqual(await user.rows("FROM t ORDER BY id"), ["2,b,2.0", "3,C,3.0", "4,d,4.0"]);
    const [[sql, ...rest]] = await inDatabase(path, DRESS);
    assert.deepEqual([String(sql).includes("PRIMARY KEY"), ...rest], [true, "mine", "a word", "1", "3"]);
    user.write("t.csv", "id,v,n\n4,d,4\n");
    assert.equal((await user.fails(["run", "t.csv"])).code, "data.constraint");
    assert.deepEqual(await user.rows("SELECT count(*) FROM t"), ["3"]);
  }));

Deno.test("a key that is NULL, doubled with other values, or taken already is refused, and nothing is loaded", () =>
  asUser(async (user) => {
    const path = `${user.folder}/dteg.duckdb`;
    await inDatabase(path, ...MINE);
    const merge = ["run", "t.csv", "--write", "merge", "--key", "id"];
    user.write("t.csv", "id,v,n\n9,x,1\n,b,2\n");
    assert.equal((await user.fails(merge)).code, "data.key_null");
    user.write("t.csv", "id,v,n\n9,x,1\n9,y,1\n");
    assert.equal((await user.fails(merge)).code, "data.key_not_unique");
    user.write("t.csv", "id,v,n\n9,x,1\n2,y,1\n");
    const { code, message } = await user.fails(["run", "t.csv", "--write", "append"]);
    assert.deepEqual([code, /main\.t.*"id: 2"/.test(message)], ["data.constraint", true]);
    assert.deepEqual(await user.rows("SELECT count(*) FROM t"), ["3"]);
    assert.deepEqual(await stages(user), []);
  }));

Deno.test("files are read as the types of the table that they are added to; what does not fit names line and column", () =>
  asUser(async (user) => {
    await inDatabase(`${user.folder}/dteg.duckdb`, "CREATE TABLE t (id INTEGER, v VARCHAR, d DECIMAL(9,2))");
    const append = ["t.csv", "--write", "append"];
    user.write("t.csv", "id,v,d\n1,007,1.5\n2,12,2\n");
    await user.load(append);
    assert.deepEqual(await user.rows("FROM t"), ["1,007,1.50", "2,12,2.00"]);
    const bad: readonly (readonly [content: string, code: string, said: RegExp])[] = [
      ["id,v,d\n5000000000,x,1\n", "data.value", /"id".*5000000000/],
      ["id,v,d\nx,x,1\n", "data.value", /"id".*"x"/],
      ["id,v,d\n1,x,1.234\n", "data.value", /"d".*1\.234/],
    ];
    for (const [content, code, said] of bad) {
      user.write("t.csv", content);
      const found = await user.fails(["run", ...append]);
      assert.equal(found.code, code);
      assert.match(found.message, said);
    }
    user.write("t.csv", "id,v,d,e\n4,x,1,2\n");
    await user.load(append);
    assert.deepEqual(await user.rows("FROM t"), ["1,007,1.50,", "2,12,2.00,", "4,x,1.00,2"]);
    user.write("t.csv", "id\n3\n");
    const { warnings } = await user.load(append);
    assert.match(warnings[0], /columns v, d, e are not in the load/);
    assert.deepEqual(await user.rows("FROM t WHERE id = 3"), ["3,,,"]);
  }));

Deno.test("one database may be both ends, and a short name gets its schema", () =>
  asUser(async (user) => {
    await inDatabase(
      `${user.folder}/a.duckdb`,
      "CREATE SCHEMA raw",
      "CREATE TABLE raw.t AS SELECT range AS id FROM range(5)",
    );
    const from = ["--from", "a.duckdb", "--stream", "t"];
    const some = await user.load([...from, "--to", "b.duckdb", "--where", "id > 2 -- two"]);
    assert.deepEqual([some.target, await user.rows("FROM raw.t", "b.duckdb")], ["b.duckdb raw.t", ["3", "4"]]);
    const copy = await user.load([...from, "--to", "a.duckdb", "--into", "copy.t"]);
    assert.deepEqual([copy.target, copy.written], ["a.duckdb copy.t", 5]);
    assert.equal((await user.fails(["run", ...from, "--to", "b.duckdb"])).code, "stream.ambiguous");
  }));

Deno.test("a query may end in a comment, and one that would change something is refused", () =>
  asUser(async (user) => {
    await inDatabase(
      `${user.folder}/a.duckdb`,
      "CREATE TABLE t AS SELECT range AS id FROM range(5)",
      "CREATE VIEW v AS FROM t",
    );
    const pipeline = (sql: string) =>
      `version: 1\nname: q\nsource: { use: duckdb, config: { path: a.duckdb } }\nstreams:\n  - name: q\n    sql: ${
        JSON.stringify(sql)
      }\n` +
      "destination: { use: duckdb, config: { path: a.duckdb } }\n";
    user.write("q.yaml", pipeline("SELECT sum(id) AS s FROM v -- all of them"));
    assert.equal((await user.load(["q.yaml"])).written, 1);
    for (const sql of ["DROP TABLE t", "SELECT 1; DROP TABLE t", "DELETE FROM t RETURNING id"]) {
      user.write("q.yaml", pipeline(sql));
      assert.equal((await user.fails(["run", "q.yaml"])).code, "query.failed");
    }
    assert.deepEqual(await user.rows("SELECT (FROM q), count(*) FROM t", "a.duckdb"), ["10,5"]);
  }));

Deno.test("types of DuckDB that others lack come back as they were, and can be added to", () =>
  asUser(async (user) => {
    await inDatabase(
      `${user.folder}/a.duckdb`,
      "CREATE TABLE t AS SELECT 170141183460469231731687303715884105727::HUGEINT h, 340282366920938463463374607431768211455::UHUGEINT u, " +
        "'0101'::BIT b, TIMESTAMP_S '2024-01-01 00:00:01' s, '2024-01-01 00:00:01.123456789'::TIMESTAMP_NS n, [5::HUGEINT] l, " +
        "{'x': 5::HUGEINT, 'y': '01'::BIT} st, '12:00:00.5+09:30'::TIMETZ z, INTERVAL '1 year -3 days 0.000001 seconds' i, 'a'::ENUM('a', 'b') e",
    );
    for (const _ of [1, 2]) await user.load(["--from", "a.duckdb", "--to", "b.duckdb", "--write", "append"]);
    await user.load(["--from", "a.duckdb", "--to", "a.parquet"]);
    await user.load(["--from", "b.duckdb", "--to", "b.ndjson"]);
    const columns =
      "h::VARCHAR, u::VARCHAR, b::VARCHAR, s::VARCHAR, n::VARCHAR, l::VARCHAR, st::VARCHAR, z::VARCHAR, e::VARCHAR";
    const [wanted] = await user.rows(`SELECT ${columns} FROM t`, "a.duckdb");
    assert.deepEqual(await user.rows(`SELECT ${columns} FROM t`, "b.duckdb"), [wanted, wanted]);
    assert.deepEqual(await user.rows("SELECT typeof(h), typeof(u), typeof(b), typeof(l) FROM t LIMIT 1", "b.duckdb"), [
      "HUGEINT,UHUGEINT,BIT,HUGEINT[]",
    ]);
    const [line] = user.read("b.ndjson").split("\n");
    assert.ok(line.includes('"h":170141183460469231731687303715884105727,') && line.includes('"i":"P1Y0M-3DT'), line);
  }));

Deno.test("a table that another process holds is left alone, and the process is named", () =>
  asUser(async (user) => {
    user.write("a.csv", "id\n1\n");
    await user.load(["a.csv"]);
    const holder = await DuckDBInstance.create(`${user.folder}/dteg.duckdb`);
    try {
      const { code, exit, message } = await user.fails(["run", "a.csv"]);
      assert.deepEqual([code, exit], ["target.locked", 3]);
      assert.ok(message.includes(`process ${Deno.pid} `), message);
    } finally {
      holder.closeSync();
    }
    assert.deepEqual(await user.rows("FROM a"), ["1"]);
  }));

function countsOf(
  { read, written, filtered, inserted, updated, unchanged, deleted }: Awaited<ReturnType<User["load"]>>,
) {
  assert.equal(read, written + filtered);
  assert.equal(written, inserted + updated + unchanged);
  return { read, written, filtered, inserted, updated, unchanged, deleted };
}

Deno.test("a database file is made with the folders above it, and not where a file stands in the place of one", () =>
  asUser(async (user) => {
    user.write("a.csv", "id\n1\n");
    await user.load(["--from", "a.csv", "--to", "sub/deeper/x.duckdb"]);
    assert.deepEqual(await user.rows("FROM a", "sub/deeper/x.duckdb"), ["1"]);
    const { code, exit } = await user.fails(["run", "--from", "a.csv", "--to", "a.csv/x.duckdb"]);
    assert.deepEqual([code, exit], ["target.is_folder", 2]);
  }));
