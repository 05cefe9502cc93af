import assert from "node:assert/strict";
import { makeDatabase } from "../../engine/load.ts";
import { openLoading } from "../loading.ts";
import { openServer } from "../server.ts";
import { VALUES } from "./duck_values.ts";

/** A value that PostgreSQL does not have. */
const REFUSED: readonly string[] = [
  "'a' || chr(0)",
  "['a' || chr(0)]",
  '\'{"a": "\\u0000"}\'::JSON',
  "TIMESTAMP_NS '2020-01-01 00:00:00.000000001'",
  "DATE '5000-01-01 (BC)'",
  "TIMESTAMP '4714-11-23 (BC) 23:59:59'",
  "TIMESTAMP '290308-01-01 (BC) 00:00:00'",
  "TIMESTAMPTZ '290308-01-01 (BC) 00:00:00+00'",
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
