import { deepEqual, ok } from "node:assert/strict";
import { postgresConnector } from "../../../plugins/postgres/mod.ts";
import { cursorCandidates } from "../../../runtime/engine/ask/cursor_candidates.ts";
import { formatName, type Host, type Source, type Stream, type StreamFilter } from "../../../sdk/mod.ts";
import { openServer } from "../server.ts";

const server = await openServer();

async function withSource<T>(db: string, step: (source: Source) => Promise<T>): Promise<T> {
  const things = new Map<string, object>();
  const host: Host = {
    log: { debug: () => {}, info: () => {}, warn: () => {} },
    signal: new AbortController().signal,
    tempDir: "/nowhere",
    run: "r",
    folder: "/",
    duckdb: () => Promise.reject(new Error("a list needs no DuckDB")),
    shared<T extends object>(name: string, make: () => T): T {
      const thing = things.get(name) ?? make();
      things.set(name, thing);
      return thing as T;
    },
  };
  try {
    await using source = postgresConnector.source!({ url: server.url(db) }, host);
    return await step(source);
  } finally {
    for (const thing of things.values()) await (thing as Partial<AsyncDisposable>)[Symbol.asyncDispose]?.();
  }
}

const listed = (db: string, filter?: StreamFilter) =>
  withSource(db, async (source) => {
    const streams: Stream[] = [];
    for await (const stream of source.discover(filter)) streams.push(stream);
    return streams;
  });

Deno.test("a table is told with its columns, key, cursors, comments and estimate", async () => {
  const db = await server.createDatabase();
  await server.psql(
    `CREATE DOMAIN money2 AS numeric(12,2);
    CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY, "lineNo" int NOT NULL, total money2, tags text[], placed date, made_at timestamp,
      "updatedAt" timestamptz, PRIMARY KEY ("lineNo", id));
    CREATE INDEX ON orders (placed); COMMENT ON TABLE orders IS 'What was sold'; COMMENT ON COLUMN orders.total IS 'With tax, in €';
    INSERT INTO orders ("lineNo") SELECT 1 FROM generate_series(1, 500); ANALYZE orders;
    CREATE VIEW seen AS SELECT id FROM orders; CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one; CREATE TABLE _dteg_state (a int);
    CREATE TABLE days (d date) PARTITION BY RANGE (d); CREATE TABLE days_a PARTITION OF days DEFAULT;`,
    { db },
  );
  const [days, kept, orders, seen] = await listed(db);
  deepEqual([days, kept, orders, seen].map(({ name, kind }) => [formatName(name), kind]), [
    ["public.days", "table"],
    ["public.kept", "view"],
    ["public.orders", "table"],
    ["public.seen", "view"],
  ]);
  const column = (name: string, type: object, rest: object) => ({ name, type, ...rest });
  const native = (type: string) => ({ system: "postgres", type });
  deepEqual(JSON.parse(JSON.stringify(orders)), {
    name: { schema: "public", name: "orders" },
    kind: "table",
    schema: JSON.parse(JSON.stringify([
      column("id", { kind: "int64" }, { nullable: false, native: native("bigint") }),
      column("lineNo", { kind: "int32" }, { nullable: false, native: native("integer") }),
      column("total", { kind: "decimal", precision: 12, scale: 2 }, {
        nullable: true,
        native: native("numeric(12,2)"),
        comment: "With tax, in €",
      }),
      column("tags", { kind: "json" }, { nullable: true, native: native("text[]") }),
      column("placed", { kind: "date" }, { nullable: true, native: native("date") }),
      column("made_at", { kind: "timestamp", precision: 6 }, {
        nullable: true,
        native: native("timestamp without time zone"),
      }),
      column("updatedAt", { kind: "timestamptz", precision: 6 }, {
        nullable: true,
        native: native("timestamp with time zone"),
      }),
    ])),
    primaryKey: ["lineNo", "id"],
    indexed: ["lineNo", "placed"],
    counted: ["id"],
    rows: 500,
    comment: "What was sold",
  });
  deepEqual(cursorCandidates(orders.schema ?? [], orders), ["updatedAt", "placed", "id"]);
});

Deno.test("10,000 tables are listed in seconds, the first at once, and a filter describes none but its own", async () => {
  const db = await server.createDatabase();
  for (let from = 0; from < 10_000; from += 1000) { // one transaction would need more locks than the server has
    await server.psql(
      `DO $$ BEGIN FOR i IN ${from}..${
        from + 999
      } LOOP EXECUTE 'CREATE TABLE t' || lpad(i::text, 4, '0') || ' (id bigint, name text, at timestamptz)'; END LOOP; END $$`,
      { db },
    );
  }
  await withSource(db, async (source) => {
    const began = performance.now();
    let first = 0, count = 0;
    for await (const { schema } of source.discover()) {
      first ||= performance.now() - began;
      if (schema?.length === 3) count++;
    }
    const all = performance.now() - began;
    console.log(`    10,000 tables: the first after ${first.toFixed(0)} ms, all after ${all.toFixed(0)} ms`);
    deepEqual(count, 10_000);
    ok(all < 60_000 && first < 10_000, "a list takes too long");
    const some: string[] = [];
    for await (const { name } of source.discover(({ name }) => /^t000[1-3]$/.test(name))) some.push(formatName(name));
    deepEqual(some, ["public.t0001", "public.t0002", "public.t0003"]);
  });
});

Deno.test("the server stops", () => server.stop());
