import {
  formatName,
  type KeptState,
  quoteTable,
  quoteText,
  requireNow,
  type StateChange,
  type TargetState,
} from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import type { PgTable } from "../write/existing_table.ts";
import { leaseHolders } from "./lease.ts";
import { COLUMNS, holdName, makeStateTable, readState, STATE_TABLE, stateOf, writeState } from "./state_table.ts";

/** The states that a database holds, in all schemas that the user may read. */
export async function listStates(session: PgSession): Promise<readonly KeptState[]> {
  const schemas = await session.query(
    `SELECT n.nspname AS schema FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ` +
      `WHERE c.relname = '${STATE_TABLE}' AND c.relkind = 'r' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') ` +
      "AND pg_catalog.has_table_privilege(c.oid, 'SELECT') ORDER BY n.nspname",
  );
  const found: KeptState[] = [];
  for (const { schema } of schemas) {
    const rows = await session.query(
      `SELECT ${COLUMNS} FROM ${quoteTable(schema ?? "", STATE_TABLE)} s ORDER BY target, pipeline, stream`,
    );
    const holders = rows.length > 0 ? await leaseHolders(session, schema ?? "") : new Map();
    for (const row of rows) {
      const name = row.target ?? "", heldBy = holders.get(name);
      found.push({ table: { schema: schema ?? "", name }, state: stateOf(row), ...(heldBy && { heldBy }) });
    }
  }
  return found;
}

type Change = StateChange & { readonly table: PgTable };

/** Changes states in one transaction, which no commit of a load into their tables overlaps. */
export async function changeStates(session: PgSession, changes: readonly Change[]): Promise<void> {
  for (const schema of new Set(changes.map(({ table }) => table.schema))) await makeStateTable(session, schema);
  await session.transaction(async () => {
    for (const label of new Set(changes.map(({ table }) => formatName(table)).toSorted())) {
      await holdName(session, `table ${label}`);
    }
    for (const change of changes) {
      requireNow(change, await readState(session, change.table, change.now ?? change.then));
    }
    for (const { table, now } of changes) if (now) await removeState(session, table.schema, now);
    for (const { table, then } of changes) if (then) await writeState(session, table.schema, then);
  });
}

/** Takes a state away, inside the transaction that is open. */
export async function removeState(session: PgSession, schema: string, state: TargetState): Promise<void> {
  const { pipeline, stream, target } = state;
  await session.query(
    `DELETE FROM ${quoteTable(schema, STATE_TABLE)} WHERE pipeline = ${quoteText(pipeline)} AND stream = ${
      quoteText(stream)
    } AND target = ${quoteText(target)}`,
  );
}
