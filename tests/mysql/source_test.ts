import { equal } from "node:assert/strict";
import { asUser } from "../e2e/user.ts";
import { openServer as openPostgres } from "../postgres/server.ts";
import { openServer } from "./server.ts";

const server = await openServer();
const db = await server.createDatabase("shop");
const sql = (text: string) => server.sql(text, { db });
await sql(`CREATE TABLE orders (id int PRIMARY KEY, amount decimal(10,2), note varchar(20), seen timestamp(6));
INSERT INTO orders VALUES (1, 1.50, 'a, "b"', '2024-02-29 23:59:59.123456'), (2, -2, NULL, NULL), (3, NULL, '', NULL)`);

Deno.test("a table arrives in DuckDB, in PostgreSQL and in CSV", () =>
  asUser(async (user) => {
    const from = ["--from", server.url(db), "--stream", "orders"];
    await user.load([...from, "--to", "duckdb://x.duckdb"]);
    const rows = await user.rows(
      "SELECT id, amount, note, note = '' AS is_empty, seen FROM shop.orders ORDER BY id",
      "x.duckdb",
    );
    equal(rows.join("\n"), '1,1.50,"a, ""b""",false,2024-02-29T23:59:59.123456Z\n2,-2.00,,,\n3,,"",true,');
    await user.load([...from, "--to", "o.csv"]);
    equal(
      user.read("o.csv"),
      'id,amount,note,seen\n1,1.50,"a, ""b""",2024-02-29T23:59:59.123456Z\n2,-2.00,,\n3,,"",\n',
    );
    await using postgres = await openPostgres();
    await user.load([...from, "--to", postgres.url()]);
    equal(
      await postgres.psql(
        "SELECT id, amount, quote_nullable(note), seen AT TIME ZONE 'UTC' FROM shop.orders ORDER BY id",
      ),
      "1|1.50|'a, \"b\"'|2024-02-29 23:59:59.123456\n2|-2.00|NULL|\n3||''|",
    );
  }));
