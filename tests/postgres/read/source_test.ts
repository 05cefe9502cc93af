import { deepEqual, equal, match } from "node:assert/strict";
import { asUser } from "../../e2e/user.ts";
import { openServer } from "../server.ts";

const server = await openServer();
const db = await server.createDatabase("shop");
const psql = (sql: string) => server.psql(sql, { db });
const url = (options?: string) => server.url(db, { options });
const from = (stream: string) => ["--from", url(), "--stream", stream];
const longName = `${"ü".repeat(30)}abc`; // 63 bytes
await psql(`CREATE SCHEMA sales; SET search_path = sales;
CREATE TABLE orders (id int PRIMARY KEY, amount numeric(10,2), note text);
INSERT INTO orders VALUES (1, 1.50, 'a'), (2, 2.00, NULL), (3, 'NaN', '');
CREATE TABLE "Odd ""name"". x" ("a" int, "A" int, "sélect ""x"", y" text); INSERT INTO "Odd ""name"". x" VALUES (1, 2, 'z');
CREATE TABLE "${longName}" ("${longName}" int); INSERT INTO "${longName}" VALUES (7);
CREATE VIEW big_orders AS SELECT id, amount FROM orders WHERE amount > 1.75 AND amount <> 'NaN';
CREATE MATERIALIZED VIEW kept AS SELECT id FROM orders;
CREATE TABLE parts (id int, d date) PARTITION BY RANGE (d);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01'); CREATE TABLE parts_b PARTITION OF parts DEFAULT;
INSERT INTO parts VALUES (1, '2020-05-05'), (2, '2022-01-01');
CREATE TABLE parent (id int); CREATE TABLE child (more int) INHERITS (parent); INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2, 3);
CREATE TABLE computed (id int GENERATED ALWAYS AS IDENTITY, a int, b int GENERATED ALWAYS AS (a * 2) STORED); INSERT INTO computed (a) VALUES (5), (6);
CREATE TABLE altered (a int, b int, c int); INSERT INTO altered VALUES (1, 2, 3); ALTER TABLE altered DROP COLUMN b; ALTER TABLE altered ADD d int DEFAULT 7;
CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES;
CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw; COPY (VALUES (1, 'a'), (2, 'b')) TO '${server.folder}/data/far.csv' CSV;
CREATE FOREIGN TABLE far (id int, t text) SERVER files OPTIONS (filename '${server.folder}/data/far.csv', format 'csv');
DO $$ BEGIN
  EXECUTE 'CREATE TABLE wide (' || (SELECT string_agg('c' || i || ' int2', ', ') FROM generate_series(1, 1600) i) || ')';
  EXECUTE 'INSERT INTO wide SELECT ' || (SELECT string_agg(i::text, ', ') FROM generate_series(1, 1600) i);
END $$;
CREATE ROLE reader LOGIN PASSWORD 'reader-secret'; GRANT USAGE ON SCHEMA sales TO reader;`);

/** What a stream is in CSV. */
const CSV: readonly (readonly [kind: string, stream: string, csv: string])[] = [
  ["a table by its short name, of names that differ in case", '"Odd ""name"". x"', 'a,A,"sélect ""x"", y"\n1,2,z\n'],
  ["names of 63 bytes", `sales.${longName}`, `${longName}\n7\n`],
  ["a view", "sales.big_orders", "id,amount\n2,2.00\n"],
  ["a materialized view", "sales.kept", "id\n1\n2\n3\n"],
  ["a partitioned table", "sales.parts", "id,d\n1,2020-05-05\n2,2022-01-01\n"],
  ["an inherited table", "sales.parent", "id\n1\n2\n"],
  ["generated and identity columns", "sales.computed", "id,a,b\n1,5,10\n2,6,12\n"],
  ["a table that lost a column and got another", "sales.altered", "a,c,d\n1,3,7\n"],
  ["a foreign table", "sales.far", "id,t\n1,a\n2,b\n"],
];

Deno.test("tables of every kind arrive in CSV and in PostgreSQL", () =>
  asUser(async (user) => {
    const target = await server.createDatabase();
    const streams = CSV.flatMap(([, stream]) => ["--stream", stream]);
    for (const to of ["csv://out/", server.url(target)]) {
      const { code, stdout } = await user.dteg(["run", "--from", url(), ...streams, "--to", to, "--json"]);
      equal(code, 0, stdout);
      if (to !== "csv://out/") continue;
      const [{ streams: reports }] = JSON.parse(stdout).result.pipelines;
      for (const [index, { target: folder }] of reports.entries()) {
        const [kind, stream, csv] = CSV[index];
        const part = user.list(folder).find((name) => name.endsWith(".csv"));
        const text = user.read(`${folder}/${part}`);
        // files take no names that differ in case only
        equal(stream.startsWith('"Odd') ? text.replace(/A_[0-9a-f]{8}/, "A") : text, csv, kind);
      }
    }
    for (const [kind, stream] of CSV) {
      const table = stream.startsWith('"') ? `sales.${stream}` : stream.replace(/\.(.*)/, '."$1"');
      const copy = `COPY (SELECT * FROM ${table} ORDER BY 1) TO STDOUT (FORMAT csv, HEADER)`;
      equal(await server.psql(copy, { db: target }), await psql(copy), kind);
    }
  }));

Deno.test("a table of 1,600 columns arrives; one of none makes nothing", () =>
  asUser(async (user) => {
    const target = await server.createDatabase();
    await user.load([...from("wide"), "--to", server.url(target)]);
    const copy = "COPY (SELECT w::text FROM sales.wide w) TO STDOUT";
    equal(await server.psql(copy, { db: target }), await psql(copy));
    await user.load([...from("wide"), "--to", "o.csv"]);
    equal(user.read("o.csv").split("\n")[1], Array.from({ length: 1600 }, (_, index) => index + 1).join(","));
    for (const to of [server.url(target), "n.ndjson"]) {
      equal((await user.load([...from("nothing"), "--to", to])).read, 0);
    }
  }));

Deno.test("where, select, limit and queries are the server's; the run's search_path is the user's", () =>
  asUser(async (user) => {
    user.write(
      "p.yaml",
      `version: 1
name: p
source: { use: postgres, config: { url: "${url("options=-c%20search_path%3Dsales")}" } }
streams:
  - { name: sales.orders, into: a, where: "amount < 2 -- 'NaN' is more than any number", select: [note, id] }
  - { name: orders_of, sql: "SELECT o.id, o.amount FROM orders o WHERE o.amount <> 'NaN' -- all numbers" }
  - { name: sums, sql: "SELECT count(*) AS n, sum(amount) AS total, avg(id) AS mean FROM orders WHERE id < 3;" }
destination: { use: csv, config: { path: out/ } }
`,
    );
    const { code, stderr } = await user.dteg(["run", "p.yaml", "-y"]);
    equal(code, 0, stderr);
    deepEqual(await user.rows("SELECT * FROM a", "out/"), ["a,1"]);
    deepEqual(await user.rows("SELECT * FROM orders_of ORDER BY id", "out/"), ["1,1.50", "2,2.00"]);
    deepEqual(await user.rows("SELECT * FROM sums", "out/"), ["2,3.50,1.5000000000000000"]);
    equal((await user.load([...from("kept"), "--limit", "2", "--to", "o.csv"])).read, 2);
    deepEqual(await user.rows("SELECT id, amount::text AS a FROM sales.orders ORDER BY id", url()), [
      "1,1.50",
      "2,2.00",
      "3,NaN",
    ]);
    const preview = await user.dteg(["preview", url(), "--stream", "big_orders", "--format", "csv"]);
    equal(preview.stdout, "id,amount\n2,2.00\n");
    equal((await user.fails(["query", "SELECT nextval('s')", "--on", url()])).code, "stream.not_found");
    equal((await user.fails(["query", "DELETE FROM sales.orders", "--on", url()])).code, "query.not_read_only");
  }));

Deno.test("what is not there is told before anything moves, with what is near", () =>
  asUser(async (user) => {
    const fails = async (stream: string, flags: readonly string[] = []) => {
      const { code, exit } = await user.fails(["run", ...from(stream), "--to", "o.csv", ...flags]);
      return [code, exit];
    };
    deepEqual(await fails("order"), ["stream.not_found", 2]);
    match(
      (await user.dteg(["run", ...from("order"), "--to", "o.csv"])).stderr,
      /there is no stream order[\s\S]*did you mean (sales\.)?orders\?/,
    );
    deepEqual(await fails("orders", ["--select", "nope"]), ["column.unknown", 2]);
    user.write(
      "q.yaml",
      `version: 1\nname: q\nsource: { use: postgres, config: { url: "${url()}" } }\n` +
        `streams: [{ name: q, sql: "SELECT 1 AS a, 2 AS a" }]\ndestination: { use: csv, config: { path: out/ } }\n`,
    );
    const twice = await user.fails(["run", "q.yaml"]);
    deepEqual([twice.code, twice.message], ["column.duplicate", 'the query gives several columns the name "a"']);
    user.write(
      "q.yaml",
      user.read("q.yaml").replace("SELECT 1 AS a, 2 AS a", "SELECT * FROM sales.orders WHERE nix = 1"),
    );
    const unknown = await user.fails(["run", "q.yaml"]);
    deepEqual([unknown.code, unknown.exit], ["column.unknown", 2]);
    match(unknown.message, /127\.0\.0\.1:\d+\/shop: column "nix" does not exist/);
  }));

Deno.test("a table that the user may not read is named, with exit code 3, whatever the target", () =>
  asUser(async (user) => {
    const source = [
      "--from",
      server.url(db, { user: "reader", password: "reader-secret" }),
      "--stream",
      "sales.orders",
    ];
    for (const to of ["o.csv", url()]) {
      const { code, exit, message } = await user.fails(["run", ...source, "--to", to, "--into", "x.orders"]);
      deepEqual({ code, exit }, { code: "connection.forbidden", exit: 3 });
      match(message, /^cannot read from 127\.0\.0\.1:\d+\/shop: permission denied for table orders/);
    }
  }));

Deno.test("one read is one picture, however much is written meanwhile", () =>
  asUser(async (user) => {
    await psql(
      "CREATE TABLE pairs (id int, n numeric(10,2)); INSERT INTO pairs SELECT i, 1 FROM generate_series(1, 300000) i",
    );
    let isReading = true;
    const writing = (async () => {
      // each transaction keeps the sum: any other one is a mixture of pictures
      for (let turn = 1; isReading; turn++) {
        const [a, b] = [turn * 37 % 150000, 300000 - turn * 41 % 150000];
        await psql(`BEGIN; UPDATE pairs SET n = n + 1 WHERE id BETWEEN ${a} AND ${a} + 50;
          UPDATE pairs SET n = n - 1 WHERE id BETWEEN ${b} - 50 AND ${b};
          UPDATE pairs SET n = n - (SELECT sum(n) - 300000 FROM pairs) WHERE id = 1; COMMIT`);
      }
    })();
    try {
      const target = await server.createDatabase();
      for (const to of ["x.duckdb", server.url(target)]) await user.load([...from("pairs"), "--to", to]);
      const sum = "SELECT count(*) AS n, sum(n) AS s FROM public.pairs";
      deepEqual(await user.rows(sum, "x.duckdb"), ["300000,300000.00"]);
      equal(await server.psql(sum, { db: target }), "300000|300000.00");
    } finally {
      isReading = false;
      await writing;
    }
  }));

Deno.test("a query that ends one statement and begins another is refused by the server itself", () =>
  asUser(async (user) => {
    await psql("CREATE TABLE sales.dear (id int)");
    user.write(
      "p.yaml",
      `version: 1
source: { use: postgres, config: { url: "${url()}" } }
streams: [{ name: odd, sql: "SELECT 1 AS a) q; DROP TABLE sales.dear; SELECT * FROM (SELECT 2 AS a" }]
destination: csv://out.csv
`,
    );
    const { message } = await user.fails(["run", "p.yaml"]);
    match(message, /multiple commands|several statements|one statement/);
    equal((await psql("SELECT count(*) FROM sales.dear")).trim(), "0");
  }));
