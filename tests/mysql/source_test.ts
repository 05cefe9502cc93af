import { deepEqual, equal, match } from "node:assert/strict";
import { asUser } from "../e2e/user.ts";
import { openServer as openPostgres } from "../postgres/server.ts";
import { openServer } from "./server.ts";

const server = await openServer();
const postgres = await openPostgres();
const db = await server.createDatabase("shop");
const sql = (text: string) => server.sql(text, { db });
const from = (stream: string) => ["--from", server.url(db), "--stream", stream];
const longName = "ü".repeat(64);
await sql(
  `CREATE TABLE orders (id int PRIMARY KEY AUTO_INCREMENT, amount decimal(10,2) COMMENT 'in euro', note varchar(20), seen timestamp(6) NULL,
  updated_at datetime(6) NULL, KEY (seen)) COMMENT 'what was bought';
INSERT INTO orders VALUES (1, 1.50, 'a, "b"', '2024-02-29 23:59:59.123456', '2024-01-01'), (2, -2, NULL, NULL, NULL), (3, NULL, '', NULL, NULL);
CREATE TABLE \`Odd \`\`name\`\`. x\` (\`a\` int, \`sélect "x", y\` text); INSERT INTO \`Odd \`\`name\`\`. x\` VALUES (1, 'z');
CREATE TABLE \`${longName}\` (\`${longName}\` int); INSERT INTO \`${longName}\` VALUES (7);
CREATE TABLE T1 (big int); INSERT INTO T1 VALUES (1); CREATE TABLE t1 (small int, more int); INSERT INTO t1 VALUES (2, 3);
CREATE VIEW big_orders AS SELECT id, amount FROM orders WHERE amount > 0;
CREATE TABLE computed (a int, b int AS (a * 2) VIRTUAL, c int AS (a * 3) STORED, d int INVISIBLE DEFAULT 9); INSERT INTO computed (a) VALUES (5), (6);
CREATE TABLE parts (id int, d date) PARTITION BY HASH (id) PARTITIONS 3; INSERT INTO parts VALUES (1, '2020-05-05'), (2, '2022-01-01');
CREATE TABLE empty (id int);
CREATE TABLE one (t text); INSERT INTO one VALUES ('a'), (NULL), (''), ('\\\\.');
CREATE USER reader IDENTIFIED BY 'reader-secret'; GRANT SELECT ON shop.orders TO reader;`,
);
const columns = Array.from({ length: 1000 }, (_, index) => index + 1);
await sql(`CREATE TABLE wide (${columns.map((n) => `c${n} smallint`)}); INSERT INTO wide VALUES (${columns})`);

/** What a stream is in CSV. */
const CSV: readonly (readonly [kind: string, stream: string, csv: string])[] = [
  ["names with quotes", '"Odd `name`. x"', 'a,"sélect ""x"", y"\n1,z\n'],
  ["names of 64 characters", `shop.${longName}`, `${longName}\n7\n`],
  ["a table whose name differs from another's in case only", "T1", "big\n1\n"],
  ["and the other one", "shop.t1", "small,more\n2,3\n"],
  ["a view", "big_orders", "id,amount\n1,1.50\n"],
  ["generated and invisible columns", "computed", "a,b,c,d\n5,10,15,9\n6,12,18,9\n"],
  ["a partitioned table", "parts", "id,d\n1,2020-05-05\n2,2022-01-01\n"],
  ["a table without rows", "empty", "id\n"],
];

Deno.test("a table arrives in DuckDB, in PostgreSQL and in CSV", () =>
  asUser(async (user) => {
    await user.load([...from("orders"), "--to", "duckdb://x.duckdb"]);
    const rows = await user.rows(
      "SELECT id, amount, note, note = '' AS is_empty, seen FROM shop.orders ORDER BY id",
      "x.duckdb",
    );
    equal(rows.join("\n"), '1,1.50,"a, ""b""",false,2024-02-29T23:59:59.123456Z\n2,-2.00,,,\n3,,"",true,');
    await user.load([...from("orders"), "--to", "o.csv", "--select", "id,note,seen"]);
    equal(user.read("o.csv"), 'id,note,seen\n1,"a, ""b""",2024-02-29T23:59:59.123456Z\n2,,\n3,"",\n');
    const report = await user.load([...from("orders"), "--to", postgres.url()]);
    deepEqual([report.read, report.written], [3, 3]);
    equal(
      await postgres.psql(
        "SELECT id, amount, quote_nullable(note), seen AT TIME ZONE 'UTC' FROM shop.orders ORDER BY id",
      ),
      "1|1.50|'a, \"b\"'|2024-02-29 23:59:59.123456\n2|-2.00|NULL|\n3||''|",
    );
    equal(
      await postgres.psql(
        "SELECT col_description('shop.orders'::regclass, 2), pg_typeof(amount), pg_typeof(seen) FROM shop.orders LIMIT 1",
      ),
      "in euro|numeric|timestamp with time zone",
    );
  }));

Deno.test("tables of every kind arrive, by their exact names", () =>
  asUser(async (user) => {
    const streams = CSV.flatMap(([, stream]) => ["--stream", stream]);
    const { code, stdout } = await user.dteg([
      "run",
      "--from",
      server.url(db),
      ...streams,
      "--to",
      "csv://out/",
      "--json",
    ]);
    equal(code, 0, stdout);
    const [{ streams: reports }] = JSON.parse(stdout).result.pipelines;
    for (const [index, { target }] of reports.entries()) {
      const [kind, , csv] = CSV[index];
      const part = user.list(target).find((name) => name.endsWith(".csv"));
      equal(part ? user.read(`${target}/${part}`) : csv, csv, kind);
    }
    await user.load([...from("wide"), "--to", "w.csv"]);
    equal(user.read("w.csv").split("\n")[1], columns.join(","));
  }));

Deno.test("a table of one text column keeps NULL, empty text and a line of \\. apart", () =>
  asUser(async (user) => {
    await user.load([...from("one"), "--to", postgres.url()]);
    equal(await postgres.psql("SELECT quote_nullable(t) FROM shop.one"), "'a'\nNULL\n''\nE'\\\\.'");
    await user.load([...from("one"), "--to", "x.duckdb"]);
    deepEqual(await user.rows("SELECT t, t IS NULL AS n FROM shop.one", "x.duckdb"), [
      "a,false",
      ",true",
      '"",false',
      "\\.,false",
    ]);
  }));

Deno.test("where, select, limit and queries are the server's", () =>
  asUser(async (user) => {
    user.write(
      "p.yaml",
      `version: 1
name: p
source: { use: mysql, config: { url: "${server.url(db)}" } }
streams:
  - { name: shop.orders, into: a, where: "amount < 0 -- or so", select: [note, id] }
  - { name: sums, sql: "SELECT count(*) AS n, sum(amount) AS total, avg(id) AS mean, max(seen) AS last FROM orders WHERE id < 3;" }
  - { name: with_it, sql: "WITH o AS (SELECT id, amount * 1e0 AS f FROM orders) SELECT * FROM o -- all" }
destination: { use: csv, config: { path: out/ } }
`,
    );
    const { code, stderr } = await user.dteg(["run", "p.yaml", "-y"]);
    equal(code, 0, stderr);
    deepEqual(await user.rows("SELECT * FROM a", "out/"), [",2"]);
    deepEqual(await user.rows("SELECT * FROM sums", "out/"), ["2,-0.50,1.5000,2024-02-29T23:59:59.123456Z"]);
    deepEqual(await user.rows("SELECT * FROM with_it ORDER BY id", "out/"), ["1,1.5", "2,-2.0", "3,"]);
    equal((await user.load([...from("orders"), "--limit", "2", "--to", "o.csv"])).read, 2);
    const preview = await user.dteg(["preview", server.url(db), "--stream", "big_orders", "--format", "csv"]);
    equal(preview.stdout, "id,amount\n1,1.50\n");
  }));

Deno.test("query keeps the order of its rows, and only reads unless it is allowed to write", () =>
  asUser(async (user) => {
    const url = server.url(db);
    deepEqual(await user.rows("SELECT id, CAST(id AS float) AS f FROM orders ORDER BY id DESC", url), [
      "3,3.0",
      "2,2.0",
      "1,1.0",
    ]);
    match((await user.rows("SHOW TABLES", url)).join(), /computed/);
    await sql(
      "DELIMITER //\nCREATE FUNCTION drop_one() RETURNS int MODIFIES SQL DATA BEGIN DELETE FROM parts; RETURN 1; END//",
    );
    equal((await user.fails(["query", "SELECT drop_one()", "--on", url])).code, "query.not_read_only");
    for (const statement of ["DELETE FROM parts", "INSERT INTO parts VALUES (3, NULL) RETURNING id"]) {
      equal((await user.fails(["query", statement, "--on", url])).code, "query.not_read_only");
      user.write(
        "w.yaml",
        `version: 1\nsource: ${url}\nstreams: [{ name: w, sql: "${statement}" }]\ndestination: csv://w.csv\n`,
      );
      match((await user.fails(["run", "w.yaml"])).code, /^query\.not_read_only$/);
    }
    user.write(
      "w.yaml",
      `version: 1\nsource: ${url}\nstreams: [{ name: w, sql: "SELECT 1 AS a) q; DROP TABLE parts; SELECT * FROM (SELECT 2 AS a" }]\ndestination: csv://w.csv\n`,
    );
    match((await user.fails(["run", "w.yaml"])).message, /error in your SQL syntax/);
    equal(await sql("SELECT count(*) FROM parts"), "2");
    const script = "CREATE TABLE made (a int); # one; two\nINSERT INTO made VALUES (1); " +
      "CREATE PROCEDURE add_one() BEGIN IF true THEN INSERT INTO made VALUES (';'); END IF; END; DROP TABLE made";
    equal((await user.dteg(["query", script, "--allow-writes", "--on", url])).code, 0);
    const { code, stderr } = await user.dteg(["query", "SELECT 1;\nDELET FROM parts", "--allow-writes", "--on", url]);
    equal(code, 1);
    match(stderr, /2 \| DELET FROM parts\n\s+\| \^\^\^\^\^/);
  }));

Deno.test("discover tells keys, cursors, comments and types", () =>
  asUser(async (user) => {
    const { stdout } = await user.dteg(["discover", server.url(db), "orders", "--json"]);
    const [orders] = JSON.parse(stdout).result.streams;
    deepEqual([orders.name, orders.key, orders.cursors, orders.comment], [
      "shop.orders",
      ["id"],
      ["updated_at", "seen", "id"],
      "what was bought",
    ]);
    deepEqual(orders.columns.map(({ name, type, native }: Record<string, string>) => [name, type, native]), [
      ["id", "int32", "int(11)"],
      ["amount", "decimal(10,2)", "decimal(10,2)"],
      ["note", "text", "varchar(20)"],
      ["seen", "timestamptz", "timestamp(6)"],
      ["updated_at", "timestamp", "datetime(6)"],
    ]);
    const all = await user.dteg(["discover", server.url(), "--json"]);
    deepEqual([
      ...new Set(JSON.parse(all.stdout).result.streams.map(({ name }: { name: string }) => name.split(".")[0])),
    ], ["shop"]);
  }));

Deno.test("what is not there or not allowed is told before anything moves, with what is near", () =>
  asUser(async (user) => {
    const fails = async (stream: string, flags: readonly string[] = []) => {
      const { code, exit } = await user.fails(["run", ...from(stream), "--to", "o.csv", ...flags]);
      return [code, exit];
    };
    deepEqual(await fails("order"), ["stream.not_found", 2]);
    match((await user.dteg(["run", ...from("order"), "--to", "o.csv"])).stderr, /did you mean (shop\.)?orders\?/);
    deepEqual(await fails("orders", ["--select", "nope"]), ["column.unknown", 2]);
    const reader = { user: "reader", password: "reader-secret" };
    for (const to of ["o.csv", postgres.url()]) {
      const source = ["--from", server.url(db, reader), "--stream", "computed"];
      const { code, exit } = await user.fails(["run", ...source, "--to", to]);
      deepEqual([code, exit], ["stream.not_found", 2]); // the server does not say that it is there
    }
    user.write(
      "q.yaml",
      `version: 1\nsource: ${
        server.url(db)
      }\nstreams: [{ name: q, sql: "SELECT 1 AS a, 2 AS a" }]\ndestination: csv://o.csv\n`,
    );
    const twice = await user.fails(["run", "q.yaml"]);
    deepEqual([twice.code, twice.message], ["column.duplicate", 'the query gives several columns the name "a"']);
    user.write("q.yaml", user.read("q.yaml").replace("SELECT 1 AS a, 2 AS a", "SELECT id FROM orders WHERE nix = 1"));
    match((await user.fails(["run", "q.yaml"])).message, /127\.0\.0\.1:\d+\/shop: Unknown column 'nix'/);
  }));

Deno.test("a date of zeros stops the load with its column; on_loss decides otherwise", () =>
  asUser(async (user) => {
    await sql(
      "SET sql_mode = ''; CREATE TABLE zeros (id int, d date); INSERT INTO zeros VALUES (1, '0000-00-00'), (2, '2024-02-29'), (3, NULL)",
    );
    const pipeline = (onLoss: string, to: string) =>
      user.write(
        "z.yaml",
        `version: 1\nsource: ${
          server.url(db)
        }\nstreams:\n  - { name: zeros, into: z_${onLoss}, columns: { d: { on_loss: ${onLoss} } } }\n` +
          `destination: ${to}\n`,
      );
    for (const to of ["zeros.duckdb", postgres.url()]) {
      pipeline("fail", to);
      const { code, message } = await user.fails(["run", "z.yaml"]);
      equal(code, "data.value");
      match(message, /column "?d"?.*0000-00-00|0000-00-00.*column d/);
      for (
        const [onLoss, rows] of [["null", "1,\n2,2024-02-29\n3,"], ["reject", "2,2024-02-29\n3,"], [
          "text",
          "1,0000-00-00\n2,2024-02-29\n3,",
        ]]
      ) {
        pipeline(onLoss, to);
        const { code, stdout } = await user.dteg(["run", "z.yaml", "-y", "--json"]);
        equal(code, 0, stdout);
        equal((await user.rows(`SELECT id, d FROM z_${onLoss} ORDER BY id`, to)).join("\n"), rows);
      }
    }
  }));

Deno.test("a cursor reads on from where the load before ended", () =>
  asUser(async (user) => {
    await sql(
      "CREATE TABLE grows (id int PRIMARY KEY, changed datetime(6)); INSERT INTO grows VALUES (1, '2024-01-01'), (2, '2024-01-02')",
    );
    user.write(
      "g.yaml",
      `version: 1\nsource: ${
        server.url(db)
      }\nstreams: [{ name: grows, write: merge, key: id, cursor: changed }]\ndestination: duckdb://g.duckdb\n`,
    );
    equal((await user.dteg(["run", "g.yaml"])).code, 0);
    await sql("UPDATE grows SET changed = '2024-02-01' WHERE id = 1; INSERT INTO grows VALUES (3, '2024-02-02')");
    const { code, stdout } = await user.dteg(["run", "g.yaml", "--json"]);
    equal(code, 0, stdout);
    deepEqual(await user.rows("SELECT id, changed::date AS d FROM shop.grows ORDER BY id", "g.duckdb"), [
      "1,2024-02-01",
      "2,2024-01-02",
      "3,2024-02-02",
    ]);
  }));

Deno.test("a query's order stays in Parquet, over many row groups", () =>
  asUser(async (user) => {
    user.write(
      "p.yaml",
      `version: 1
name: p
source: { use: mysql, config: { url: "${server.url(db)}" } }
streams: [{ name: down, sql: "SELECT seq AS n, repeat('x', seq % 50) AS t FROM seq_1_to_200000 ORDER BY seq DESC" }]
destination: { use: parquet, config: { path: out/ } }
`,
    );
    const { code, stderr } = await user.dteg(["run", "p.yaml", "-y"]);
    equal(code, 0, stderr);
    deepEqual(
      await user.rows(
        "SELECT count(*), bool_and(is_next) FROM (SELECT n = 200001 - row_number() OVER () AS is_next FROM down)",
        "out/",
      ),
      ["200000,true"],
    );
  }));
