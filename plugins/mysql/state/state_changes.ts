import { type KeptState, requireNow, type StateChange } from "../../../sdk/mod.ts";
import { quoteString } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import type { MysqlTable } from "../table/existing_table.ts";
import type { Dialect } from "../table/type_table.ts";
import { holdName, releaseName, tableLock } from "../write/names_held.ts";
import { leaseHolders } from "./lease.ts";
import { allStates, idOf, makeStateTable, place, readState, STATE_TABLE, writeState } from "./state_table.ts";

/** The states that a database holds; without one those of all that the user may read. */
export async function listStates(session: MysqlSession, database?: string): Promise<readonly KeptState[]> {
  const only = database === undefined ? "" : ` AND TABLE_SCHEMA = ${quoteString(database)}`;
  const schemas = await session.query(
    `SELECT TABLE_SCHEMA AS name FROM information_schema.TABLES WHERE TABLE_NAME = '${STATE_TABLE}'${only} ORDER BY TABLE_SCHEMA`,
  );
  const found: KeptState[] = [];
  for (const { name } of schemas) {
    const schema = name ?? "";
    const holders = await leaseHolders(session, schema);
    for (const state of await allStates(session, schema)) {
      const heldBy = holders.get(state.target);
      found.push({ table: { schema, name: state.target }, state, ...(heldBy && { heldBy }) });
    }
  }
  return found;
}

type Change = StateChange & { readonly table: MysqlTable };

/** Changes states in one transaction, which no commit of a load into their tables overlaps. */
export async function changeStates(
  session: MysqlSession,
  changes: readonly Change[],
  { dialect }: { readonly dialect: Dialect },
): Promise<void> {
  for (const schema of new Set(changes.map(({ table }) => table.schema))) {
    await makeStateTable(session, schema, dialect);
  }
  const locks = [...new Set(changes.map(({ table }) => tableLock(table)))].toSorted();
  for (const lock of locks) await holdName(session, lock);
  try {
    await session.query("START TRANSACTION");
    try {
      for (const change of changes) {
        requireNow(change, await readState(session, change.table, change.now ?? change.then));
      }
      for (const { table, now } of changes) {
        if (now) await session.query(`DELETE FROM ${place(table.schema)} WHERE id = ${quoteString(idOf(now))}`);
      }
      for (const { table, then } of changes) if (then) await writeState(session, table.schema, then);
      await session.query("COMMIT");
    } catch (error) {
      await session.query("ROLLBACK").catch(() => {}); // the first error tells more
      throw error;
    }
  } finally {
    for (const lock of locks) await releaseName(session, lock).catch(() => {}); // a lost session has let go of it
  }
}
