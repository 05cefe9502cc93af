import assert from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { openServer, type TestServer } from "../postgres/server.ts";
import { type Loads, openLoads } from "./loads.ts";

/** Where rows go, and how they are read back without dteg. */
interface Target {
  readonly destination: (server: TestServer, db: string) => string;
  readonly rows: (loads: Loads, server: TestServer, db: string) => Promise<string[]>;
}

async function duckRows(path: string, sql: string): Promise<string[]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  const rows = reader.getRowsJson().map((row) => row.join("|"));
  connection.closeSync();
  instance.closeSync();
  return rows.toSorted();
}

const TARGETS: Readonly<Record<string, Target>> = {
  DuckDB: {
    destination: () => "duckdb://out.duckdb",
    rows: ({ folder }) =>
      duckRows(
        `${folder}/out.duckdb`,
        `SELECT id::text, v, strftime("at" AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f') FROM public.t`,
      ),
  },
  PostgreSQL: {
    destination: (server, db) => server.url(`${db}_out`),
    rows: async (_loads, server, db) =>
      (await server.psql("SELECT id::text, v, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') FROM t", {
        db: `${db}_out`,
      }))
        .split("\n").filter(Boolean).toSorted(),
  },
  "a folder of CSV": {
    destination: () => "csv://out/",
    rows: ({ folder }) => {
      const { files } = JSON.parse(Deno.readTextFileSync(`${folder}/out/public.t/_dteg_manifest.json`));
      const lines = files.flatMap(({ path }: { path: string }) =>
        Deno.readTextFileSync(`${folder}/out/public.t/${path}`).trim().split("\n").slice(1)
      );
      return Promise.resolve(
        lines.map((line: string) => line.replace("T", " ").replace(/Z$/, "").replaceAll(",", "|")).toSorted(),
      );
    },
  },
};

interface Case {
  readonly loads: Loads;
  readonly server: TestServer;
  readonly db: string;
  readonly psql: (sql: string) => Promise<string>;
  rows(): Promise<string[]>;
  source(): Promise<string[]>;
}

const server = await openServer();

async function inCase(
  target: Target,
  { stream, table = "CREATE TABLE t (id int, v text, at timestamptz)" }: {
    readonly stream: string;
    readonly table?: string;
  },
  test: (one: Case) => Promise<void>,
): Promise<void> {
  const db = await server.createDatabase();
  await server.createDatabase(`${db}_out`);
  const psql = (sql: string) => server.psql(sql, { db });
  await psql(table);
  await using loads = await openLoads(
    `version: 1\nname: p\nsource: "${server.url(db)}"\nstreams:\n  - ${stream}\ndestination: "${
      target.destination(server, db)
    }"\n`,
  );
  await test({
    loads,
    server,
    db,
    psql,
    rows: () => target.rows(loads, server, db),
    source: async () =>
      (await psql("SELECT id::text, v, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') FROM t")).split("\n")
        .filter(
          Boolean,
        ).toSorted(),
  });
}

const add = (id: number, second: number, v = "a") =>
  `INSERT INTO t VALUES (${id}, '${v}', '2024-01-01 00:00:${String(second).padStart(2, "0")}.123456+00');`;

for (const [name, target] of Object.entries(TARGETS)) {
  Deno.test(`an append by cursor into ${name} gives each row once, also those of one value across runs`, () =>
    inCase(target, { stream: "{ name: t, cursor: at }" }, async ({ loads, psql, rows, source }) => {
      await psql(add(1, 1) + add(2, 2) + add(3, 2) + add(3, 2)); // two equal rows are two rows
      const first = await loads.load();
      assert.deepEqual([first.read, first.inserted, first.cursor], [4, 4, "2024-01-01 00:00:02.123456+00"]);
      assert.deepEqual(await rows(), await source());
      assert.deepEqual([(await loads.load()).inserted, await rows()], [0, await source()]);
      await psql(add(4, 2) + add(3, 2) + add(5, 3));
      const { read, inserted, filtered } = await loads.load();
      assert.deepEqual({ read, inserted, filtered }, { read: 6, inserted: 3, filtered: 3 });
      assert.deepEqual(await rows(), await source());
      const { inserted: none, cursor } = await loads.load();
      assert.deepEqual([none, cursor, await rows()], [0, "2024-01-01 00:00:03.123456+00", await source()]);
    }));

  Deno.test(`a row that commits late with an older cursor arrives in ${name}`, () =>
    inCase(target, { stream: "{ name: t, cursor: at }" }, async ({ loads, db, psql, rows, source }) => {
      await psql(add(1, 1));
      const late = await openTransaction(server, db, `SAVEPOINT a; ${add(2, 2)}`);
      const silent = await openTransaction(server, db, "SELECT 1"); // it has no number yet
      await psql(add(3, 5));
      await loads.load();
      await late.commit();
      await silent.commit(add(4, 3));
      const { inserted, warnings } = await loads.load();
      assert.deepEqual([inserted, warnings], [2, ["2 rows committed late, with an older at: a scan found them"]]);
      assert.deepEqual(await rows(), await source());
      await psql(add(5, 6));
      assert.deepEqual([(await loads.load()).warnings, await rows()], [[], await source()]);
    }));
}

for (const name of ["DuckDB", "PostgreSQL"]) {
  const target = TARGETS[name];
  Deno.test(`merge by cursor into ${name}: only what changed is read, the last of a key wins, NULLs are read each time`, () =>
    inCase(target, { stream: "{ name: t, cursor: [nope, at], key: id }" }, async ({ loads, psql, rows, source }) => {
      await psql(add(1, 1) + add(2, 2) + add(9, 2) + "INSERT INTO t VALUES (3, 'n', NULL)");
      assert.equal((await loads.load()).inserted, 4);
      await psql(
        "UPDATE t SET v = 'new', at = '2024-01-02' WHERE id = 1; UPDATE t SET v = 'm' WHERE id = 3;" + add(4, 3),
      );
      const { read, inserted, updated, unchanged } = await loads.load();
      assert.deepEqual({ read, inserted, updated, unchanged }, { read: 5, inserted: 1, updated: 2, unchanged: 2 });
      assert.deepEqual(await rows(), await source());
      await psql("INSERT INTO t VALUES (4, 'older', '2024-01-03'), (4, 'newest', '2024-01-04')");
      const doubles = await loads.load();
      assert.deepEqual([doubles.read, doubles.filtered, doubles.updated], [4, 1, 1]);
      assert.ok((await rows()).includes("4|newest|2024-01-04 00:00:00.000000"));
    }));

  Deno.test(`an append with a key into ${name} leaves out what the table has`, () =>
    inCase(target, { stream: "{ name: t, cursor: at, key: id, write: append }" }, async ({ loads, psql, rows }) => {
      await psql(add(1, 1) + add(2, 2));
      await loads.load();
      await psql("UPDATE t SET at = '2024-01-05' WHERE id = 2;" + add(3, 2));
      const { inserted, filtered } = await loads.load();
      assert.deepEqual([inserted, filtered], [2, 0]); // the new version of 2, and 3
      assert.deepEqual([(await loads.load()).filtered, (await rows()).length], [1, 4]);
    }));

  Deno.test(`--full-refresh into ${name} reads all and replaces, and the next run goes on from there`, () =>
    inCase(target, { stream: "{ name: t, cursor: at, key: id }" }, async ({ loads, psql, rows, source }) => {
      await psql(add(1, 1) + add(2, 2));
      await loads.load();
      await psql("DELETE FROM t WHERE id = 1;" + add(3, 1));
      assert.deepEqual([(await loads.load()).inserted, (await rows()).length], [0, 2]);
      assert.equal((await loads.load({ fullRefresh: true })).read, 2);
      assert.deepEqual(await rows(), await source());
      await psql(add(4, 4));
      assert.equal((await loads.load()).inserted, 1);
      assert.deepEqual(await rows(), await source());
    }));
}

Deno.test("--limit moves no cursor, and a target that is gone is loaded whole", () =>
  inCase(
    TARGETS.PostgreSQL,
    { stream: "{ name: t, cursor: at, key: id }" },
    async ({ loads, psql, rows, source, db }) => {
      await psql(add(1, 1) + add(2, 2) + add(3, 3));
      assert.equal((await loads.load({ limit: 1 })).read, 1);
      assert.equal((await loads.load()).read, 3);
      await server.psql("DROP TABLE t", { db: `${db}_out` });
      const { warnings, read } = await loads.load();
      assert.deepEqual([warnings, read], [
        ["public.t is gone, though it was loaded before: all rows are read again"],
        3,
      ]);
      assert.deepEqual(await rows(), await source());
    },
  ));

Deno.test("a cursor that is another one than before, not loaded, or without an order is refused", () =>
  inCase(TARGETS.DuckDB, { stream: "{ name: t, cursor: at, key: id }" }, async ({ loads, psql }) => {
    await psql(add(1, 1));
    await loads.load();
    const yaml = Deno.readTextFileSync(`${loads.folder}/pipeline.yaml`);
    const codeOf = async (stream: string) => {
      loads.write("pipeline.yaml", yaml.replace(/- \{.*\}/, `- ${stream}`));
      const { code, hint } = await loads.refused();
      return [code, hint?.slice(0, 40)];
    };
    assert.deepEqual(await codeOf("{ name: t, cursor: id, key: id }"), [
      "stream.cursor",
      "add --full-refresh once to read all of i",
    ]);
    assert.deepEqual(await codeOf("{ name: t, cursor: at, key: id, select: [id] }"), [
      "stream.cursor",
      "add it to `select`, or do not drop it",
    ]);
    assert.deepEqual(await codeOf("{ name: t, cursor: ta, key: id }"), ["column.unknown", "did you mean at?"]);
    assert.deepEqual(await codeOf("{ name: t, cursor: at, key: id, lag: 5 }"), [
      "stream.cursor",
      "lag is a duration such as 10m for dates ",
    ]);
    assert.deepEqual((await codeOf("{ name: t, cursor: at, write: append }"))[0], "stream.cursor");
  }));

Deno.test("a lag reads an overlap again, and doubles are removed", () =>
  inCase(
    TARGETS.DuckDB,
    { stream: "{ name: t, cursor: at, lag: 10s, late: lag }" },
    async ({ loads, psql, rows, source }) => {
      await psql(add(1, 1) + add(2, 20));
      await loads.load();
      await psql(add(3, 12) + add(4, 9)); // the second is older than the overlap
      assert.deepEqual([(await loads.load()).inserted, (await rows()).length], [1, 3]);
      await psql("DELETE FROM t WHERE id = 4");
      assert.deepEqual([(await loads.load()).inserted, await rows()], [0, await source()]);
    },
  ));

Deno.test("infinity, NULL and the last value: nothing is read twice, and nothing blocks the cursor", () =>
  inCase(TARGETS.PostgreSQL, { stream: "{ name: t, cursor: at }" }, async ({ loads, psql, rows, source }) => {
    await psql(add(1, 1) + "INSERT INTO t VALUES (2, 'i', 'infinity'), (3, 'n', NULL)");
    assert.deepEqual([(await loads.load()).inserted, (await loads.load()).inserted], [3, 0]);
    await psql(add(4, 4) + "INSERT INTO t VALUES (5, 'n', NULL)");
    const { inserted, warnings } = await loads.load();
    assert.equal(inserted, 1);
    assert.match(warnings[0], /^2 rows without at were not read/);
    await psql("DELETE FROM t WHERE id = 5");
    assert.deepEqual(await rows(), await source());
  }));

Deno.test("a query has its condition where it says {{ interval }}", () =>
  inCase(
    TARGETS.PostgreSQL,
    { stream: `{ name: t, sql: "SELECT o.id, o.v, o.at FROM t o WHERE {{ interval }}", cursor: o.at, key: id }` },
    async ({ loads, psql, rows, source }) => {
      await psql(add(1, 1) + add(2, 2));
      assert.equal((await loads.load()).read, 2);
      await psql(add(3, 3));
      const { read, warnings } = await loads.load();
      assert.deepEqual([read, warnings.length], [2, 1]);
      assert.deepEqual(await rows(), await source());
    },
  ));

/** A transaction that is open, with a statement done. */
async function openTransaction(server: TestServer, db: string, sql: string) {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: server.url(db) });
  await client.connect();
  await client.query(`BEGIN; ${sql}`);
  return {
    async commit(more = "") {
      await client.query(`${more}; COMMIT`);
      await client.end();
    },
  };
}

addEventListener("unload", () => void server[Symbol.asyncDispose]());

Deno.test("a cursor of numbers goes by their size, not by their text", () =>
  inCase(TARGETS.DuckDB, {
    stream: "{ name: t, cursor: id, key: id }",
    table: "CREATE TABLE t (id int, v text, at timestamptz)",
  }, async ({ loads, psql }) => {
    await psql(Array.from({ length: 12 }, (_, index) => add(index + 1, 1)).join(""));
    assert.equal((await loads.load()).cursor, "12");
    await psql(add(100, 1));
    const { read, cursor } = await loads.load();
    assert.deepEqual([read, cursor], [2, "100"]);
  }));
