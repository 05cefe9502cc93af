import { createHash } from "node:crypto";
import { type Destination, formatName, type Log, quoteTable, quoteText, type Target } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import { findExisting, type PgTable } from "../write/existing_table.ts";
import { LEASE_TABLE, requireLease } from "./lease.ts";
import { holdName } from "./state_table.ts";

/** Name of the table of parts in each schema. A crash of the server empties it, and with it what is known of staging tables without a log. */
const LEDGER_TABLE = "_dteg_ledger";
const PREFIX = "_dteg_part_";

const hashOf = (...values: readonly unknown[]) => createHash("sha256").update(JSON.stringify(values)).digest("hex");

/** How names begin of the staging tables of a target that later runs may go on with. */
const namesOf = ({ name }: PgTable) => `${PREFIX}${hashOf(name).slice(0, 8)}_`;

/** The parts of a load that are durable in a staging table, which the next run of the same load finds. */
export interface Ledger {
  readonly staging: PgTable;
  readonly done: ReadonlyMap<string, number>;
  /** Enters a part in the transaction that brings its rows. */
  enter(session: PgSession, part: { readonly id: string; readonly rows: number }): Promise<void>;
  /** Forgets all parts, in the transaction that is open or in one of its own. */
  forget(): Promise<void>;
}

interface Load {
  readonly target: Target & { readonly table: PgTable };
  /** The staging table takes the name of the target. */
  readonly becomesTable: boolean;
  readonly log: Log;
}

/** Finds what an earlier run of the same load has left. A staging table that no part is known of goes. */
export async function openLedger(session: PgSession, { target, becomesTable, log }: Load): Promise<Ledger> {
  const { schema, name } = target.table;
  const ledger = quoteTable(schema, LEDGER_TABLE);
  const staging = { schema, name: namesOf(target.table) + hashOf(target.resume, becomesTable).slice(0, 16) };
  await makeLedger(session, schema);
  const rows = await session.query(
    `SELECT part, rows::text AS rows FROM ${ledger} WHERE staging = ${quoteText(staging.name)} ORDER BY part`,
  );
  const isThere = await findExisting(session, staging) !== undefined;
  const done = new Map(isThere ? rows.map(({ part, rows }) => [part ?? "", Number(rows)]) : []);
  const forget = async () =>
    void await session.query(`DELETE FROM ${ledger} WHERE staging = ${quoteText(staging.name)}`);
  if (done.size > 0) {
    const parts = done.size === 1 ? "1 part" : `${done.size} parts`;
    log.info(`${formatName({ schema, name })}: ${parts} of an earlier run are there; the load goes on`);
  } else {
    if (rows.length > 0) await forget();
    if (isThere) await session.query(`DROP TABLE ${quoteTable(schema, staging.name)}`);
  }
  return {
    staging,
    done,
    async enter(own, { id, rows }) {
      await requireLease(own, target, { isShared: true });
      const values = [staging.name, id, name].map(quoteText).join(", ");
      await own.query(`INSERT INTO ${ledger} (staging, part, target, rows) VALUES (${values}, ${rows})`);
    },
    forget,
  };
}

/** Drops what loads of a target left that this one does not go on with: the source, or the pipeline, is another one since. */
export async function dropOtherParts(
  session: PgSession,
  { target, log, kept }: Omit<Load, "becomesTable"> & { readonly kept?: PgTable },
): Promise<void> {
  const { schema } = target.table;
  const found = await session.query(
    `SELECT c.relname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ` +
      `WHERE n.nspname = ${quoteText(schema)} AND c.relkind = 'r' AND pg_catalog.starts_with(c.relname::text, ${
        quoteText(namesOf(target.table))
      })`,
  );
  const others = found.flatMap(({ name }) => name !== null && name !== kept?.name ? [name] : []);
  for (const name of others) {
    await session.query(`DROP TABLE IF EXISTS ${quoteTable(schema, name)}`);
    await session.query(`DELETE FROM ${quoteTable(schema, LEDGER_TABLE)} WHERE staging = ${quoteText(name)}`);
  }
  if (others.length === 0) return;
  log.warn(
    `${
      formatName(target.table)
    }: source, pipeline or target are others than when a load was broken off; it starts over`,
  );
}

/** What broken-off loads have in parts, where nobody who may live holds their target; `remove` drops it. */
export async function leftParts(
  session: PgSession,
  { isDead, remove }: Parameters<NonNullable<Destination["leftovers"]>>[0],
): Promise<readonly string[]> {
  const schemas = await session.query(
    `SELECT n.nspname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ` +
      `WHERE c.relname = '${LEDGER_TABLE}' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') ` +
      "AND pg_catalog.has_table_privilege(c.oid, 'SELECT, DELETE') ORDER BY 1",
  );
  const found: string[] = [];
  for (const { name } of schemas) {
    const schema = name ?? "", ledger = quoteTable(schema, LEDGER_TABLE);
    const loads = await session.query(
      `SELECT staging, target, (SELECT owner FROM ${
        quoteTable(schema, LEASE_TABLE)
      } l WHERE l.target = p.target) AS owner FROM ${ledger} p GROUP BY 1, 2 ORDER BY 2, 1`,
    );
    for (const { staging, target, owner } of loads) {
      if (owner && !isDead(owner)) continue;
      found.push(`parts of a load of ${formatName({ schema, name: target ?? "" })} that was broken off`);
      if (!remove) continue;
      await session.query(`DROP TABLE IF EXISTS ${quoteTable(schema, staging ?? "")}`);
      await session.query(`DELETE FROM ${ledger} WHERE staging = ${quoteText(staging ?? "")}`);
    }
  }
  return found;
}

async function makeLedger(session: PgSession, schema: string): Promise<void> {
  const ledger = quoteTable(schema, LEDGER_TABLE);
  const [{ there }] = await session.query(`SELECT (to_regclass(${quoteText(ledger)}) IS NOT NULL)::text AS there`);
  if (there === "true") return;
  await session.transaction(async () => {
    await holdName(session, schema);
    await session.query(
      `CREATE UNLOGGED TABLE IF NOT EXISTS ${ledger} (staging text NOT NULL, part text NOT NULL, target text NOT NULL, ` +
        "rows bigint NOT NULL, PRIMARY KEY (staging, part))",
    );
  });
}
