import {
  type DuckSession,
  type KeptState,
  quoteTable,
  quoteText,
  requireNow,
  type StateChange,
} from "../../../sdk/mod.ts";
import { makeStateTable, readState, stateOf, TABLE, writeState } from "./state_table.ts";

/** The states that a database holds, in all of its schemas. */
export async function listStates(session: DuckSession, catalog: string): Promise<readonly KeptState[]> {
  const schemas = await session.all(
    `SELECT schema_name FROM duckdb_tables() WHERE database_name = ${
      quoteText(catalog)
    } AND table_name = '${TABLE}' ORDER BY schema_name`,
  );
  const found: KeptState[] = [];
  for (const { schema_name } of schemas) {
    const schema = String(schema_name);
    const rows = await session.all(`FROM ${quoteTable(catalog, schema, TABLE)} ORDER BY target, pipeline, stream`);
    for (const row of rows) found.push({ table: { schema, name: String(row.target) }, state: stateOf(row) });
  }
  return found;
}

/** Changes states in one transaction. No other process can write to the file meanwhile. */
export async function changeStates(
  session: DuckSession,
  changes: readonly StateChange[],
  { catalog }: { readonly catalog: string },
): Promise<void> {
  const schemaOf = ({ table }: StateChange) => table.schema ?? "main";
  await session.alone(catalog, async () => {
    for (const schema of new Set(changes.map(schemaOf))) await makeStateTable(session, { catalog, schema });
    await session.run("BEGIN");
    try {
      for (const change of changes) {
        const place = { catalog, schema: schemaOf(change) }, target = change.table.name;
        requireNow(change, await readState(session, { ...place, target, owner: change.now ?? change.then }));
      }
      for (const { now, ...change } of changes) {
        if (now) await removeState(session, { catalog, schema: schemaOf(change), state: now });
      }
      for (const { then, ...change } of changes) {
        if (then) await writeState(session, { catalog, schema: schemaOf(change) }, then);
      }
      await session.run("COMMIT");
    } catch (error) {
      await session.run("ROLLBACK").catch(() => 0); // the first error tells more
      throw error;
    }
  });
}

/** Takes a state away, inside the transaction that is open. */
export async function removeState(
  session: DuckSession,
  { catalog, schema, state }: { readonly catalog: string; readonly schema: string; readonly state: KeptState["state"] },
): Promise<void> {
  const { pipeline, stream, target } = state;
  await session.run(
    `DELETE FROM ${quoteTable(catalog, schema, TABLE)} WHERE pipeline = ${quoteText(pipeline)} AND stream = ${
      quoteText(stream)
    } AND lower(target) = lower(${quoteText(target)})`,
  );
}
