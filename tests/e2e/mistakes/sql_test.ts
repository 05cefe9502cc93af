import { openShopServer } from "./shop_server.ts";
import { tell } from "./tell.ts";

const HEAD = "version: 1\nsource: { connection: shop }\ndestination: out.duckdb\n";
const pipeline = (rest: string) => ({ line: "dteg run p.yaml", files: { "p.yaml": HEAD + rest } });
const query = (sql: string, on = "shop") => `dteg query "${sql}" --on ${on}`;

Deno.test("a mistake in SQL is told so that a person can mend it", async () => {
  await using server = await openShopServer();
  const telling = {
    env: { SHOP: server.url("shop", { user: "clerk", password: "geheim" }) },
    replace: [[new RegExp(`\\b${server.port}\\b`, "g"), "PORT"]] as const,
  };
  await tell(new URL("sql.golden.txt", import.meta.url), {
    "a mistyped word": query("SELEC * FROM sales.orders"),
    "a table that is not there": query("SELECT * FROM sales.oders"),
    "a schema that is not there": query("SELECT * FROM slaes.orders"),
    "a column that is not there": query("SELECT id, statsu FROM sales.orders"),
    "a function that is not there": query("SELECT summ(amount) FROM sales.orders"),
    "a column outside of GROUP BY": query("SELECT status, id, count(*) FROM sales.orders GROUP BY status"),
    "types that do not compare": query("SELECT * FROM sales.orders WHERE id = 'one'"),
    "a bracket that is not closed": query("SELECT count(* FROM sales.orders"),
    "a quote that is not closed": query("SELECT 'paid FROM sales.orders"),
    "a division by zero": query("SELECT amount / 0 FROM sales.orders"),
    "a name in double quotes where text is wanted":
      `dteg query 'SELECT * FROM sales.orders WHERE status = "paid"' --on shop`,
    "a statement that changes": query("DELETE FROM sales.orders"),
    "two statements": query("SELECT 1; SELECT 2"),
    "nothing": query(""),
    "DuckDB's SQL in PostgreSQL": query("FROM sales.orders"),
    "DuckDB: a mistyped word": query("SELEC * FROM orders", "inbox"),
    "DuckDB: a table that is not there": query("SELECT * FROM oders", "inbox"),
    "DuckDB: a column that is not there": query("SELECT statsu FROM orders", "inbox"),
    "DuckDB: a function that is not there": query("SELECT summ(amount) FROM orders", "inbox"),
    "DuckDB: a type that does not fit": query("SELECT status::int FROM orders", "inbox"),
    "DuckDB: a column outside of GROUP BY": query("SELECT status, id, count(*) FROM orders GROUP BY status", "inbox"),
    "a query of a stream, with a column that is not there": pipeline(
      "streams:\n  - name: paid\n    sql: SELECT id, statsu FROM sales.orders\n",
    ),
    "a query of a stream, mistyped": pipeline("streams:\n  - name: paid\n    sql: SELECT id FORM sales.orders\n"),
    "a query of a stream, of many lines": pipeline(
      "streams:\n  - name: paid\n    sql: |\n      SELECT id,\n             amuont\n      FROM sales.orders\n      WHERE status = 'paid'\n",
    ),
    "a query of a stream that changes": pipeline("streams:\n  - name: paid\n    sql: DELETE FROM sales.visits\n"),
    "a query of a stream with two columns of one name": pipeline(
      "streams:\n  - name: paid\n    sql: SELECT id, amount AS id FROM sales.orders\n",
    ),
    "a query of a stream with a Liquid variable that is not there": pipeline(
      "streams:\n  - name: paid\n    sql: \"SELECT * FROM sales.orders WHERE updated_at > '{{ var.dya }}'\"\n",
    ),
    "a condition with a column that is not there": pipeline(
      "streams:\n  - { name: sales.orders, where: \"statsu = 'paid'\" }\n",
    ),
    "a condition, mistyped": pipeline("streams:\n  - { name: sales.orders, where: \"status = = 'paid'\" }\n"),
    "a condition that ends the statement": pipeline(
      'streams:\n  - { name: sales.orders, where: "true; DROP TABLE x" }\n',
    ),
    "a hook on the source": pipeline(
      'streams: [sales.orders]\nhooks: { source: { before: ["ANALYZ sales.orders"] } }\n',
    ),
    "a hook on the destination, after the load": {
      ...pipeline('streams: [sales.orders]\nhooks: { after: ["CREATE INDEX i ON sales.oders (id)"] }\n'),
      line: "dteg run p.yaml -q",
    },
  }, telling);
});
