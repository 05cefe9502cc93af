import assert from "node:assert/strict";
import { type Loads, openLoads } from "../../cursor/loads.ts";
import { openServer } from "../server.ts";

const server = await openServer();

interface Bench extends AsyncDisposable {
  readonly loads: Loads;
  sql(text: string): Promise<string>;
}

/** A pipeline from `in.csv` into a database of its own. */
async function open(stream: string): Promise<Bench> {
  const db = await server.createDatabase();
  const loads = await openLoads(
    `version: 1\nname: p\nsource: "in.csv"\nstreams:\n  - ${stream}\ndestination: "${server.url(db)}"\n`,
  );
  return { loads, sql: (text) => server.sql(text, { db }), [Symbol.asyncDispose]: () => loads[Symbol.asyncDispose]() };
}

Deno.test("MariaDB keeps how far a stream was read, and an append leaves out what is there already", async () => {
  await using bench = await open("{ name: in, cursor: n, key: k, write: append, into: t }");
  const { loads, sql } = bench;
  loads.write("in.csv", "k,n,v\na,1,x\nA,2,y\n");
  assert.deepEqual([(await loads.load()).inserted, (await loads.load()).filtered], [2, 1]);
  loads.write("in.csv", "k,n,v\na,1,x\nA,2,y\na,2,z\nb,3,w\n");
  const { inserted, filtered, cursor } = await loads.load();
  assert.deepEqual({ inserted, filtered, cursor }, { inserted: 2, filtered: 1, cursor: "3" });
  assert.equal(await sql("SELECT * FROM t ORDER BY n, k"), "a\t1\tx\nA\t2\ty\na\t2\tz\nb\t3\tw");
  assert.equal(await sql("SELECT JSON_VALUE(position, '$.value') FROM _dteg_state"), "3");
});

Deno.test("MariaDB: of rows of one key the last by cursor wins, also where all is loaded anew", async () => {
  await using bench = await open("{ name: in, cursor: at, key: id, into: t }");
  const { loads, sql } = bench;
  loads.write("in.csv", "id,at,v\n1,2024-01-01,a\n2,2024-01-02,b\n");
  assert.equal((await loads.load()).inserted, 2);
  loads.write("in.csv", "id,at,v\n1,2024-01-03,a2\n1,2024-01-04,a3\n2,2024-01-01,old\n");
  const { updated, filtered } = await loads.load();
  assert.deepEqual({ updated, filtered }, { updated: 1, filtered: 1 });
  assert.equal(await sql("SELECT id, v FROM t ORDER BY id"), "1\ta3\n2\tb");
  const all = await loads.load({ fullRefresh: true });
  assert.deepEqual([all.inserted, all.filtered], [2, 1]);
  assert.equal(await sql("SELECT id, v FROM t ORDER BY id"), "1\ta3\n2\told");
  assert.equal((await loads.load()).inserted, 0);
});

Deno.test("MariaDB is read by cursor: doubles within the lag are left out, and without one it is told what could be missed", async () => {
  const db = await server.createDatabase();
  const sql = (text: string) => server.sql(text, { db });
  await sql(
    "CREATE TABLE t (id bigint unsigned, at datetime(6)); INSERT INTO t VALUES (1, '2024-01-01 10:00:00.000001'), (18446744073709551615, '2024-01-01 10:05:00')",
  );
  const yaml = (lag: string) =>
    `version: 1\nname: p\nsource: "${
      server.url(db)
    }"\nstreams:\n  - { name: t, cursor: at${lag} }\ndestination: csv://out/\n`;
  await using loads = await openLoads(yaml(", lag: 10m"));
  assert.equal((await loads.load()).inserted, 2);
  await sql("INSERT INTO t VALUES (3, '2024-01-01 10:01:00'), (4, '2024-01-01 10:06:00')");
  const { inserted, filtered, warnings } = await loads.load();
  assert.deepEqual({ inserted, filtered, warnings }, { inserted: 2, filtered: 2, warnings: [] });
  loads.write("pipeline.yaml", yaml(""));
  const bare = await loads.load();
  assert.deepEqual([bare.inserted, bare.warnings.length], [0, 1]);
  assert.match(bare.warnings[0], /with an older at, is missed; `lag` reads an overlap again$/);
});
