import "./use_eighteen.ts";
import { deepEqual, equal, match } from "node:assert/strict";
import { asUser } from "../../e2e/user.ts";
import { openServer } from "../server.ts";

const server = await openServer();
await server.psql(`CREATE DATABASE target;
CREATE TABLE t (id uuid PRIMARY KEY DEFAULT uuidv7(), a int CONSTRAINT a_there NOT NULL, twice int GENERATED ALWAYS AS (a * 2) VIRTUAL,
  half numeric(8, 1) GENERATED ALWAYS AS (a / 2.0) STORED, b text, pad text DEFAULT repeat('x', 120));
ALTER TABLE t ADD CONSTRAINT b_there NOT NULL b NOT VALID;
INSERT INTO t (a, b) SELECT i, 'b' || i FROM generate_series(1, 250000) i;
CREATE EXTENSION btree_gist; CREATE TABLE stays (room int, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS));
INSERT INTO stays VALUES (1, '[2024-01-01,2024-02-01)'), (1, '[2024-02-01,2024-03-01)');
CREATE TABLE long (i interval); INSERT INTO long VALUES ('infinity'), ('1 day');`);
const from = (stream: string) => ["--from", server.url(), "--stream", stream];
const to = ["--to", server.url("target")];
const sum = "SELECT count(*), sum(a), sum(twice), sum(half), md5(string_agg(id::text || b, '' ORDER BY a)) FROM t";

Deno.test("uuidv7, virtual columns, and NOT NULL as a constraint arrive in PostgreSQL, Parquet and DuckDB", () =>
  asUser(async (user) => {
    const wanted = await server.psql(sum);
    await user.load([...from("t"), ...to]);
    equal(await server.psql(sum, { db: "target" }), wanted);
    for (const name of ["t.parquet", "t.duckdb"]) {
      await user.load([...from("t"), "--to", name]);
      await user.load(["--from", name, ...to, "--into", "public.t"]);
      equal(await server.psql(sum, { db: "target" }), wanted, name);
    }
  }));

Deno.test("a table with such columns is kept by a replace, and its rules hold", () =>
  asUser(async (user) => {
    const made = `DROP TABLE IF EXISTS r; CREATE TABLE r (id uuid DEFAULT uuidv7(), a int CONSTRAINT a_there NOT NULL,
      twice int GENERATED ALWAYS AS (a * 2) VIRTUAL)`;
    await server.psql(made, { db: "target" });
    user.write("in.csv", "a\n1\n2\n");
    await user.load(["in.csv", ...to, "--into", "r", "-y"]);
    const seen = "SELECT a, twice, uuid_extract_version(id) FROM r ORDER BY a";
    equal(await server.psql(seen, { db: "target" }), "1|2|7\n2|4|7");
    user.write("in.csv", "a,x\n,1\n");
    await server.psql("ALTER TABLE r ADD x int", { db: "target" });
    const broken = await user.fails(["run", "in.csv", ...to, "--into", "r", "-y"]);
    equal(broken.code, "data.constraint");
    match(broken.message, /null value in column "a"/);
    user.write("in.csv", "a,twice\n1,2\n");
    const { code, message } = await user.fails(["run", "in.csv", ...to, "--into", "r", "-y"]);
    equal(code, "schema.incompatible");
    match(message, /column "twice" of table public\.r is computed by the server/);
    equal(await server.psql(seen, { db: "target" }), "1|2|7\n2|4|7");
  }));

Deno.test("a key without overlaps keeps its table, and a load that breaks it is refused", () =>
  asUser(async (user) => {
    await server.psql(
      "CREATE EXTENSION btree_gist; CREATE TABLE stays (room int, during daterange, PRIMARY KEY (room, during WITHOUT OVERLAPS))",
      { db: "target" },
    );
    await user.load([...from("stays"), ...to, "-y"]);
    equal(
      await server.psql("SELECT * FROM stays ORDER BY during", { db: "target" }),
      await server.psql("SELECT * FROM stays ORDER BY during"),
    );
    const { code } = await user.fails(["run", ...from("stays"), ...to, "--write", "append"]);
    equal(code, "data.constraint");
    equal(await server.psql("SELECT count(*) FROM stays", { db: "target" }), "2");
  }));

Deno.test("an infinite interval arrives in PostgreSQL, and is refused where there is none", () =>
  asUser(async (user) => {
    await user.load([...from("long"), ...to]);
    equal(await server.psql("SELECT i FROM long ORDER BY i", { db: "target" }), "1 day\ninfinity");
    const { code, exit, message } = await user.fails(["run", ...from("long"), "--to", "o.parquet"]);
    deepEqual([code, exit], ["data.value", 1]);
    equal(message, 'column "i" holds "infinity", which no interval of DuckDB can be');
  }));
