import assert from "node:assert/strict";
import { makeDatabase } from "../../engine/load.ts";
import { openServer } from "../server.ts";
import { openLoading } from "./loading.ts";

/** A value of DuckDB, the type that its column gets, and the value as MariaDB prints it. */
const VALUES: readonly (readonly [value: string, type: string, text: string])[] = [
  ["true", "tinyint(1)", "1"],
  ["false", "tinyint(1)", "0"],
  ["(-128)::TINYINT", "tinyint(4)", "-128"],
  ["(-32768)::SMALLINT", "smallint(6)", "-32768"],
  ["(-2147483648)::INTEGER", "int(11)", "-2147483648"],
  ["(-9223372036854775808)::BIGINT", "bigint(20)", "-9223372036854775808"],
  ["255::UTINYINT", "tinyint(3) unsigned", "255"],
  ["65535::USMALLINT", "smallint(5) unsigned", "65535"],
  ["4294967295::UINTEGER", "int(10) unsigned", "4294967295"],
  ["18446744073709551615::UBIGINT", "bigint(20) unsigned", "18446744073709551615"],
  ["170141183460469231731687303715884105727::HUGEINT", "decimal(39,0)", "170141183460469231731687303715884105727"],
  ["1.50::DECIMAL(18,4)", "decimal(18,4)", "1.5000"],
  ["(-0.5)::DECIMAL(1,1)", "decimal(1,1)", "-0.5"],
  [
    "'12345678.123456789012345678901234567890'::DECIMAL(38,30)",
    "decimal(38,30)",
    "12345678.123456789012345678901234567890",
  ],
  [
    "'0.12345678901234567890123456789012345678'::DECIMAL(38,38)",
    "longtext",
    "0.12345678901234567890123456789012345678",
  ],
  ["0.1::FLOAT", "float", "0.10000000149011612"],
  ["'3.4028235e38'::FLOAT", "float", "3.4028234663852886e38"],
  ["'-3.4028235e38'::FLOAT", "float", "-3.4028234663852886e38"],
  ["'1e-45'::FLOAT", "float", "1.401298464324817e-45"],
  ["16777216::FLOAT", "float", "16777216"],
  ["0.1::DOUBLE + 0.2::DOUBLE", "double", "0.30000000000000004"],
  ["5e-324::DOUBLE", "double", "5e-324"],
  ["1.7976931348623157e308::DOUBLE", "double", "1.7976931348623157e308"],
  ["''", "longtext", ""],
  ["' a\\b,\"c\"' || chr(9) || chr(13) || chr(10) || 'é😀'", "longtext", ' a\\b,"c"\t\r\né😀'],
  ["'\\.'", "longtext", "\\."],
  ["'\\N'", "longtext", "\\N"],
  ["'NULL'", "longtext", "NULL"],
  ["'null'", "longtext", "null"],
  ["'a ' || chr(0) || ' b '", "longtext", "a \0 b "],
  ["'e' || chr(769)", "longtext", "e\u0301"],
  ["'\\x00\\xff\\x5c'::BLOB", "longblob", "00FF5C"],
  ["''::BLOB", "longblob", ""],
  ["DATE '0001-01-01'", "date", "0001-01-01"],
  ["DATE '9999-12-31'", "date", "9999-12-31"],
  ["TIME '24:00:00'", "time(6)", "24:00:00.000000"],
  ["TIME '23:59:59.999999'", "time(6)", "23:59:59.999999"],
  ["'23:59:59.999999+15:59'::TIMETZ", "varchar(32)", "23:59:59.999999+15:59"],
  ["TIMESTAMP '0001-01-01 00:00:00'", "datetime(6)", "0001-01-01 00:00:00.000000"],
  ["TIMESTAMP '9999-12-31 23:59:59.999999'", "datetime(6)", "9999-12-31 23:59:59.999999"],
  ["TIMESTAMP_NS '2020-01-01 00:00:00.000001'", "datetime(6)", "2020-01-01 00:00:00.000001"],
  ["TIMESTAMP_S '2020-01-01 00:00:01'", "datetime", "2020-01-01 00:00:01"],
  ["TIMESTAMP_MS '2020-01-01 00:00:00.123'", "datetime(3)", "2020-01-01 00:00:00.123"],
  ["TIMESTAMPTZ '2020-01-01 00:00:00+09'", "datetime(6)", "2019-12-31 15:00:00.000000"],
  ["TIMESTAMPTZ '2200-06-01 00:00:00.5+00'", "datetime(6)", "2200-06-01 00:00:00.500000"],
  ["TIMESTAMPTZ '0001-01-01 00:00:00+00'", "datetime(6)", "0001-01-01 00:00:00.000000"],
  ["INTERVAL '-14 months'", "varchar(100)", "P-1Y-2M0DT0H0M0.000000S"],
  ["INTERVAL '3 days' - INTERVAL '1 microsecond'", "varchar(100)", "P0Y0M3DT0H0M-0.000001S"],
  ["'5aeda915-a7be-4286-a8c8-6fd0ed860ca4'::UUID", "uuid", "5aeda915-a7be-4286-a8c8-6fd0ed860ca4"],
  [
    '\'{"b": 12345678901234567890.123456789, "a": null, "a": 1e400}\'::JSON',
    "longtext",
    '{"b": 12345678901234567890.123456789, "a": null, "a": 1e400}',
  ],
  ["'null'::JSON", "longtext", "null"],
  ["[1, NULL, 9007199254740993]::BIGINT[]", "longtext", "[1,null,9007199254740993]"],
  ["[]::INTEGER[]", "longtext", "[]"],
  ["{'a': 1.50::DECIMAL(9,2), 'b\"': ['x']}", "longtext", '{"a":1.50,"b\\"":["x"]}'],
  ["MAP {'k': 1}", "longtext", '[{"key":"k","value":1}]'],
  ["'a'::ENUM('a', 'b')", "longtext", "a"],
  ["'101'::BIT", "longtext", "101"],
  ["repeat('x', 1048576)", "longtext", "x".repeat(1048576)],
  ["repeat('é\"', 40000)", "longtext", 'é"'.repeat(40000)],
];

/** A value that MariaDB does not have. */
const REFUSED: readonly string[] = [
  "'nan'::DOUBLE",
  "'inf'::DOUBLE",
  "-0.0::DOUBLE",
  "'-0'::FLOAT",
  "'-inf'::FLOAT",
  "'infinity'::DATE",
  "DATE '10000-01-01'",
  "DATE '0044-03-15 (BC)'",
  "'-infinity'::TIMESTAMP",
  "TIMESTAMP '0044-03-15 (BC) 10:00:00.5'",
  "TIMESTAMP '294246-12-31 23:59:59'",
  "'infinity'::TIMESTAMPTZ",
  "TIMESTAMPTZ '10000-01-01 00:00:00+00'",
  "TIMESTAMP_NS '2020-01-01 00:00:00.000000001'",
];

/** SQL of the bytes of a value's text with all of its digits. */
const shown = (type: string, ref: string) =>
  `HEX(${type === "longblob" ? ref : `CONCAT(${type === "float" ? `${ref} * 1e0` : ref})`})`;
const hexOf = (text: string) =>
  [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase();

const server = await openServer();

for (const [way, isAllowed] of [["LOAD DATA", true], ["INSERT, where the server takes no LOAD DATA", false]] as const) {
  Deno.test(`MariaDB: each type of DuckDB arrives as the same value, or is refused by its column, by ${way}`, async () => {
    await server.sql(`SET GLOBAL local_infile = ${isAllowed ? "ON" : "OFF"}`);
    await using loading = await openLoading(server);
    const { load, refused, sql, folder } = loading;
    const values = VALUES.map(([value], index) => `${value} AS c${index}`).join(", ");
    const nulls = VALUES.map(() => "NULL").join(", ");
    await makeDatabase(`${folder}/in.duckdb`, `SELECT 1 AS id, ${values} UNION ALL SELECT 2, ${nulls}`);
    const report = await load("", "t", { from: "in.duckdb", stream: "main.t" });
    assert.deepEqual([report.read, report.inserted], [2, 2]);
    assert.equal(/takes no LOAD DATA/.test(report.warnings.join()), !isAllowed);
    const types = await sql(
      "SELECT COLUMN_TYPE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't' ORDER BY ORDINAL_POSITION",
    );
    assert.deepEqual(types.split("\n").slice(1), VALUES.map(([, type]) => type));
    const list = VALUES.map(([, type], index) => shown(type, `c${index}`)).join(", ");
    const rows = (await sql(`SELECT ${list} FROM t ORDER BY id`)).split("\n").map((row) => row.split("\t"));
    assert.deepEqual(rows[0], VALUES.map(([, type, text]) => type === "longblob" ? text : hexOf(text)));
    assert.deepEqual(rows[1], VALUES.map(() => "NULL"));
    for (const [index, value] of isAllowed ? REFUSED.entries() : []) {
      await makeDatabase(`${folder}/r${index}.duckdb`, `SELECT 1 AS id, ${value} AS odd`);
      const error = await refused("", "odd", { from: `r${index}.duckdb`, stream: "main.t" });
      assert.deepEqual([error.code, error.column], ["data.value", "odd"], value);
    }
    assert.equal(await sql("SHOW TABLES LIKE 'odd'"), "");
    assert.equal(await loading.debris(), "");
  });
}
