import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { makeDatabase } from "../../engine/load.ts";
import { openServer } from "../server.ts";
import { type Loading, type LoadOptions, openLoading } from "./loading.ts";

const md5 = (text: string) => createHash("md5").update(text).digest("hex");

type Test = (loading: Loading) => Promise<void>;

const rules: { readonly name: string; readonly test: Test }[] = [];
/** A rule; each has a database of its own. */
const rule = (name: string, test: Test) => rules.push({ name, test });

rule("a table that is missing is made, with its key, indexes and comment", async ({ load, sql, debris }) => {
  const report = await load("id,n,s\n2,1,x\n1,,\n", "t", {
    table: { primaryKey: ["id"], indexes: [["n"], ["n", "s"]], comment: "it's \\ here" },
  });
  assert.deepEqual([report.read, report.written, report.inserted], [2, 2, 2]);
  assert.equal(await sql("SELECT id, n, s FROM t ORDER BY id"), "1\tNULL\tNULL\n2\t1\tx");
  assert.equal(
    await sql("SHOW CREATE TABLE t"),
    "t\tCREATE TABLE `t` (\n  `id` bigint(20) NOT NULL,\n  `n` bigint(20) DEFAULT NULL,\n  `s` longtext DEFAULT NULL,\n" +
      "  PRIMARY KEY (`id`),\n  KEY `n` (`n`),\n  KEY `n_2` (`n`,`s`(255))\n" +
      ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='it''s \\\\ here'",
  );
  assert.equal(
    await sql("SELECT pipeline, stream, target, names, pending FROM _dteg_state"),
    'test\tin1\tt\t{"id":"id","n":"n","s":"s"}\tNULL',
  );
  assert.equal(await debris(), "");
});

rule("what dteg made is swapped by name, again and again, with its key and indexes", async ({ load, sql, debris }) => {
  const table = { primaryKey: ["id"], indexes: [["n"]], comment: "made" };
  for (const row of ["1,1", "1,2", "3,4"]) await load(`id,n\n${row}\n`, "t", { table });
  assert.equal(await sql("SELECT * FROM t"), "3\t4");
  assert.equal(
    await sql(
      "SELECT INDEX_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't' ORDER BY 1",
    ),
    "n\nPRIMARY",
  );
  await load("id,other\n7,x\n", "plain");
  await load("other\ny\n", "plain");
  assert.equal(await sql("SELECT * FROM plain"), "y");
  assert.equal(await debris(), "");
});

rule("replace keeps the table where anything hangs on it, and never takes that away", async (loading) => {
  const { load, sql, debris } = loading;
  const things: Readonly<Record<string, readonly [make: string, check: string, wanted: string]>> = {
    view: ["CREATE VIEW w AS SELECT * FROM t", "SELECT * FROM w", "5\tfive"],
    index: ["CREATE INDEX mine ON t (v(3))", "SHOW INDEX FROM t", "mine"],
    unique: ["ALTER TABLE t ADD UNIQUE u (v(9))", "SHOW INDEX FROM t", "\tu\t"],
    comment: ["ALTER TABLE t COMMENT 'mine'", "SHOW CREATE TABLE t", "'mine'"],
    "column comment": ["ALTER TABLE t MODIFY v longtext COMMENT 'mine'", "SHOW CREATE TABLE t", "'mine'"],
    trigger: ["CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET @seen = 1", "SHOW TRIGGERS", "g"],
    check: ["ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 0)", "SHOW CREATE TABLE t", "`positive`"],
    default: ["ALTER TABLE t ALTER v SET DEFAULT 'x'", "SHOW CREATE TABLE t", "DEFAULT 'x'"],
    "not null": ["ALTER TABLE t MODIFY v longtext NOT NULL", "SHOW CREATE TABLE t", "`v` longtext NOT NULL"],
    counter: ["ALTER TABLE t ADD COLUMN n int AUTO_INCREMENT UNIQUE", "SHOW CREATE TABLE t", "AUTO_INCREMENT"],
    generated: ["ALTER TABLE t ADD COLUMN n int AS (id + 1) VIRTUAL", "SELECT n FROM t", "6"],
    partitions: ["ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 2", "SHOW CREATE TABLE t", "PARTITION BY"],
    "foreign key": [
      "CREATE TABLE parent (id bigint PRIMARY KEY); INSERT INTO parent VALUES (1), (5); ALTER TABLE t ADD FOREIGN KEY fk (id) REFERENCES parent (id)",
      "SHOW CREATE TABLE t",
      "FOREIGN KEY",
    ],
  };
  for (const [thing, [make, check, wanted]] of Object.entries(things)) {
    await sql(
      `DROP VIEW IF EXISTS w; DROP TABLE IF EXISTS t; CREATE TABLE t (id bigint, v longtext); INSERT INTO t VALUES (1, 'one'); ${make}`,
    );
    await load("id,v\n5,five\n", "t");
    assert.equal(await sql("SELECT id, v FROM t"), "5\tfive", thing);
    assert.ok((await sql(check)).includes(wanted), `${thing}: ${await sql(check)}`);
    assert.equal(await debris(), "", thing);
  }
});

rule("replace by name keeps what others may do with the table", async ({ load, sql }) => {
  await load("id\n1\n", "t");
  await sql("CREATE OR REPLACE USER keeper@localhost; GRANT SELECT ON t TO keeper@localhost");
  await load("id\n2\n", "t");
  assert.match(await sql("SHOW GRANTS FOR keeper@localhost"), /GRANT SELECT ON `\w+`\.`t`/);
});

rule("replace leaves the rows of other tables that refer to rows which stay", async ({ load, sql, refused }) => {
  const table = { primaryKey: ["id"] };
  await load("id,v\n1,a\n2,b\n3,c\n", "t", { table });
  await sql(
    "CREATE TABLE child (t_id bigint, n int, CONSTRAINT fk FOREIGN KEY (t_id) REFERENCES t (id) ON DELETE CASCADE); INSERT INTO child VALUES (1, 10), (2, 20)",
  );
  const report = await load("id,v\n1,a\n2,B\n4,d\n", "t", { table });
  assert.deepEqual([report.inserted, report.updated, report.deleted, report.unchanged], [1, 1, 1, 1]);
  assert.equal(await sql("SELECT * FROM t ORDER BY id"), "1\ta\n2\tB\n4\td");
  assert.equal(await sql("SELECT * FROM child ORDER BY n"), "1\t10\n2\t20");
  await sql(
    "ALTER TABLE child DROP FOREIGN KEY fk; ALTER TABLE child ADD CONSTRAINT hard FOREIGN KEY (t_id) REFERENCES t (id)",
  );
  const error = await refused("id,v\n1,a\n", "t", { table });
  assert.equal(error.code, "data.constraint");
  assert.match(error.message, /hard/);
  assert.equal(await sql("SELECT * FROM t ORDER BY id"), "1\ta\n2\tB\n4\td");
});

rule("append adds, also what is there already", async ({ load, sql, debris }) => {
  for (let n = 1; n <= 3; n++) await load("id,v\n1,a\n2,\n", "t", { write: "append" });
  assert.equal(await sql("SELECT id, v, COUNT(*) FROM t GROUP BY id, v"), "1\ta\t3\n2\tNULL\t3");
  assert.equal(await debris(), "");
});

rule(
  "merge inserts, updates, and leaves rows that are the same; case, blanks and NULL count",
  async ({ load, sql }) => {
    const merge = { write: "merge", key: ["id"] } as const;
    await load("id,v\n1,a\n2,b\n3,\n4,d\n5,x\n", "t", merge);
    await sql("ALTER TABLE t ADD COLUMN seen timestamp(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)");
    const before = await sql("SELECT seen FROM t WHERE id = 1");
    const report = await load('id,v\n1,a\n2,B\n3,""\n4,"d "\n6,new\n', "t", merge);
    assert.deepEqual([report.inserted, report.updated, report.unchanged, report.written], [1, 3, 1, 5]);
    assert.equal(
      await sql("SELECT id, CONCAT('<', v, '>') FROM t ORDER BY id"),
      "1\t<a>\n2\t<B>\n3\t<>\n4\t<d >\n5\t<x>\n6\t<new>",
    );
    assert.equal(await sql("SELECT seen FROM t WHERE id = 1"), before);
  },
);

rule("text keys that differ in case, accents or trailing blanks are different keys", async ({ load, sql }) => {
  const rows = 'k,v\na,1\nA,2\n"a ",3\ná,4\n"",5\n';
  const merge = { write: "merge", key: ["k"] } as const;
  assert.equal((await load(rows, "t", merge)).inserted, 5);
  const again = await load(rows.replace("A,2", "A,9"), "t", merge);
  assert.deepEqual([again.updated, again.unchanged], [1, 4]);
  assert.equal(await sql("SELECT GROUP_CONCAT(CONCAT('<', k, '>', v) ORDER BY v) FROM t"), "<a>1,<a >3,<á>4,<>5,<A>9");
});

rule("a merge is refused where the table's collation takes two keys for one, and names both", async (loading) => {
  const { sql, refused, load } = loading;
  await sql(
    "CREATE TABLE t (k varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PRIMARY KEY, v int); INSERT INTO t VALUES ('Old', 1)",
  );
  const merge = { write: "merge", key: ["k"] } as const;
  const within = await refused("k,v\na,1\nA,2\n", "t", merge);
  assert.equal(within.code, "data.key_not_unique");
  assert.match(within.message, /"A" and "a"/);
  const across = await refused("k,v\nold,1\nb,2\n", "t", merge);
  assert.match(across.message, /"old" and "Old", which the table has/);
  const blanks = await refused('k,v\n"Old ",1\n', "t", merge);
  assert.match(blanks.message, /"Old " and "Old"/);
  assert.equal(await sql("SELECT * FROM t"), "Old\t1");
  const report = await load("k,v\nOld,7\nb,2\n", "t", merge);
  assert.deepEqual([report.inserted, report.updated], [1, 1]);
  assert.equal(await sql("SELECT * FROM t ORDER BY k"), "b\t2\nOld\t7");
});

rule("a key of a merge must be there and unique; equal rows become one", async ({ load, refused, sql, debris }) => {
  const merge = { write: "merge", key: ["id", "k"] } as const;
  const report = await load("id,k,v\n1,a,x\n1,a,x\n1,b,\n1,b,\n1,b,\n", "t", merge);
  assert.deepEqual([report.read, report.inserted, report.filtered], [5, 2, 3]);
  assert.equal(await sql("SELECT * FROM t ORDER BY k"), "1\ta\tx\n1\tb\tNULL");
  const different = await refused("id,k,v\n2,a,x\n2,a,X\n", "t", merge);
  assert.equal(different.code, "data.key_not_unique");
  assert.match(different.message, /"2, a"/);
  const missing = await refused("id,k,v\n,a,x\n", "t", merge);
  assert.deepEqual([missing.code, missing.column], ["data.key_null", "id"]);
  await sql(
    "CREATE TABLE doubled (id bigint, k varchar(9), v longtext); INSERT INTO doubled VALUES (1, 'a', 'x'), (1, 'a', 'y')",
  );
  assert.equal((await refused("id,k,v\n1,a,z\n", "doubled", merge)).code, "data.key_not_unique");
  assert.equal(await debris(), "");
});

rule("a value that a column of the table would change is refused, with the column and the value", async (loading) => {
  const { sql, refused, load } = loading;
  const cases: readonly (readonly [type: string, value: string, declared?: string])[] = [
    ["int", "3000000000"],
    ["tinyint unsigned", "-1"],
    ["decimal(6,2)", "1.239"],
    ["decimal(6,2)", "12345.5"],
    ["double", "9007199254740993"],
    ["varchar(3)", "abcd"],
    ["char(5)", '"ab "'],
    ["tinytext", "x".repeat(256)],
    ["text", "x".repeat(65_536)],
    ["varchar(9) CHARACTER SET latin1", "€日本"],
    ["enum('a','b')", "A", "text"],
    ["datetime", "2020-01-01T00:00:00.5"],
    ["date", "2020-01-01T00:00:01"],
    ["timestamp(6) NULL", "1969-01-01T00:00:00Z"],
    ["bit(1)", "2"],
    ["int", "1.5"],
  ];
  for (const [index, [type, value, declared]] of cases.entries()) {
    await sql(`CREATE TABLE c${index} (id int, odd ${type})`);
    const columns: LoadOptions["columns"] = declared ? { odd: { type: declared } } : {};
    const error = await refused(`id,odd\n1,${value}\n`, `c${index}`, { write: "append", columns });
    assert.deepEqual([error.code, error.column], ["data.value", "odd"], `${type}: ${error.message}`);
    assert.ok(
      error.message.includes(value.replaceAll('"', "").slice(0, 7).replace("T", " ")),
      `${type}: ${error.message}`,
    );
    assert.equal(await sql(`SELECT COUNT(*) FROM c${index}`), "0", type);
  }
  await sql(
    "CREATE TABLE fits (i smallint, d decimal(10,3), f double, s varchar(5) CHARACTER SET latin1, w timestamp NULL, x varchar(30))",
  );
  await load("i,d,f,s,w,x\n5,1.5,2.25,é€,2020-01-01T09:00:00+09:00,77\n", "fits", { write: "append" });
  assert.equal(
    await sql("SET time_zone = '+00:00'; SELECT * FROM fits"),
    "5\t1.500\t2.25\té€\t2020-01-01 00:00:00\t77",
  );
});

rule(
  "a table that cannot take the rows is refused: other types, a view, no transactions",
  async (loading) => {
    const { sql, refused } = loading;
    await sql(
      "CREATE TABLE t (id int, v date); CREATE VIEW w AS SELECT * FROM t; CREATE TABLE old (id int, v varchar(9)) ENGINE=MyISAM; " +
        "CREATE TABLE made (id int, v int AS (id + 1) VIRTUAL)",
    );
    const write = "append";
    assert.match(
      (await refused("id,v\n1,abc\n", "t", { write, columns: { v: { type: "text" } } })).message,
      /is date, and the load brings longtext/,
    );
    assert.match((await refused("id,v\n1,2020-01-01\n", "w", { write })).message, /is a view/);
    assert.match((await refused("id,v\n1,a\n", "old", { write })).message, /MyISAM, which has no transactions/);
    assert.match((await refused("id,v\n1,2\n", "made", { write })).message, /computed by the server/);
  },
);

rule("a zero stays a zero where the table counts", async ({ sql, load }) => {
  await sql("CREATE TABLE t (id bigint AUTO_INCREMENT PRIMARY KEY, v varchar(9))");
  await load("id,v\n0,zero\n7,seven\n", "t", { write: "append" });
  assert.equal(await sql("SELECT * FROM t ORDER BY id"), "0\tzero\n7\tseven");
});

rule("a field of more than a packet arrives whole", async ({ sql, load, folder }) => {
  await makeDatabase(`${folder}/wide.duckdb`, "SELECT 1 AS id, repeat('x', 17000000) AS v UNION ALL SELECT 2, 'y'");
  await load("", "t", { from: "wide.duckdb", stream: "main.t" });
  assert.equal(
    await sql("SELECT id, LENGTH(v), MD5(v) FROM t ORDER BY id"),
    `1\t17000000\t${md5("x".repeat(17_000_000))}\n2\t1\t${md5("y")}`,
  );
});

rule("names that the server does not take get ones that it does", async ({ sql, load }) => {
  const long = "é".repeat(64), longer = "x".repeat(65);
  await load(`a ,A,😀,${long},${longer},sélect\n1,2,3,4,5,6\n`, "`odd` t😀");
  const names = await sql(
    "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_NAME = '`odd` t_' ORDER BY ORDINAL_POSITION",
  );
  const [first, second, third, fourth, fifth, sixth] = names.split("\n");
  assert.deepEqual([first, second, third, fourth, sixth], ["a_", "A", "_", long, "sélect"]);
  assert.match(fifth, /^x{55}_[0-9a-f]{8}$/);
  assert.equal(await sql("SELECT * FROM ```odd`` t_`"), "1\t2\t3\t4\t5\t6");
});

rule("the engine's own names are refused, and an URL without a database", async ({ refused, load, sql }) => {
  assert.equal((await refused("id\n1\n", "_dteg_x")).code, "target.name");
  assert.equal((await refused("id\n1\n", "a.b.c")).code, "target.name");
  await load("id\n1\n", "dteg_other.t");
  assert.equal(await sql("SELECT * FROM dteg_other.t; DROP DATABASE dteg_other"), "1");
});

const server = await openServer();
for (const { name, test } of rules) {
  Deno.test(`MariaDB: ${name}`, async () => {
    await using loading = await openLoading(server);
    await test(loading);
  });
}
