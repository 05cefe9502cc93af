import assert from "node:assert/strict";
import { openServer as openPostgres } from "../../postgres/server.ts";
import { openServer } from "../server.ts";
import { openLoading } from "./loading.ts";

const server = await openServer();

/** Types of MariaDB, and values of each that are easily bent, as SQL. */
const NATIVE: readonly (readonly [type: string, ...values: readonly string[]])[] = [
  ["tinyint(1)", "2", "-128"],
  ["tinyint(3) unsigned", "255", "0"],
  ["smallint(6)", "-32768", "32767"],
  ["mediumint(8) unsigned", "16777215", "0"],
  ["int(10) unsigned zerofill", "7", "4294967295"],
  ["bigint(20)", "-9223372036854775808", "9007199254740993"],
  ["bigint(20) unsigned", "18446744073709551615", "0"],
  [
    "decimal(65,30)",
    "99999999999999999999999999999999999.999999999999999999999999999999",
    "-0.000000000000000000000000000001",
  ],
  ["decimal(10,2) unsigned", "99999999.99", "0.10"],
  ["float", "0.1", "3.4028234e38"],
  ["double", "1.7976931348623157e308", "5e-324"],
  ["bit(1)", "b'1'", "b'0'"],
  ["bit(64)", "b'1111111111111111111111111111111111111111111111111111111111111111'", "b'0'"],
  ["bit(12)", "5", "b'111111111111'"],
  ["year(4)", "0", "2155"],
  ["date", "'0000-00-00'", "'9999-12-31'"],
  ["date", "'2024-02-31'", "'0001-01-01'"],
  ["time", "'838:59:59'", "'-838:59:59'"],
  ["time(6)", "'-00:00:00.000001'", "'24:00:00.5'"],
  ["datetime", "'0000-00-00 00:00:00'", "'9999-12-31 23:59:59'"],
  ["datetime(6)", "'2024-00-00 10:00:00.000001'", "'1000-01-01 00:00:00.999999'"],
  ["timestamp(6) NULL", "'1970-01-01 00:00:01.000001'", "'2038-01-19 03:14:07.999999'"],
  ["timestamp NULL", "'0000-00-00 00:00:00'", "'2024-03-31 02:30:00'"],
  ["char(5)", "'ab'", "''"],
  ["varchar(200)", "'a ,\"b\"\\n\\\\N NULL'", "''"],
  ["varchar(200) CHARACTER SET latin1", "'é€'", "' '"],
  ["tinytext", "'é'", "''"],
  ["text", "REPEAT('x', 65535)", "'NULL'"],
  ["longtext", "CONCAT('😀', CHAR(0), REPEAT('y', 70000))", "'\\\\.'"],
  ["enum('a','very \"b\", c')", "'very \"b\", c'", "'a'"],
  ["set('x','y')", "'x,y'", "''"],
  ["binary(4)", "X'00ff'", "X''"],
  ["varbinary(9)", "X'5c0a0d00'", "X''"],
  ["blob", "REPEAT(X'ff', 65535)", "X''"],
  ["json", '\'{"n": 12345678901234567890.123, "a": 1, "a": 2}\'', "'null'"],
  ["uuid", "'123e4567-e89b-12d3-a456-426655440000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"],
  ["inet6", "'2001:db8::1'", "'::ffff:10.0.0.1'"],
  ["point", "ST_GeomFromText('POINT(1.5 -2)', 4326)", "ST_GeomFromText('POINT(0 0)')"],
];

for (const write of ["replace", "append"] as const) {
  Deno.test(`MariaDB to MariaDB: every value of every type arrives as it was, and has its type, by ${write}`, async () => {
    await using loading = await openLoading(server);
    const { sql, load, db, debris } = loading;
    const columns = NATIVE.map(([type], index) => `c${index} ${type}`).join(", ");
    const row = (at: number) => NATIVE.map((line) => line[at]).join(", ");
    await sql(
      `SET sql_mode = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES', time_zone = '+00:00'; CREATE TABLE src (id int PRIMARY KEY, ${columns}) CHARACTER SET utf8mb4;` +
        `INSERT INTO src VALUES (1, ${row(1)}), (2, ${row(2)}), (3, ${NATIVE.map(() => "NULL").join(", ")})`,
    );
    if (write === "append") await sql("CREATE TABLE t LIKE src");
    const report = await load("", "t", {
      from: server.url(db),
      stream: `${db}.src`,
      write,
      table: { primaryKey: ["id"] },
    });
    assert.equal(report.inserted, 3);
    const shown = NATIVE.map(([type], index) => {
      if (type === "float") return `HEX(CONCAT(c${index} * 1e0))`;
      return `HEX(${type.includes("latin1") ? `CONVERT(c${index} USING utf8mb4)` : `CONCAT(c${index})`})`;
    });
    const rows = (table: string) =>
      sql(`SET time_zone = '+09:00'; SELECT id, ${shown.join(", ")} FROM ${table} ORDER BY id`);
    const [found, wanted] = [(await rows("t")).split("\n"), (await rows("src")).split("\n")];
    for (const [at, line] of wanted.entries()) {
      const cells = line.split("\t");
      for (const [index, cell] of found[at].split("\t").entries()) {
        assert.equal(cell, cells[index], `row ${at + 1}: ${NATIVE[index - 1]?.join(" ")}`);
      }
    }
    const types = (table: string) =>
      sql(
        `SELECT COLUMN_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${table}' ORDER BY ORDINAL_POSITION`,
      );
    assert.equal(await types("t"), await types("src"));
    assert.equal(await debris(), "");
  });
}

/** A value of PostgreSQL, the type that its column gets, and the value as MariaDB prints it. */
const OF_POSTGRES: readonly (readonly [value: string, type: string, text: string])[] = [
  ["true", "tinyint(1)", "1"],
  ["(-9223372036854775808)::int8", "bigint(20)", "-9223372036854775808"],
  [
    "12345678901234567890123456789012345.123456789::numeric",
    "longtext",
    "12345678901234567890123456789012345.123456789",
  ],
  ["1.50::numeric(10,4)", "decimal(10,4)", "1.5000"],
  ["1e-20::numeric(40,25)", "longtext", "0.0000000000000000000100000"],
  ["'NaN'::numeric", "longtext", "NaN"],
  ["0.1::float4", "float", "0.10000000149011612"],
  ["5e-324::float8", "double", "5e-324"],
  ["'a ü😀,\"b\"' || chr(10)", "longtext", 'a ü😀,"b"\n'],
  ["'abc'::char(5)", "longtext", "abc"],
  ["'\\x00ff5c'::bytea", "longblob", "00FF5C"],
  ["'0001-01-01'::date", "date", "0001-01-01"],
  ["'24:00'::time", "time(6)", "24:00:00.000000"],
  ["'2024-03-10 02:30:00.000001'::timestamp", "datetime(6)", "2024-03-10 02:30:00.000001"],
  ["'2024-03-10 02:30:00+09'::timestamptz", "datetime(6)", "2024-03-09 17:30:00.000000"],
  ["'9999-12-31 23:59:59.999999+00'::timestamptz", "datetime(6)", "9999-12-31 23:59:59.999999"],
  ["'123e4567-e89b-12d3-a456-426655440000'::uuid", "uuid", "123e4567-e89b-12d3-a456-426655440000"],
  ["'{\"n\": 12345678901234567890.123}'::jsonb", "longtext", '{"n": 12345678901234567890.123}'],
  ["ARRAY[1, NULL, 9007199254740993]::int8[]", "longtext", "[1,null,9007199254740993]"],
  ["'10.0.0.0/8'::cidr", "longtext", "10.0.0.0/8"],
];

Deno.test("PostgreSQL to MariaDB: each type arrives as the same value, or is refused by its column", async () => {
  await using postgres = await openPostgres();
  await using loading = await openLoading(server);
  const { sql, load, refused } = loading;
  const db = await postgres.createDatabase();
  const list = OF_POSTGRES.map(([value], index) => `${value} AS c${index}`).join(", ");
  const odd = [
    "'NaN'::float8",
    "'infinity'::date",
    "'-infinity'::timestamptz",
    "'0044-03-15 BC'::timestamp",
    "'-0'::float4",
  ];
  await postgres.psql(
    `CREATE TABLE t AS SELECT 1 AS id, ${list}; INSERT INTO t (id) VALUES (2);` +
      odd.map((value, index) => `CREATE TABLE odd${index} AS SELECT ${value} AS odd`).join(";"),
    { db },
  );
  const from = postgres.url(db);
  await load("", "t", { from, stream: "public.t", write: "merge", key: ["id"] });
  const again = await load("", "t", { from, stream: "public.t", write: "merge", key: ["id"] });
  assert.deepEqual([again.inserted, again.updated, again.unchanged], [0, 0, 2]);
  const types = await sql(
    "SELECT COLUMN_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't' ORDER BY ORDINAL_POSITION",
  );
  assert.deepEqual(types.split("\n").slice(1), OF_POSTGRES.map(([, type]) => type));
  const shown = OF_POSTGRES.map(([, type], index) =>
    `HEX(${type === "longblob" ? `HEX(c${index})` : `CONCAT(c${index}${type === "float" ? " * 1e0" : ""})`})`
  );
  const rows = (await sql(`SELECT ${shown.join(", ")} FROM t ORDER BY id`)).split("\n").map((row) => row.split("\t"));
  const decoded = rows[0].map((hex) =>
    new TextDecoder().decode(Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)))
  );
  assert.deepEqual(decoded, OF_POSTGRES.map(([, , text]) => text));
  assert.deepEqual(rows[1], OF_POSTGRES.map(() => "NULL"));
  for (const index of odd.keys()) {
    const error = await refused("", "odd", { from, stream: `public.odd${index}` });
    assert.deepEqual([error.code, error.column], ["data.value", "odd"], odd[index]);
  }
  assert.equal(await sql("SHOW TABLES LIKE 'odd'"), "");
});
