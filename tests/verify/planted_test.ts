import assert from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { type Loads, openLoads } from "../cursor/loads.ts";

const MAKE =
  `CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR, n DECIMAL(20,4), f DOUBLE, ts TIMESTAMP, tz TIMESTAMPTZ, j JSON, b BLOB);
INSERT INTO t SELECT i, 'v' || i, i + 0.5, i * 1e16, TIMESTAMP '2024-05-01 08:00:00' + to_seconds(i), TIMESTAMPTZ '2024-05-01 08:00:00+00',
  '{"a": ' || i || '}', encode('b' || i) FROM range(1, 101) r(i);
UPDATE t SET v = '' WHERE id = 5; UPDATE t SET v = NULL WHERE id = 6; UPDATE t SET f = 0.0 WHERE id = 8`;

async function run(path: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

/** A loaded table whose target was changed then. */
async function planted(sql: string, stream = ""): Promise<Loads> {
  const loads = await openLoads(
    `version: 1\nsource: duckdb://src.duckdb\ndestination: duckdb://out.duckdb\nstreams:\n  - name: t\n    key: id\n${stream}`,
  );
  await run(`${loads.folder}/src.duckdb`, MAKE);
  await loads.load();
  await run(`${loads.folder}/out.duckdb`, sql);
  return loads;
}

/** What a verification says, in short. */
async function told(loads: Loads): Promise<readonly string[]> {
  const { pipelines, errors } = await loads.verify();
  const [{ status, differences, notes }] = pipelines[0].streams;
  assert.equal(status, errors.length === 0 ? "same" : "differs");
  return [
    ...differences.map(({ kind, key, rows, columns }) =>
      [
        kind,
        Object.values(key).join(","),
        ...(rows ? [`${rows.source}:${rows.target}`] : []),
        ...columns.map(({ column, source, target }) => `${column} ${source} ${target}`),
      ].join(" | ")
    ),
    ...notes,
  ];
}

const PLANTED: Readonly<Record<string, { readonly sql: string; readonly told: readonly string[] }>> = {
  "nothing": { sql: "SELECT 1", told: [] },
  "one digit": { sql: "UPDATE t SET n = 7.5001 WHERE id = 7", told: ["differs | 7 | n 7.5 7.5001"] },
  "a swapped pair": {
    sql: "UPDATE t SET v = CASE id WHEN 1 THEN 'v2' ELSE 'v1' END WHERE id IN (1, 2)",
    told: ["differs | 1 | v v1 v2", "differs | 2 | v v2 v1"],
  },
  "a row that is gone": { sql: "DELETE FROM t WHERE id = 13", told: ["only in source | 13"] },
  "a row too many": { sql: "INSERT INTO t (id) VALUES (-1)", told: ["only in target | -1"] },
  "a double row": {
    sql: "CREATE TABLE x AS FROM t; DROP TABLE t; ALTER TABLE x RENAME TO t; INSERT INTO t FROM t WHERE id = 3",
    told: ["only in target | 3"],
  },
  "NULL for an empty text": { sql: "UPDATE t SET v = NULL WHERE id = 5", told: ["differs | 5 | v  null"] },
  "an empty text for NULL": { sql: "UPDATE t SET v = '' WHERE id = 6", told: ["differs | 6 | v null "] },
  "a blank at the end": { sql: "UPDATE t SET v = 'v4 ' WHERE id = 4", told: ["differs | 4 | v v4 v4 "] },
  "a microsecond": {
    sql: "UPDATE t SET ts = ts + INTERVAL 1 MICROSECOND WHERE id = 10",
    told: ["differs | 10 | ts 2024-05-01T08:00:10 2024-05-01T08:00:10.000001"],
  },
  "a shifted zone": {
    sql: "UPDATE t SET tz = TIMESTAMPTZ '2024-05-01 08:00:00+09' WHERE id = 2",
    told: ["differs | 2 | tz 2024-05-01T08:00:00 2024-04-30T23:00:00"],
  },
  "a zero with a sign": {
    sql:
      "CREATE TABLE x AS SELECT * REPLACE (CASE id WHEN 8 THEN '-0'::DOUBLE ELSE f END AS f) FROM t; DROP TABLE t; ALTER TABLE x RENAME TO t",
    told: ["differs | 8 | f 0.0 -0.0"],
  },
  "the last digit of a double": {
    sql: "UPDATE t SET f = 10000000000000002 WHERE id = 1",
    told: ["differs | 1 | f 1e+16 1.0000000000000002e+16"],
  },
  "a number in JSON": {
    sql: `UPDATE t SET j = '{"a":9.0001}' WHERE id = 9`,
    told: ['differs | 9 | j {"a":9} {"a":90001e-4}'],
  },
  "a byte": { sql: "UPDATE t SET b = '\\x00'::BLOB WHERE id = 9", told: ["differs | 9 | b \\x6239 \\x00"] },
};

for (const [name, { sql, told: wanted }] of Object.entries(PLANTED)) {
  Deno.test(`verify tells ${name}`, async () => {
    await using loads = await planted(sql);
    assert.deepEqual(await told(loads), wanted);
  });
}

Deno.test("verify takes other spellings for the same: types, JSON, trailing zeros", async () => {
  await using loads = await planted(
    `CREATE TABLE x AS SELECT id::BIGINT AS id, v, n::DECIMAL(30,10) AS n, f, ts::TIMESTAMP_NS AS ts, tz, ` +
      `'  {"a" :' || id || '.0}' AS j, b, 1 AS extra FROM t; DROP TABLE t; ALTER TABLE x RENAME TO t`,
  );
  assert.deepEqual(await told(loads), ["the target has column extra beside those of the stream"]);
});

Deno.test("verify compares what a load makes of the rows: names, masks, types, conditions; masked values are not shown", async () => {
  const rules =
    "    where: id < 50\n    columns:\n      v: { mask: hash }\n      n: { as: total, type: text }\n      b: { drop: true }\n";
  await using loads = await planted("SELECT 1", rules);
  assert.deepEqual(await told(loads), []);
  await run(`${loads.folder}/out.duckdb`, "UPDATE t SET v = 'x' WHERE id = 2; UPDATE t SET total = '9' WHERE id = 3");
  assert.deepEqual(await told(loads), ["differs | 2 | v *** ***", "differs | 3 | total 3.5000 9"]);
});

Deno.test("rows that a cursor has not come to are told, and are no difference", async () => {
  await using loads = await planted("SELECT 1", "    cursor: ts\n");
  await run(
    `${loads.folder}/src.duckdb`,
    "UPDATE t SET ts = TIMESTAMP '2025-01-01', v = 'new' WHERE id = 3; INSERT INTO t (id, ts) VALUES (200, '2025-02-01')",
  );
  assert.deepEqual(await told(loads), ["2 rows of the source are not loaded yet: newer than ts = 2024-05-01 08:01:40"]);
  await run(`${loads.folder}/out.duckdb`, "UPDATE t SET v = 'x' WHERE id = 4");
  assert.deepEqual((await told(loads))[0], "differs | 4 | v v4 x");
});

Deno.test("verify wants a target, and shows no more differences than it is asked for", async () => {
  await using loads = await planted("UPDATE t SET v = 'x'");
  const { pipelines, errors } = await loads.verify({ limit: 3 });
  assert.equal(pipelines[0].streams[0].differences.length, 3);
  assert.equal(pipelines[0].streams[0].differing, 100);
  assert.equal(errors[0].code, "verify.differs");
  await run(`${loads.folder}/out.duckdb`, "DROP TABLE t");
  assert.match((await loads.verify()).errors[0].message, /is not there/);
});

Deno.test("of a table with versions those are compared that hold now", async () => {
  await using loads = await planted("SELECT 1", "    write: scd2\n");
  await run(`${loads.folder}/src.duckdb`, "UPDATE t SET v = 'new' WHERE id = 3; DELETE FROM t WHERE id = 4");
  assert.deepEqual(await told(loads), ["differs | 3 | v new v3", "only in target | 4"]);
  await loads.load();
  assert.deepEqual(await told(loads), []);
});
