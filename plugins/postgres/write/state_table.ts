import { type LoadMark, quoteTable, quoteText, type TargetState } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import type { PgTable } from "./existing_table.ts";

/** Name of the table of states in each schema. */
export const STATE_TABLE = "_dteg_state";

async function exists(session: PgSession, schema: string): Promise<boolean> {
  const rows = await session.query(
    `SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${
      quoteText(schema)
    } AND c.relname = '${STATE_TABLE}'`,
  );
  return rows.length > 0;
}

/** The state of the last load into a table. */
export async function readState(session: PgSession, { schema, name }: PgTable): Promise<TargetState | undefined> {
  if (!await exists(session, schema)) return undefined;
  const [row] = await session.query(
    `SELECT pipeline, stream, target, load_id, run_id, committed_at, names::text AS names, masks::text AS masks FROM ${
      quoteTable(schema, STATE_TABLE)
    } WHERE target = ${quoteText(name)} ORDER BY committed_at DESC LIMIT 1`,
  );
  return row && {
    pipeline: row.pipeline ?? "",
    stream: row.stream ?? "",
    target: row.target ?? "",
    load: row.load_id ?? "",
    run: row.run_id ?? "",
    committedAt: row.committed_at ?? "",
    names: JSON.parse(row.names ?? "{}"),
    masks: JSON.parse(row.masks ?? "{}"),
  };
}

/** True when a load has been committed: what a lost reply to COMMIT leaves open. */
export async function isCommitted(
  session: PgSession,
  { schema, load }: { readonly schema: string; readonly load: string },
): Promise<boolean> {
  const rows = await session.query(
    `SELECT 1 FROM ${quoteTable(schema, STATE_TABLE)} WHERE load_id = ${quoteText(load)}`,
  );
  return rows.length > 0;
}

/** Waits until no other transaction holds the name, and holds it until this one ends. */
export async function holdName(session: PgSession, name: string): Promise<void> {
  await session.query(
    `SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(${quoteText(`dteg ${name}`)}, 0))`,
  );
}

/** Makes schema and table of state where they are missing. Two runs that do so at once are both right. */
export async function makeStateTable(session: PgSession, schema: string): Promise<void> {
  if (await exists(session, schema)) return;
  const rows = await session.query(`SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${quoteText(schema)}`);
  await session.transaction(async () => {
    await holdName(session, schema);
    if (rows.length === 0) await session.query(`CREATE SCHEMA IF NOT EXISTS ${quoteTable(schema)}`);
    await session.query(
      `CREATE TABLE IF NOT EXISTS ${
        quoteTable(schema, STATE_TABLE)
      } (pipeline text NOT NULL, stream text NOT NULL, target text NOT NULL, load_id text NOT NULL, ` +
        `run_id text NOT NULL, committed_at text NOT NULL, names jsonb NOT NULL, masks jsonb, PRIMARY KEY (pipeline, stream, target))`,
    );
  });
}

/** Puts the state of a load in the place of the one before, inside the transaction that is open. */
export async function writeState(session: PgSession, schema: string, mark: LoadMark): Promise<void> {
  const values = [
    mark.pipeline,
    mark.stream,
    mark.target,
    mark.load,
    mark.run,
    mark.committedAt,
    JSON.stringify(mark.names),
    JSON.stringify(mark.masks ?? {}),
  ].map(quoteText);
  await session.query(
    `INSERT INTO ${
      quoteTable(schema, STATE_TABLE)
    } (pipeline, stream, target, load_id, run_id, committed_at, names, masks) VALUES (${values.join(", ")}) ` +
      `ON CONFLICT (pipeline, stream, target) DO UPDATE SET load_id = excluded.load_id, run_id = excluded.run_id, committed_at = excluded.committed_at, names = excluded.names, masks = excluded.masks`,
  );
}
