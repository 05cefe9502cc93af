import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { makeDatabase } from "../../engine/load.ts";
import { type Loading, openLoading } from "../loading.ts";
import { openServer } from "../server.ts";

type Test = (loading: Loading) => Promise<void>;

const rules: { readonly name: string; readonly test: Test }[] = [];
/** A rule; each has a database of its own. */
const rule = (name: string, test: Test) => rules.push({ name, test });

rule("a table that is missing is made, with its schema, key, indexes and comment", async ({ load, psql, debris }) => {
  const report = await load("id,n,s\n2,1,x\n1,,\n", "raw.t", {
    table: { primaryKey: ["id"], indexes: [["n"], ["n", "s"]], comment: "it's \\ here" },
  });
  assert.deepEqual([report.read, report.written, report.inserted], [2, 2, 2]);
  assert.equal(await psql("SELECT id, n, s IS NULL, s FROM raw.t ORDER BY 1"), "1||t|\n2|1|f|x");
  assert.equal(
    await psql("SELECT indexdef FROM pg_indexes WHERE schemaname = 'raw' AND tablename = 't' ORDER BY 1"),
    "CREATE INDEX t_n_idx ON raw.t USING btree (n)\n" +
      "CREATE INDEX t_n_s_idx ON raw.t USING btree (n, s)\n" +
      "CREATE UNIQUE INDEX t_pkey ON raw.t USING btree (id)",
  );
  assert.equal(
    await psql("SELECT obj_description('raw.t'::regclass), relpersistence FROM pg_class WHERE relname = 't'"),
    "it's \\ here|p",
  );
  assert.equal(
    await psql("SELECT pipeline, stream, target, names FROM raw._dteg_state"),
    'test|in1|t|{"n": "n", "s": "s", "id": "id"}',
  );
  assert.equal(await debris(), "");
});

rule("a table of states that an earlier version made gets the columns that are new", async ({ load, psql }) => {
  await load("id\n1\n", "public.t");
  await psql("ALTER TABLE _dteg_state DROP COLUMN masks");
  await load("id\n2\n", "public.t", { adopt: false });
  assert.equal(await psql("SELECT stream, masks FROM _dteg_state ORDER BY 1"), "in1|\nin2|{}");
});

rule("what dteg made is swapped by name, again and again, with its key and indexes", async ({ load, psql }) => {
  const table = { primaryKey: ["id"], indexes: [["n"]], comment: "made" };
  await load("id,n\n1,1\n", "public.t", { table });
  const first = await psql("SELECT 'public.t'::regclass::oid");
  await load("id,n,extra\n1,2,a\n3,4,b\n", "public.t", { table });
  assert.notEqual(await psql("SELECT 'public.t'::regclass::oid"), first);
  assert.equal(await psql("TABLE public.t"), "1|2|a\n3|4|b");
  assert.equal(await psql("SELECT indexname FROM pg_indexes WHERE tablename = 't' ORDER BY 1"), "t_n_idx\nt_pkey");
});

rule(
  "replace keeps the table where anything hangs on it, and never takes that away",
  async ({ load, psql, debris }) => {
    const things: Readonly<Record<string, readonly [make: string, check: string, wanted: string]>> = {
      view: ["CREATE VIEW w AS SELECT * FROM t", "TABLE w", "5|five"],
      index: ["CREATE INDEX mine ON t (lower(v))", "SELECT indexname FROM pg_indexes WHERE tablename = 't'", "mine"],
      unique: [
        "ALTER TABLE t ADD UNIQUE (v)",
        "SELECT conname FROM pg_constraint WHERE conrelid = 't'::regclass",
        "t_v_key",
      ],
      grant: ["GRANT SELECT ON t TO pg_monitor", "SELECT has_table_privilege('pg_monitor', 't', 'select')", "t"],
      "column grant": [
        "GRANT SELECT (v) ON t TO pg_monitor",
        "SELECT has_column_privilege('pg_monitor', 't', 'v', 'select')",
        "t",
      ],
      comment: ["COMMENT ON TABLE t IS 'mine'", "SELECT obj_description('t'::regclass)", "mine"],
      "column comment": ["COMMENT ON COLUMN t.v IS 'mine'", "SELECT col_description('t'::regclass, 2)", "mine"],
      trigger: [
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 't'::regclass",
        "g",
      ],
      policy: [
        "CREATE POLICY p ON t USING (true)",
        "SELECT polname FROM pg_policy WHERE polrelid = 't'::regclass",
        "p",
      ],
      check: [
        "ALTER TABLE t ADD CHECK (id > 0)",
        "SELECT conname FROM pg_constraint WHERE conrelid = 't'::regclass",
        "t_id_check",
      ],
      default: [
        "ALTER TABLE t ALTER v SET DEFAULT 'x'",
        "SELECT column_default FROM information_schema.columns WHERE table_name = 't' AND column_name = 'v'",
        "'x'::text",
      ],
      "not null": [
        "ALTER TABLE t ALTER v SET NOT NULL",
        "SELECT attnotnull FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'v'",
        "t",
      ],
      "row type": ["CREATE TABLE u (x t[])", "SELECT count(*) FROM u", "0"],
      "sql function": [
        "CREATE FUNCTION q() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM t; END",
        "SELECT q()",
        "1",
      ],
      owner: [
        "CREATE ROLE keeper_of_t; ALTER TABLE t OWNER TO keeper_of_t",
        "SELECT relowner::regrole FROM pg_class WHERE relname = 't'",
        "keeper_of_t",
      ],
      unlogged: ["ALTER TABLE t SET UNLOGGED", "SELECT relpersistence FROM pg_class WHERE relname = 't'", "u"],
      statistics: ["CREATE STATISTICS st ON id, v FROM t", "SELECT stxname FROM pg_statistic_ext", "st"],
    };
    for (const [thing, [make, check, wanted]] of Object.entries(things)) {
      await psql(
        `DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE t AS SELECT 1::bigint AS id, 'one' AS v; ${make}`,
      );
      const oid = await psql("SELECT 't'::regclass::oid");
      await load("id,v\n5,five\n", "public.t");
      assert.equal(await psql("TABLE t"), "5|five", thing);
      assert.equal(await psql(check), wanted, thing);
      assert.equal(await psql("SELECT 't'::regclass::oid"), oid, thing);
      assert.equal(await debris(), "", thing);
    }
  },
);

rule(
  "replace leaves the rows of other tables that refer to rows which stay, whatever their foreign keys say",
  async ({ load, psql, refused }) => {
    await load("id,v\n1,a\n2,b\n3,c\n", "public.t", { table: { primaryKey: ["id"] } });
    await psql(
      "CREATE TABLE child (t_id bigint REFERENCES t ON DELETE CASCADE, n int); INSERT INTO child VALUES (1, 10), (2, 20)",
    );
    const report = await load("id,v\n1,a\n2,B\n4,d\n", "public.t", { table: { primaryKey: ["id"] } });
    assert.deepEqual([report.inserted, report.updated, report.deleted, report.unchanged], [1, 1, 1, 1]);
    assert.equal(await psql("SELECT * FROM t ORDER BY id"), "1|a\n2|B\n4|d");
    assert.equal(await psql("SELECT * FROM child ORDER BY n"), "1|10\n2|20");
    await psql("ALTER TABLE child DROP CONSTRAINT child_t_id_fkey, ADD FOREIGN KEY (t_id) REFERENCES t");
    const error = await refused("id,v\n1,a\n", "public.t", { table: { primaryKey: ["id"] } });
    assert.equal(error.code, "data.constraint");
    assert.match(error.message, /child_t_id_fkey/);
    assert.equal(await psql("SELECT * FROM t ORDER BY id"), "1|a\n2|B\n4|d");
  },
);

rule("replace fills a partitioned table and keeps its partitions", async ({ load, psql, refused }) => {
  await psql(
    "CREATE TABLE t (id bigint, v text) PARTITION BY RANGE (id); CREATE TABLE a PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE b PARTITION OF t FOR VALUES FROM (10) TO (20)",
  );
  await load("id,v\n1,x\n11,y\n", "public.t");
  await load("id,v\n2,x\n12,y\n", "public.t");
  assert.equal(await psql("SELECT tableoid::regclass, * FROM t ORDER BY id"), "a|2|x\nb|12|y");
  const error = await refused("id,v\n2,x\n22,y\n", "public.t");
  assert.equal(error.code, "data.constraint");
  assert.match(error.message, /no partition/);
  assert.equal(await psql("SELECT * FROM t ORDER BY id"), "2|x\n12|y");
});

rule("a table that others inherit from is not emptied with them; a view is no target", async ({ psql, refused }) => {
  await psql(
    "CREATE TABLE t (id bigint); CREATE TABLE heir () INHERITS (t); INSERT INTO heir VALUES (7); CREATE VIEW w AS SELECT 1 AS id",
  );
  assert.equal((await refused("id\n1\n", "public.t")).code, "schema.incompatible");
  assert.equal(await psql("TABLE t"), "7");
  assert.equal((await refused("id\n1\n", "public.w")).code, "schema.incompatible");
});

rule(
  "columns of the table that the load lacks get their default, with a warning; computed ones are left alone",
  async ({ load, psql, refused }) => {
    await psql(
      "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY, v text, twice text GENERATED ALWAYS AS (v || v) STORED, at text DEFAULT 'now', nothing int)",
    );
    const report = await load("v\na\nb\n", "public.t", { write: "append" });
    assert.equal(await psql("SELECT * FROM t ORDER BY id"), "1|a|aa|now|\n2|b|bb|now|");
    assert.deepEqual(report.warnings, [
      "columns at, nothing are not in the load: rows that are new in public.t have NULL or the default there",
    ]);
    await load("id,v\n70,c\n", "public.t", { write: "append" });
    assert.equal(await psql("SELECT * FROM t WHERE id = 70"), "70|c|cc|now|");
    const computed = await refused("v,twice\na,aa\n", "public.t", { write: "append" });
    assert.deepEqual([computed.code, computed.column], ["schema.incompatible", "twice"]);
    await load("v,more\nd,aa\n", "public.t", { write: "append" });
    assert.equal(await psql("SELECT v, more FROM t ORDER BY v"), "a|\nb|\nc|\nd|aa");
  },
);

rule(
  "a value that the table's column would change is refused, and none is loaded",
  async ({ load, psql, refused, folder }) => {
    const cases: readonly (readonly [type: string, fits: string, wanted: string, changed: string])[] = [
      ["integer", "7.00::DECIMAL(9,2)", "7", "7.50::DECIMAL(9,2)"],
      ["smallint", "7::BIGINT", "7", "70000::BIGINT"],
      ["numeric(10,2)", "1.500::DECIMAL(9,3)", "1.50", "1.555::DECIMAL(9,3)"],
      ["numeric(4,2)", "0.25::DOUBLE", "0.25", "0.1234::DOUBLE"],
      ["real", "0.5::DOUBLE", "0.5", "0.1::DOUBLE"],
      ["double precision", "9007199254740992::BIGINT", "9.007199254740992e+15", "9007199254740993::BIGINT"],
      ["varchar(3)", "'abc'", "abc", "'abc '"],
      ["char(3)", "'ab'", "ab ", "'ab '"],
      ["date", "TIMESTAMP '2020-01-02 00:00:00'", "2020-01-02", "TIMESTAMP '2020-01-02 00:00:01'"],
      ["timestamp(0)", "TIMESTAMP '2020-01-02 03:04:05'", "2020-01-02 03:04:05", "TIMESTAMP '2020-01-02 03:04:05.6'"],
      ["integer", "'7'", "7", "'007'"],
      ["bit(3)", "'101'", "101", "'1011'"],
    ];
    const list = (part: (one: typeof cases[number], index: number) => string) => cases.map(part).join(", ");
    await psql(`CREATE TABLE t (${list(([type], index) => `c${index} ${type}`)}); CREATE VIEW w AS SELECT 1 FROM t`);
    await database(`${folder}/a.duckdb`, `SELECT ${list(([, fits], index) => `${fits} AS c${index}`)}`);
    await load("", "public.t", { name: "a.duckdb", stream: "main.t" });
    const wanted = cases.map(([, , text]) => text).join("|");
    assert.equal(await psql("TABLE t"), wanted);
    for (const [index, [type, fits, , changed]] of cases.entries()) {
      await database(`${folder}/a.duckdb`, `SELECT * FROM (VALUES (${fits}), (${changed})) x(c${index})`);
      const error = await refused("", "public.t", { name: "a.duckdb", stream: "main.t" });
      assert.deepEqual(
        [error.code, error.column],
        ["data.value", `c${index}`],
        `${changed} into ${type}: ${error.message}`,
      );
      assert.equal(await psql("TABLE t"), wanted, `${changed} into ${type}`);
    }
  },
);

rule(
  "types that would shift or guess a value are refused before a row is loaded",
  async ({ psql, refused, folder }) => {
    const cases: readonly (readonly [type: string, value: string])[] = [
      ["timestamp", "TIMESTAMPTZ '2020-01-01 00:00:00+00'"],
      ["timestamptz", "TIMESTAMP '2020-01-01 00:00:00'"],
      ["time", "'10:00:00+02'::TIMETZ"],
      ["integer", "true"],
      ["int[]", "[1,2]"],
    ];
    for (const [type, value] of cases) {
      await psql(`DROP TABLE IF EXISTS t; CREATE TABLE t (v ${type})`);
      await database(`${folder}/a.duckdb`, `SELECT ${value} AS v`);
      const error = await refused("", "public.t", { name: "a.duckdb", stream: "main.t", write: "append" });
      assert.deepEqual([error.code, error.column], ["schema.incompatible", "v"], `${type}: ${error.message}`);
    }
  },
);

rule("text goes into enums, domains, addresses and other types that the server reads", async ({ load, psql }) => {
  await psql(
    "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN word AS text CHECK (value <> ''); CREATE TABLE t (m mood, w word, i inet, r int4range, j jsonb, u uuid, x xml)",
  );
  await load(
    'm,w,i,r,j,u,x\nok,a,10.0.0.1,"[1,3)","{""a"": 1}",5AEDA915-a7be-4286-a8c8-6fd0ed860ca4,<a/>\n',
    "public.t",
    { write: "append" },
  );
  assert.equal(await psql("TABLE t"), 'ok|a|10.0.0.1|[1,3)|{"a": 1}|5aeda915-a7be-4286-a8c8-6fd0ed860ca4|<a/>');
});

rule("a file is read as the types that the table has", async ({ load, psql, refused }) => {
  await psql("CREATE TABLE t (code text, n numeric(20,4), at timestamptz, d double precision, i integer)");
  await load("code,n,at,d,i\n007,1.5,2020-01-01T00:00:00+09:00,1,5\n", "public.t", { write: "append" });
  assert.equal(await psql("SELECT code, n, at AT TIME ZONE 'UTC', d, i FROM t"), "007|1.5000|2019-12-31 15:00:00|1|5");
  const error = await refused("code,n,at,d,i\n1,1,2020-01-01T00:00:00Z,1,99999999999\n", "public.t", {
    write: "append",
  });
  assert.deepEqual([error.code, error.column], ["data.value", "i"]);
});

rule(
  "rows that break a rule of the table are refused by its name, and nothing is half done",
  async ({ psql, refused, debris }) => {
    await psql(
      "CREATE TABLE t (id int PRIMARY KEY, v text NOT NULL CONSTRAINT short CHECK (length(v) < 4)); INSERT INTO t VALUES (1, 'a')",
    );
    const cases: readonly (readonly [csv: string, name: RegExp, column: string | null])[] = [
      ["id,v\n2,b\n1,c\n", /t_pkey.*\(id\)=\(1\)/, "id"],
      ["id,v\n2,b\n3,\n", /null value in column "v"/, "v"],
      ["id,v\n2,b\n3,long\n", /short/, null],
    ];
    for (const [csv, name, column] of cases) {
      const error = await refused(csv, "public.t", { write: "append" });
      assert.equal(error.code, "data.constraint");
      assert.match(error.message, name);
      assert.doesNotMatch(error.message, /_dteg_stage/);
      assert.equal(error.column, column);
      assert.equal(await psql("TABLE t"), "1|a");
    }
    const doubled = await refused("id\n1\n1\n", "public.fresh", { table: { primaryKey: ["id"] } });
    assert.equal(doubled.code, "data.constraint");
    assert.doesNotMatch(doubled.message, /_dteg_stage/);
    assert.equal(await psql("SELECT to_regclass('public.fresh') IS NULL"), "t");
    const missing = await refused("id\n1\n", "public.fresh", { table: { indexes: [["nope"]] } });
    assert.deepEqual([missing.code, missing.column], ["column.unknown", "nope"]);
    assert.equal(await debris(), "");
  },
);

rule("names keep their case, quotes and length, and keys and indexes are named after them", async ({ load, psql }) => {
  const long = "ä".repeat(40);
  const table = `T"x ${"y".repeat(58)}`;
  await load(`a,A,"q""r",${long}\n1,2,3,4\n`, `"S p"."${table.replaceAll('"', '""')}"`, {
    table: { primaryKey: ["A"], indexes: [["a"]] },
  });
  await load(`a,A,"q""r",${long}\n1,2,3,5\n`, `"S p"."${table.replaceAll('"', '""')}"`, {
    table: { primaryKey: ["A"], indexes: [["a"]] },
  });
  assert.equal(await psql(`SELECT a, "A", "q""r" FROM "S p"."${table.replaceAll('"', '""')}"`), "1|2|3");
  const names = (await psql(
    `SELECT attname FROM pg_attribute WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = $$${table}$$ AND relkind = 'r') AND attnum > 0 ORDER BY attnum`,
  )).split("\n");
  assert.deepEqual(names.slice(0, 3), ["a", "A", 'q"r']);
  assert.match(names[3], /^ä+_[0-9a-f]{8}$/);
  const indexes =
    (await psql(`SELECT indexname FROM pg_indexes WHERE schemaname = 'S p' AND tablename !~ '^_dteg_' ORDER BY 1`))
      .split("\n");
  assert.equal(indexes.length, 2);
  assert.ok(indexes.every((name) => name.startsWith('T"x y')), indexes.join());
});

rule("names that dteg keeps for itself, and names of other databases, are refused", async ({ refused }) => {
  assert.equal((await refused("id\n1\n", "public._dteg_state")).code, "target.name");
  assert.equal((await refused("id\n1\n", "other.public.t")).code, "target.name");
});

rule("a table that dteg did not make is replaced only after a yes", async ({ load, psql, refused }) => {
  await psql("CREATE TABLE t (id bigint); INSERT INTO t VALUES (1)");
  assert.equal((await refused("id\n2\n", "public.t", { adopt: false })).code, "plan.confirm");
  assert.equal(await psql("TABLE t"), "1");
  await load("id\n2\n", "public.t");
  await load("id\n3\n", "public.t", { adopt: false });
  assert.equal(await psql("TABLE t"), "3");
});

rule("an empty file of records empties a table that exists and makes none", async ({ load, psql }) => {
  await load("id\n2\n", "public.t");
  await load("\n", "public.t", { name: "e.ndjson" });
  assert.equal(await psql("SELECT count(*) FROM t"), "0");
});

async function database(path: string, query: string): Promise<void> {
  if (existsSync(path)) await Deno.remove(path);
  await makeDatabase(path, query);
}

Deno.test("PostgreSQL as a target", async (t) => {
  await using server = await openServer();
  for (const { name, test } of rules) {
    await t.step(name, async () => {
      await using loading = await openLoading(server);
      await test(loading);
    });
  }
});
