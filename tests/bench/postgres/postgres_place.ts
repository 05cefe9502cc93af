import { openServer, type TestServer } from "../../postgres/server.ts";
import type { Setting } from "../jobs.ts";

/** A server with the orders in the database `src`, and an empty database `dst`. */
export interface PostgresPlace extends AsyncDisposable {
  readonly src: string;
  readonly dst: string;
  readonly server: TestServer;
  /** Rows of the table that changes are merged into. */
  readonly base: number;
  /** What the merged table must hold. */
  readonly merged: string;
  /** What the whole table must hold. */
  readonly whole: string;
}

/** Columns of the orders in PostgreSQL; `json` keeps the text, `jsonb` is what dteg makes of a file's JSON. */
export const pgColumns = (json: "json" | "jsonb") =>
  `id bigint NOT NULL, customer_id bigint, status text, amount numeric(18,4), note text, is_paid boolean, ` +
  `ordered_at timestamptz, attributes ${json}`;

const COLUMNS = "id, customer_id, status, amount, note, is_paid, ordered_at, attributes";

/** Starts a server of its own and fills it. */
export async function openPlace({ orders }: Setting): Promise<PostgresPlace> {
  const server = await openServer({ settings: { max_wal_size: "8GB" } });
  try {
    await server.createDatabase("src");
    await server.createDatabase("dst");
    const base = Math.floor(orders.rows / 5);
    await server.psql(
      `CREATE TABLE orders (${pgColumns("json")});
      \\copy orders FROM '${orders.path}' (FORMAT csv, HEADER)
      ALTER TABLE orders ADD PRIMARY KEY (id);
      CREATE TABLE changes AS
        SELECT id, customer_id, 'changed'::text AS status, amount + 1 AS amount, note, is_paid, ordered_at, attributes
        FROM orders WHERE id <= ${base} AND id % 10 = 0
        UNION ALL SELECT ${COLUMNS} FROM orders WHERE id > ${base} AND id <= ${base + Math.floor(base / 20)};
      CREATE TABLE merged AS SELECT * FROM changes
        UNION ALL SELECT * FROM orders WHERE id <= ${base} AND id % 10 <> 0;
      CREATE TABLE base AS SELECT * FROM orders WHERE id <= ${base};`.replace(/;\s*/g, ";\n"),
      { db: "src" },
    );
    await server.psql("VACUUM ANALYZE", { db: "src" });
    return {
      server,
      base,
      src: server.url("src"),
      dst: server.url("dst"),
      whole: await checksumInPostgres(server, { db: "src", table: "orders" }),
      merged: await checksumInPostgres(server, { db: "src", table: "merged" }),
      [Symbol.asyncDispose]: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Count and hash of a table's rows, whatever their order, by the server. */
export async function checksumInPostgres(
  server: TestServer,
  { db, table }: { readonly db: string; readonly table: string },
): Promise<string> {
  const row =
    "ROW(id, customer_id, status, amount, note, is_paid, ordered_at AT TIME ZONE 'UTC', attributes::text::jsonb)";
  return await server.psql(
    `SELECT count(*) || ' rows, ' || sum(hashtextextended(${row}::text, 0)::numeric) FROM ${table}`,
    { db },
  );
}
