import assert from "node:assert/strict";
import { type Loading, openLoading } from "../loading.ts";
import { openServer } from "../server.ts";

type Test = (loading: Loading) => Promise<void>;

const TESTS: Readonly<Record<string, Test>> = {
  async "merge makes a table with its key, then updates, adds and leaves alone"({ load, psql, debris }) {
    const merge = { write: "merge", key: ["id"] } as const;
    const first = await load("id,v\n1,a\n2,b\n3,c\n", "public.t", merge);
    assert.deepEqual([first.inserted, first.written], [3, 3]);
    const before = await psql("SELECT id, xmin FROM t ORDER BY id");
    const second = await load("id,v\n2,b\n3,C\n4,d\n", "public.t", merge);
    assert.deepEqual([second.inserted, second.updated, second.unchanged, second.written], [1, 1, 1, 3]);
    assert.equal(await psql("SELECT * FROM t ORDER BY id"), "1|a\n2|b\n3|C\n4|d");
    const after = await psql("SELECT id, xmin FROM t WHERE id < 3 ORDER BY id");
    assert.equal(after, before.split("\n").slice(0, 2).join("\n"), "unchanged rows are not rewritten");
    assert.equal(await psql("SELECT indexname FROM pg_indexes WHERE tablename = 't'"), "t_pkey");
    assert.equal(await debris(), "");
  },
  async "a key of several columns; a table of keys alone"({ load, psql }) {
    const merge = { write: "merge", key: ["a", "B"] } as const;
    await load("a,B\n1,1\n1,2\n", "public.t", merge);
    const again = await load("a,B\n1,2\n2,1\n", "public.t", merge);
    assert.deepEqual([again.inserted, again.unchanged], [1, 1]);
    assert.equal(await psql('SELECT * FROM t ORDER BY a, "B"'), "1|1\n1|2\n2|1");
  },
  async "equal rows of a key collapse; rows that differ, NULL keys and a key that is not loaded are refused"(
    { load, psql, refused },
  ) {
    const merge = { write: "merge", key: ["id"] } as const;
    const report = await load("id,v\n1,a\n1,a\n2,b\n1,a\n", "public.t", merge);
    assert.deepEqual([report.read, report.written, report.filtered], [4, 2, 2]);
    assert.equal(await psql("SELECT * FROM t ORDER BY id"), "1|a\n2|b");
    const cases = [
      ["id,v\n7,a\n8,b\n7,c\n", "data.key_not_unique", '"7"'],
      ["id,v\n7,a\n,b\n", "data.key_null", '"id"'],
      ["nr,v\n7,a\n", "column.unknown", '"id"'],
    ] as const;
    for (const [csv, code, names] of cases) {
      const error = await refused(csv, "public.t", merge);
      assert.equal(error.code, code);
      assert.ok(error.message.includes(names), error.message);
      assert.equal(await psql("SELECT * FROM t ORDER BY id"), "1|a\n2|b");
    }
  },
  async "columns of domains and of money take numbers and texts that they hold"({ load, psql, refused }) {
    await psql(
      `CREATE DOMAIN code AS text CHECK (value <> ''); CREATE DOMAIN cents AS numeric(10,2); CREATE DOMAIN twice AS cents;
      CREATE TABLE t (id int PRIMARY KEY, c code, p twice, m money); INSERT INTO t VALUES (1, 'a', 1.50, 1.50)`,
    );
    const merge = { write: "merge", key: ["id"] } as const;
    const report = await load("id,c,p,m\n1,a,1.50,1.50\n2,b,2.25,-7\n", "public.t", merge);
    assert.deepEqual([report.inserted, report.updated, report.unchanged], [1, 0, 1]);
    const updated = await load("id,c,p,m\n1,a,1.50,1.5\n2,b,2.30,-7.10\n", "public.t", merge);
    assert.deepEqual([updated.inserted, updated.updated, updated.unchanged], [0, 1, 1]);
    assert.equal(await psql("SELECT id, c, p, m::numeric FROM t ORDER BY id"), "1|a|1.50|1.50\n2|b|2.30|-7.10");
    for (const [row, code] of [['3,"",1,1', "data.constraint"], ["3,a,1,1.001", "data.value"]]) {
      assert.equal((await refused(`id,c,p,m\n${row}\n`, "public.t", merge)).code, code);
    }
  },
  async "what is equal to the server but not the same is brought in"({ load, psql }) {
    await psql(
      "CREATE TABLE t (id int PRIMARY KEY, i interval, n numeric, j json); INSERT INTO t VALUES (1, '30 days', 1.0, '{}'), (2, '1 day', 2.50, '{}')",
    );
    const report = await load(
      "id,i,n,j\n1,P1M,1.00,{}\n2,P1D,2.50,{}\n",
      "public.t",
      { write: "merge", key: ["id"] },
    );
    assert.deepEqual([report.updated, report.unchanged], [1, 1]);
    assert.equal(await psql("SELECT * FROM t ORDER BY id"), "1|1 mon|1.00|{}\n2|1 day|2.50|{}");
  },
  async "a target whose own rows share a key is refused, not half updated"({ psql, refused }) {
    await psql("CREATE TABLE t (id bigint, v text); INSERT INTO t VALUES (1, 'a'), (1, 'b'), (2, 'c')");
    const error = await refused("id,v\n1,x\n2,y\n", "public.t", { write: "merge", key: ["id"] });
    assert.equal(error.code, "data.key_not_unique");
    assert.equal(await psql("SELECT * FROM t ORDER BY v"), "1|a\n1|b\n2|c");
  },
  async "columns that the load does not bring are kept; triggers, grants and partitions too"({ load, psql }) {
    await psql(
      "CREATE TABLE t (id bigint PRIMARY KEY, v text, mine text DEFAULT 'new') PARTITION BY RANGE (id); CREATE TABLE p PARTITION OF t FOR VALUES FROM (0) TO (100); " +
        "INSERT INTO t VALUES (1, 'a', 'kept'); GRANT SELECT ON t TO pg_monitor",
    );
    await load("id,v\n1,b\n2,c\n", "public.t", { write: "merge", key: ["id"] });
    assert.equal(await psql("SELECT * FROM t ORDER BY id"), "1|b|kept\n2|c|new");
    assert.equal(await psql("SELECT has_table_privilege('pg_monitor', 't', 'select')"), "t");
  },
  async "types of key and columns of the table may be wider; what would change is refused"({ load, psql, refused }) {
    await psql(
      "CREATE TABLE t (id numeric PRIMARY KEY, v varchar(3), d numeric(6,2)); INSERT INTO t VALUES (1, 'a', 1.50)",
    );
    const merge = { write: "merge", key: ["id"] } as const;
    const report = await load("id,v,d\n1,abc,1.5\n2,d,2\n", "public.t", merge);
    assert.deepEqual([report.updated, report.inserted], [1, 1]);
    assert.equal(await psql("SELECT * FROM t ORDER BY id"), "1|abc|1.50\n2|d|2.00");
    const error = await refused("id,v,d\n1,abcd,1.5\n", "public.t", merge);
    assert.deepEqual([error.code, error.column], ["data.value", "v"]);
  },
  async "append adds and keeps what is there, in one transaction with its state"({ load, psql }) {
    await load("id\n1\n", "public.t", { write: "append" });
    const loads = await psql("SELECT load_id FROM _dteg_state");
    await load("id\n1\n2\n", "public.t", { write: "append" });
    assert.equal(await psql("SELECT * FROM t ORDER BY id"), "1\n1\n2");
    assert.notEqual(await psql("SELECT load_id FROM _dteg_state"), loads);
    assert.equal(await psql("SELECT count(*) FROM _dteg_state"), "2", "one row a stream, and the streams differ");
  },
};

Deno.test("PostgreSQL: merge and append", async (t) => {
  await using server = await openServer();
  for (const [name, test] of Object.entries(TESTS)) {
    await t.step(name, async () => {
      await using loading = await openLoading(server);
      await test(loading);
    });
  }
});
