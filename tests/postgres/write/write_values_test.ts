import assert from "node:assert/strict";
import { makeDatabase } from "../../engine/load.ts";
import { openLoading } from "../loading.ts";
import { openServer } from "../server.ts";

/** A value of DuckDB, the type that its column gets, and the value as PostgreSQL prints it. */
const VALUES: readonly (readonly [value: string, type: string, text: string])[] = [
  ["true", "boolean", "true"],
  ["(-128)::TINYINT", "smallint", "-128"],
  ["(-32768)::SMALLINT", "smallint", "-32768"],
  ["(-2147483648)::INTEGER", "integer", "-2147483648"],
  ["(-9223372036854775808)::BIGINT", "bigint", "-9223372036854775808"],
  ["255::UTINYINT", "smallint", "255"],
  ["65535::USMALLINT", "integer", "65535"],
  ["4294967295::UINTEGER", "bigint", "4294967295"],
  ["18446744073709551615::UBIGINT", "numeric(20,0)", "18446744073709551615"],
  ["170141183460469231731687303715884105727::HUGEINT", "numeric(39,0)", "170141183460469231731687303715884105727"],
  ["1.50::DECIMAL(18,4)", "numeric(18,4)", "1.5000"],
  [
    "'0.12345678901234567890123456789012345678'::DECIMAL(38,38)",
    "numeric(38,38)",
    "0.12345678901234567890123456789012345678",
  ],
  ["0.1::FLOAT", "real", "0.1"],
  ["'-inf'::FLOAT", "real", "-Infinity"],
  ["0.1::DOUBLE + 0.2::DOUBLE", "double precision", "0.30000000000000004"],
  ["'nan'::DOUBLE", "double precision", "NaN"],
  ["-0.0::DOUBLE", "double precision", "-0"],
  ["1.7976931348623157e308::DOUBLE", "double precision", "1.7976931348623157e+308"],
  ["''", "text", ""],
  ["' a\\b,\"c\"' || chr(9) || chr(13) || chr(10) || 'é😀'", "text", ' a\\b,"c"\t\r\né😀'],
  ["'\\.'", "text", "\\."],
  ["'NULL'", "text", "NULL"],
  ["'\\x00\\xff\\x5c'::BLOB", "bytea", "\\x00ff5c"],
  ["DATE '0044-03-15 (BC)'", "date", "0044-03-15 BC"],
  ["DATE '9999-12-31'", "date", "9999-12-31"],
  ["'-infinity'::DATE", "date", "-infinity"],
  ["TIME '24:00:00'", "time without time zone", "24:00:00"],
  ["'23:59:59.999999+15:59'::TIMETZ", "time with time zone", "23:59:59.999999+15:59"],
  ["TIMESTAMP '2020-02-29 01:02:03.000001'", "timestamp without time zone", "2020-02-29 01:02:03.000001"],
  ["TIMESTAMP '0044-03-15 (BC) 10:00:00.5'", "timestamp without time zone", "0044-03-15 10:00:00.5 BC"],
  ["TIMESTAMP '294246-12-31 23:59:59'", "timestamp without time zone", "294246-12-31 23:59:59"],
  ["'infinity'::TIMESTAMP", "timestamp without time zone", "infinity"],
  ["TIMESTAMP_NS '2020-01-01 00:00:00.000001'", "timestamp without time zone", "2020-01-01 00:00:00.000001"],
  ["TIMESTAMP_S '2020-01-01 00:00:01'", "timestamp without time zone", "2020-01-01 00:00:01"],
  ["TIMESTAMPTZ '2020-01-01 00:00:00+09'", "timestamp with time zone", "2019-12-31 15:00:00+00"],
  ["TIMESTAMPTZ '0044-03-15 (BC) 10:00:00+00'", "timestamp with time zone", "0044-03-15 10:00:00+00 BC"],
  ["'-infinity'::TIMESTAMPTZ", "timestamp with time zone", "-infinity"],
  ["INTERVAL '-14 months'", "interval", "-1 years -2 mons"],
  ["INTERVAL '3 days' - INTERVAL '1 microsecond'", "interval", "3 days -00:00:00.000001"],
  ["INTERVAL '100 hours'", "interval", "100:00:00"],
  ["'5aeda915-a7be-4286-a8c8-6fd0ed860ca4'::UUID", "uuid", "5aeda915-a7be-4286-a8c8-6fd0ed860ca4"],
  [
    '\'{"a": 12345678901234567890.123456789, "b": null}\'::JSON',
    "jsonb",
    '{"a": 12345678901234567890.123456789, "b": null}',
  ],
  ["'null'::JSON", "jsonb", "null"],
  ["[1, NULL, 9007199254740993]::BIGINT[]", "jsonb", "[1, null, 9007199254740993]"],
  ["[]::INTEGER[]", "jsonb", "[]"],
  ["{'a': 1.50::DECIMAL(9,2), 'b\"': ['x']}", "jsonb", '{"a": 1.50, "b\\"": ["x"]}'],
  ["MAP {'k': 1}", "jsonb", '[{"key": "k", "value": 1}]'],
  ["'a'::ENUM('a', 'b')", "text", "a"],
  ["'101'::BIT", "text", "101"],
  ["repeat('x', 1048576)", "text", "x".repeat(1048576)],
];

/** A value that PostgreSQL does not have. */
const REFUSED: readonly string[] = [
  "'a' || chr(0)",
  "['a' || chr(0)]",
  '\'{"a": "\\u0000"}\'::JSON',
  "TIMESTAMP_NS '2020-01-01 00:00:00.000000001'",
  "DATE '5000-01-01 (BC)'",
];

Deno.test("PostgreSQL: each type of DuckDB arrives as the same value, or is refused by its column", async (t) => {
  await using server = await openServer();
  await using loading = await openLoading(server);
  const { load, refused, psql, folder } = loading;

  await t.step("values", async () => {
    const list = VALUES.map(([value], index) => `${value} AS c${index}`).join(", ");
    const nulls = VALUES.map(([value]) => `CASE WHEN false THEN ${value} END`).join(", ");
    await makeDatabase(`${folder}/v.duckdb`, `SELECT ${list} UNION ALL SELECT ${nulls}`);
    await load("", "public.v", { name: "v.duckdb", stream: "main.t" });
    await psql(`ALTER DATABASE ${loading.db} SET timezone = 'UTC'`);
    const types = (await psql(
      "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'v'::regclass AND attnum > 0 ORDER BY attnum",
    )).split("\n");
    const row: (string | null)[][] = JSON.parse(
      await psql(
        `SELECT json_agg(json_build_array(${
          VALUES.map((_, index) => `c${index}::text`).join(", ")
        }) ORDER BY c0) FROM v`,
      ),
    );
    assert.deepEqual(types, VALUES.map(([, type]) => type));
    assert.deepEqual(row[0], VALUES.map(([, , text]) => text));
    assert.deepEqual(row[1], VALUES.map(() => null));
  });
  for (const [index, value] of REFUSED.entries()) {
    await t.step(`refused: ${value}`, async () => {
      const path = `${folder}/r${index}.duckdb`;
      await makeDatabase(path, `SELECT 1 AS id, ${value} AS "my col"`);
      const error = await refused("", "public.r", { name: `r${index}.duckdb`, stream: "main.t" });
      assert.deepEqual([error.code, error.column], ["data.value", "my col"], error.message);
      assert.match(error.message, /my col/);
      assert.equal(await psql("SELECT to_regclass('public.r') IS NULL"), "t");
    });
  }
  await t.step("CSV: empty text, NULL and a line of \\. alone in a table of one column", async () => {
    await load('v\n""\n\n"\\."\n"a\n\\.\nb"\n', "public.one");
    assert.equal(
      await psql("SELECT json_agg(v ORDER BY v) FROM one"),
      '["", "\\\\.", "a\\n\\\\.\\nb", null]',
    );
  });
});
