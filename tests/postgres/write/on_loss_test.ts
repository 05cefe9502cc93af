import { deepEqual, equal, match } from "node:assert/strict";
import { makeDatabase } from "../../engine/load.ts";
import { openLoading } from "../loading.ts";
import { openServer } from "../server.ts";

const server = await openServer();
const QUERY =
  "SELECT * FROM (VALUES (1, 'a' || chr(0) || 'b', TIMESTAMP_NS '2024-01-01 00:00:00.123456789', 1), (2, 'c', TIMESTAMP_NS '2024-01-01 00:00:00.123456', 300)) v(id, s, \"at\", n)";

Deno.test("values that DuckDB has and PostgreSQL has not: stop, the nearest, NULL, text, or the row set aside", async () => {
  await using loading = await openLoading(server);
  await makeDatabase(`${loading.folder}/v.duckdb`, QUERY);
  const options = { name: "v.duckdb", stream: "t", key: ["id"] };
  const table = () => loading.psql("SELECT id, s, at, n FROM t ORDER BY 1");
  equal((await loading.refused("", "t", options)).code, "data.value");

  const near = await loading.load("", "t", { ...options, onLoss: "allow" });
  equal(await table(), "1|ab|2024-01-01 00:00:00.123456|1\n2|c|2024-01-01 00:00:00.123456|300");
  deepEqual(near.changed, [{ column: "s", to: "nearest", values: 1 }, { column: "at", to: "nearest", values: 1 }]);

  const empty = await loading.load("", "t", { ...options, onLoss: "null" });
  equal(await table(), "1|||1\n2|c|2024-01-01 00:00:00.123456|300");
  deepEqual(empty.changed?.map(({ values }) => values), [1, 1]);

  const aside = await loading.load("", "t", { ...options, onLoss: "reject" });
  equal(await table(), "2|c|2024-01-01 00:00:00.123456|300");
  deepEqual([aside.read, aside.written, aside.rejected], [2, 1, 1]);
  const [reject] = loading.rejects.rows(loading.rejects.list()[0]);
  deepEqual(reject.row, { id: "1", s: "a\0b", at: "2024-01-01T00:00:00.123456789", n: "1" });
  deepEqual(reject.key, { id: "1" });

  const text = { ...options, columns: { s: { drop: true } }, onLoss: "text" as const };
  await loading.load("", "t", text);
  equal(
    await loading.psql("SELECT id, at, pg_typeof(at) FROM t ORDER BY 1"),
    "1|2024-01-01T00:00:00.123456789|text\n2|2024-01-01T00:00:00.123456000|text",
  );
});

Deno.test("a table that is there with narrower types takes what fits", async () => {
  await using loading = await openLoading(server);
  await makeDatabase(`${loading.folder}/v.duckdb`, QUERY);
  await loading.psql("CREATE TABLE t (id int PRIMARY KEY, n smallint); CREATE TABLE b (id int, at timestamp)");
  const options = {
    name: "v.duckdb",
    stream: "t",
    write: "append" as const,
    columns: { s: { drop: true }, at: { drop: true }, n: { type: "integer" } },
  };
  await loading.load("", "t", options);
  await loading.psql("TRUNCATE t; ALTER TABLE t ADD CHECK (n < 1000)");
  await makeDatabase(`${loading.folder}/w.duckdb`, "SELECT * FROM (VALUES (1, 1), (2, 70000)) v(id, n)");
  const narrow = { name: "w.duckdb", stream: "t", write: "append" as const };
  match((await loading.refused("", "t", narrow)).message, /smallint/);
  const aside = await loading.load("", "t", { ...narrow, onLoss: "reject" });
  deepEqual([aside.read, aside.written, aside.rejected], [2, 1, 1]);
  equal(await loading.psql("SELECT * FROM t"), "1|1");
  const text = { ...options, columns: { s: { drop: true }, n: { drop: true } }, onLoss: "text" as const };
  const refused = await loading.refused("", "b", text);
  equal(refused.code, "schema.incompatible");
  match(refused.message, /on_loss: text/);
});

Deno.test("a NULL for a column that must have a value sets its row aside", async () => {
  await using loading = await openLoading(server);
  await loading.psql("CREATE TABLE r (id int PRIMARY KEY, v text NOT NULL DEFAULT 'd')");
  const append = { write: "append" as const, rows: "reject" as const };
  const { read, written, rejected } = await loading.load("id,v\n1,a\n2,\n,c\n", "r", append);
  deepEqual([read, written, rejected], [3, 1, 2]);
  equal(await loading.psql("SELECT * FROM r"), "1|a");
  const kept = [...loading.rejects.rows(loading.rejects.list()[0])];
  deepEqual(kept.map(({ code, column, line }) => [code, column, line]), [
    ["data.constraint", "v", 3],
    ["data.constraint", "id", 4],
  ]);
});

Deno.test("between two servers rows go straight through as before, and a merge that sets rows aside through the stage", async () => {
  await using loading = await openLoading(server);
  await loading.psql("CREATE TABLE s (id int, n numeric); INSERT INTO s VALUES (1, 'NaN'), (NULL, 2), (3, 3)");
  const options = { name: server.url(loading.db), stream: "public.s", rows: "reject" as const };
  const replaced = await loading.load("", "t", { ...options, onLoss: "null" });
  deepEqual([replaced.written, replaced.rejected], [3, 0]);
  equal(await loading.psql("SELECT n FROM t WHERE id = 1"), "NaN");
  const merged = await loading.load("", "m", { ...options, write: "merge", key: ["id"] });
  deepEqual([merged.read, merged.written, merged.rejected], [3, 2, 1]);
  equal(await loading.psql("SELECT * FROM m ORDER BY 1"), "1|NaN\n3|3");
});
