import { deepEqual, equal, match } from "node:assert/strict";
import { asUser, type User } from "../../e2e/user.ts";
import { openServer } from "../server.ts";

const ROWS = 150_000;

/** SQL of each column's text, of which server and stage have the same form. */
const COLUMNS: readonly (readonly [name: string, inServer: string, inStage: string])[] = [
  ["id", "id::text", "id::VARCHAR"],
  ["amount", "amount::text", "amount::VARCHAR"],
  ["rate", "rate::text", "rate::VARCHAR"],
  ["note", "note", "note"],
  ["is_paid", "is_paid::text", "is_paid::VARCHAR"],
  ["moment", "(extract(epoch FROM moment) * 1000000)::bigint::text", "epoch_us(moment)::VARCHAR"],
  ["day", "day::text", "day::VARCHAR"],
  ["doc", "doc::text", "doc::VARCHAR"],
  ["tag", "tag::text", "tag::VARCHAR"],
  ["raw", "encode(raw, 'hex')", "lower(hex(raw))"],
];

const digests = (which: 1 | 2) =>
  COLUMNS.map((column) => `md5(string_agg(coalesce(${column[which]}, '<null>'), ',' ORDER BY id))`).join(" || ' ' || ");

Deno.test("a large table is scanned by its pages, whole, and NaN is found among its zeros", async (test) => {
  await using server = await openServer();
  const db = await server.createDatabase();
  const psql = (sql: string) => server.psql(sql, { db });
  await psql(`CREATE TABLE big AS SELECT g::bigint AS id,
      CASE WHEN g % 5 = 0 THEN NULL ELSE (g - 70000)::numeric(18,4) / 8 END::numeric(18,4) AS amount,
      (g % 100)::numeric(5,2) AS rate, repeat('naïve "quoted" \\, ' || g || E'\\n', 8) AS note, g % 3 = 0 AS is_paid,
      timestamptz '2024-03-31 00:00Z' + g * interval '1.000001 s' AS moment, date '0001-01-01' + g AS day,
      jsonb_build_object('n', 9007199254740993 + g) AS doc, gen_random_uuid() AS tag, decode(md5(g::text), 'hex') AS raw
    FROM generate_series(1, ${ROWS}) g; ALTER TABLE big ADD PRIMARY KEY (id)`);
  const from = ["--from", server.url(db), "--stream", "public.big"];
  const digest = async (user: User, table: string, on: string) =>
    (await user.rows(`SELECT ${digests(2)} FROM ${table}`, on))[0];

  for (
    const [what, to, on] of [
      ["Parquet", "big.parquet", "big.parquet"],
      ["DuckDB", "duckdb://big.duckdb", "big.duckdb"],
    ] as const
  ) {
    await test.step(`into ${what}`, () =>
      asUser(async (user) => {
        const table = what === "DuckDB" ? "public.big" : "big";
        const report = await user.load([...from, "--to", to]);
        equal(report.read, ROWS);
        const whole = (await psql(`SELECT ${digests(1)} FROM big`)).trim();
        equal(await digest(user, table, on), whole);
        await psql("UPDATE big SET amount = 'NaN' WHERE id = 149999");
        try {
          const { code, message } = await user.fails(["run", ...from, "--to", to]);
          equal(code, "data.value");
          match(message, /column "amount" holds NaN in 1 row,/);
        } finally {
          await psql("UPDATE big SET amount = (149999 - 70000)::numeric / 8 WHERE id = 149999");
        }
        equal(await digest(user, table, on), whole);
        deepEqual(user.debris(), []);
      }));
  }
});
