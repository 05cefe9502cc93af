import { deepEqual, equal, match } from "node:assert/strict";
import { asUser, type User } from "../e2e/user.ts";
import { openServer } from "./server.ts";

const server = await openServer();
const psql = (sql: string, db: string) => server.psql(sql, { db });

Deno.test("what is a number of its own server arrives elsewhere as the name that it stands for", () =>
  asUser(async (user) => {
    const source = await server.createDatabase(), target = await server.createDatabase();
    await psql(
      `CREATE SCHEMA app; CREATE TABLE app.orders (id int); CREATE TYPE app.mood AS ENUM ('sad');
      CREATE FUNCTION app.twice(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE ROLE "Some Role";
      CREATE TABLE own (id int, a regclass, b regproc, c regprocedure, d regtype, e regrole, f regnamespace, g regconfig,
        h regclass[], i aclitem, j aclitem[], k oidvector, l int2vector);
      INSERT INTO own VALUES (1, 'app.orders', 'app.twice', 'app.twice(int)', 'app.mood', '"Some Role"', 'app', 'english',
        '{app.orders}', '"Some Role"=r/postgres', '{"=r/postgres"}', '', '1 2'); INSERT INTO own VALUES (2)`,
      source,
    );
    await psql("CREATE TABLE decoy (id int)", target); // has some other number
    const from = ["--from", server.url(source), "--stream", "own"];
    await user.load([...from, "--to", server.url(target)]);
    const row = '1|app.orders|app.twice|app.twice(integer)|app.mood|"Some Role"|app|english|' +
      '{app.orders}|"Some Role"=r/postgres|{=r/postgres}||1 2';
    equal(await psql("SELECT * FROM own ORDER BY id", target), `${row}\n2${"|".repeat(12)}`);
    await user.load([...from, "--to", "o.ndjson"]);
    const first = JSON.parse(user.read("o.ndjson").split("\n")[0]);
    deepEqual([first.a, first.b, first.e, first.h], ["app.orders", "app.twice", '"Some Role"', ["app.orders"]]);
  }));

Deno.test("an oid has one type, however its table is read", () =>
  asUser(async (user) => {
    const db = await server.createDatabase();
    await psql(
      `CREATE TABLE small AS SELECT 4294967295::oid AS o; CREATE TABLE large (o oid, pad text);
      ALTER TABLE large ALTER pad SET STORAGE PLAIN; INSERT INTO large SELECT 4294967295, repeat('x', 7000) FROM generate_series(1, 5000)`,
      db,
    );
    await user.load(["--from", server.url(db), "--stream", "small", "--to", "o.duckdb"]);
    await user.load(["--from", server.url(db), "--stream", "large", "--to", "o.duckdb"]);
    for (const table of ["small", "large"]) {
      deepEqual(await user.rows(`SELECT DISTINCT o, typeof(o) FROM public.${table}`, "o.duckdb"), [
        "4294967295,UINTEGER",
      ]);
    }
  }));

Deno.test("an offset of no minutes and some seconds keeps its place, from PostgreSQL and back", () =>
  asUser(async (user) => {
    const source = await server.createDatabase();
    const times = ["12:00:00+00:00:24", "24:00:00-07:00:45", "12:00:00.5+15:59:59", "12:00:00-00:30:00"];
    await psql(`CREATE TABLE t AS SELECT unnest('{${times.join()}}'::timetz[]) AS v`, source);
    const from = ["--from", server.url(source), "--stream", "t"];
    await user.load([...from, "--to", "o.csv"]);
    await user.load([...from, "--to", "o.ndjson"]);
    await user.load([...from, "--to", "o.parquet"]);
    await user.load([...from, "--to", "o.duckdb"]);
    await psql("CREATE TABLE back (v text, no int GENERATED ALWAYS AS IDENTITY)", source);
    const texts: Record<string, string[]> = {
      csv: user.read("o.csv").trimEnd().split("\n").slice(1),
      ndjson: user.read("o.ndjson").trimEnd().split("\n").map((line) => JSON.parse(line).v),
      parquet: await user.rows("FROM o", "o.parquet"),
    };
    for (const [format, lines] of Object.entries(texts)) {
      const list = lines.map((line) => `'${line}'`).join();
      equal(await psql(`SELECT ARRAY[${list}]::timetz[] = array_agg(v) FROM t`, source), "t", `${format}: ${list}`);
    }
    await user.load(["--from", "o.duckdb", "--stream", "public.t", "--to", server.url(source), "--into", "public.u"]);
    equal(await psql("SELECT array_agg(v::text) = (SELECT array_agg(v::text) FROM u) FROM t", source), "t");
  }));

Deno.test("a role with odd settings reads and writes the same names and values", () =>
  asUser(async (user) => {
    const db = await server.createDatabase();
    await psql(
      `CREATE ROLE odd SUPERUSER LOGIN PASSWORD 'o'; ALTER ROLE odd SET standard_conforming_strings = off;
      ALTER ROLE odd SET xmloption = document; ALTER ROLE odd SET backslash_quote = off;
      CREATE TABLE "back\\slash '" (id int, "c\\n" text, x xml); COMMENT ON COLUMN "back\\slash '"."c\\n" IS 'a\\''b';
      INSERT INTO "back\\slash '" VALUES (1, 'a\\nb', '<a/><b/>'), (2, 'a\nb', 'text')`,
      db,
    );
    const url = server.url(db, { user: "odd", password: "o" });
    const from = ["--from", url, "--stream", `"back\\slash '"`, "--where", String.raw`"c\n" = 'a\nb'`];
    await user.load([...from, "--to", url, "--into", "public.copy"]);
    await user.load([...from, "--to", "o.csv"]);
    equal(user.read("o.csv"), "id,c\\n,x\n1,a\\nb,<a/><b/>\n");
    await user.load(["o.csv", "--to", url, "--into", "public.again"]);
    for (const table of ["copy", "again"]) {
      equal(await psql(`SELECT id, "c\\n", x FROM ${table}`, db), "1|a\\nb|<a/><b/>");
    }
    equal(await psql(`SELECT col_description('copy'::regclass, 2)`, db), "a\\'b");
  }));

Deno.test("money keeps its amount between servers that count it by other coins, or is refused", () =>
  asUser(async (user) => {
    const locales = `${user.folder}/locales`;
    await Deno.mkdir(locales);
    await Deno.chmod(user.folder, 0o755);
    await Deno.chmod(locales, 0o755);
    const { code } = await new Deno.Command("localedef", {
      args: ["-i", "ko_KR", "-f", "UTF-8", `${locales}/ko_KR.UTF-8`],
      stdout: "null",
      stderr: "null",
    }).output();
    equal(code, 0);
    await using korean = await openServer({ env: { LOCPATH: locales }, settings: { lc_monetary: "ko_KR.UTF-8" } });
    const won = korean.url("postgres"), dollars = server.url(await server.createDatabase("dollars"));
    await korean.psql("CREATE TABLE pay AS SELECT 1200::money AS m, ARRAY[1200::money] AS n");
    await psql("CREATE TABLE pay AS SELECT 12.34::money AS m", "dollars");
    await user.load(["--from", won, "--stream", "pay", "--to", dollars, "--into", "public.from_korea"]);
    equal(await psql("SELECT m, n, pg_typeof(m) FROM from_korea", "dollars"), "1200|{1200}|numeric");
    await user.load(["--from", won, "--stream", "pay", "--select", "m", "--to", "o.csv"]);
    equal(user.read("o.csv"), "m\n1200\n");
    const refused = await refusedLoad(user, ["--from", dollars, "--stream", "pay", "--to", won, "--into", "public.x"]);
    equal(refused.code, "schema.incompatible");
    match(refused.message, /column "m" is money of two digits/);
    await user.load(["--from", dollars, "--stream", "pay", "--to", dollars, "--into", "public.same"]);
    equal(await psql("SELECT m, pg_typeof(m) FROM same", "dollars"), "$12.34|money");
  }));

const refusedLoad = (user: User, args: readonly string[]) => user.fails(["run", ...args]);
