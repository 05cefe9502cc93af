import { type LoadMark, quoteTable, quoteText, type StateOwner, type TargetState } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import type { PgTable } from "../write/existing_table.ts";

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

/** The state of the last load into a table; that of one stream where it is named. */
export async function readState(
  session: PgSession,
  { schema, name }: PgTable,
  owner?: StateOwner,
): Promise<TargetState | undefined> {
  if (!await exists(session, schema)) return undefined;
  const table = quoteTable(schema, STATE_TABLE);
  const whose = owner ? ` AND pipeline = ${quoteText(owner.pipeline)} AND stream = ${quoteText(owner.stream)}` : "";
  const [row] = await session.query(
    `SELECT ${COLUMNS} FROM ${table} s WHERE target = ${quoteText(name)}${whose} ORDER BY committed_at DESC LIMIT 1`,
  );
  return row && stateOf(row);
}

/** What is selected of a table of states `s`; one of an older dteg lacks some. */
export const COLUMNS =
  "pipeline, stream, target, load_id, run_id, committed_at, names::text AS names, pg_catalog.to_jsonb(s)->>'masks' AS masks, " +
  "pg_catalog.to_jsonb(s)->>'types' AS types, pg_catalog.to_jsonb(s)->>'position' AS position, pg_catalog.to_jsonb(s)->>'trace' AS trace";

/** What a row of it says. */
export function stateOf(row: Readonly<Record<string, string | null>>): TargetState {
  return {
    pipeline: row.pipeline ?? "",
    stream: row.stream ?? "",
    target: row.target ?? "",
    load: row.load_id ?? "",
    run: row.run_id ?? "",
    committedAt: row.committed_at ?? "",
    names: JSON.parse(row.names ?? "{}"),
    ...(row.types && { types: JSON.parse(row.types) }),
    masks: JSON.parse(row.masks ?? "{}"),
    ...(row.position && { position: JSON.parse(row.position) }),
    ...(row.trace && { undo: JSON.parse(row.trace) }),
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
  if (await exists(session, schema)) {
    await addLater(session, schema);
    return;
  }
  const rows = await session.query(`SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${quoteText(schema)}`);
  await session.transaction(async () => {
    await holdName(session, schema);
    if (rows.length === 0) await session.query(`CREATE SCHEMA IF NOT EXISTS ${quoteTable(schema)}`);
    await session.query(
      `CREATE TABLE IF NOT EXISTS ${
        quoteTable(schema, STATE_TABLE)
      } (pipeline text NOT NULL, stream text NOT NULL, target text NOT NULL, load_id text NOT NULL, ` +
        "run_id text NOT NULL, committed_at text NOT NULL, names jsonb NOT NULL, masks jsonb, position text, trace text, types jsonb, " +
        "PRIMARY KEY (pipeline, stream, target))",
    );
  });
}

const LATER: Readonly<Record<string, string>> = { masks: "jsonb", position: "text", trace: "text", types: "jsonb" };

/** A table that an older dteg made lacks columns. */
async function addLater(session: PgSession, schema: string): Promise<void> {
  const table = quoteTable(schema, STATE_TABLE);
  const rows = await session.query(
    `SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = ${quoteText(table)}::regclass AND NOT attisdropped`,
  );
  const lacking = Object.entries(LATER).filter(([name]) => !rows.some(({ attname }) => attname === name));
  for (const [name, type] of lacking) {
    await session.query(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${name} ${type}`);
  }
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
    JSON.stringify(mark.types ?? {}),
  ].map(quoteText);
  const position = mark.position ? quoteText(JSON.stringify(mark.position)) : "NULL";
  const undo = mark.undo ? quoteText(JSON.stringify(mark.undo)) : "NULL";
  await session.query(
    `INSERT INTO ${
      quoteTable(schema, STATE_TABLE)
    } (pipeline, stream, target, load_id, run_id, committed_at, names, masks, types, position, trace) VALUES (${
      values.join(", ")
    }, ${position}, ${undo}) ON CONFLICT (pipeline, stream, target) DO UPDATE SET load_id = excluded.load_id, run_id = excluded.run_id, ` +
      "committed_at = excluded.committed_at, names = excluded.names, masks = excluded.masks, types = excluded.types, " +
      "position = excluded.position, trace = excluded.trace",
  );
}
