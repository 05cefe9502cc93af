import { deepEqual, equal, match } from "node:assert/strict";
import { openLoading } from "../loading.ts";
import { openServer } from "../server.ts";

const server = await openServer();
const columnsOf = (table: string) =>
  `SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped`;

Deno.test("a thousand columns that differ only behind byte 63 arrive, and keep their names when one comes before them", async () => {
  await using loading = await openLoading(server);
  const names = Array.from({ length: 1000 }, (_, index) => `${"é".repeat(32)}${index}`);
  const values = names.map((_, index) => index);
  await loading.load(`${names}\n${values}\n`, "wide");
  const given = (await loading.psql(columnsOf("wide"))).split(",");
  equal(new Set(given).size, 1000);
  match(given[0], /^é{27}_[0-9a-f]{8}$/);
  equal(await loading.psql("SELECT * FROM wide"), values.join("|"));
  await loading.load(`first,${names.toReversed()}\n-1,${values.toReversed()}\n`, "wide");
  equal(await loading.psql(columnsOf("wide")), ["first", ...given.toReversed()].join(","));
});

Deno.test("odd names arrive as they are: quotes, words of SQL, blanks at the end, control characters, twins in case", async () => {
  await using loading = await openLoading(server);
  const names = [
    'a "b"',
    "select",
    "tail  ",
    "tab\there",
    "bell\u0007",
    "Id",
    "id",
    "naïve",
    "이름",
    "_",
    "x'y",
    "a;b",
    "%s",
    "\\n",
  ];
  const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(",");
  await loading.load(`${header}\n${names.map((_, index) => index)}\n`, 'Odd."T"');
  const [row] = JSON.parse(await loading.psql('SELECT json_agg(t) FROM "Odd"."T" t'));
  deepEqual(Object.entries(row), names.map((name, index) => [name, index]));
});

Deno.test("names: fold makes SQL without quotes work, and a later twin ends in the hash of its name", async () => {
  await using loading = await openLoading(server);
  await loading.load("OrderId,Amount,AMOUNT\n1,2,3\n", "folded", { names: "fold" });
  equal(await loading.psql("SELECT OrderId, Amount FROM folded"), "1|2");
  match(await loading.psql(columnsOf("folded")), /^orderid,amount,amount_[0-9a-f]{8}$/);
});
