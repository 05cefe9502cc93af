import {
  DtegError,
  formatName,
  type LoadMark,
  requireNow,
  type Target,
  type TargetState,
  type Undoing,
} from "../../../sdk/mod.ts";
import { quoteIdentifier, quotePlace, quoteString } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import { findExisting, type MysqlTable } from "../table/existing_table.ts";
import type { Dialect } from "../table/type_table.ts";
import { holdName, releaseName, tableLock } from "../write/names_held.ts";
import { dropTable, hasTable, replacedOf } from "../write/stage_table.ts";
import {
  announce,
  idOf,
  makeStateTable,
  place,
  readState,
  settleLoad,
  STATE_TABLE,
  writeState,
} from "./state_table.ts";

type Kept = Pick<Target, "keep"> & { readonly table: MysqlTable };

/** What a swap has replaced gets the name under which it is kept, or is dropped; so is what is kept no longer. */
export async function keepSwapped(
  session: MysqlSession,
  replaced: MysqlTable,
  { target: { table: { schema }, keep }, isThere }: { readonly target: Kept; readonly isThere: boolean },
): Promise<void> {
  for (const name of keep.drop) await dropTable(session, { schema, name });
  if (keep.name === undefined || !isThere) return await dropTable(session, replaced);
  await session.query(`RENAME TABLE ${quotePlace(schema, replaced.name)} TO ${quotePlace(schema, keep.name)}`);
}

/** What a load that is no more has replaced: kept where its state says so, else dropped. */
export async function keepDead(session: MysqlSession, { schema, name }: MysqlTable): Promise<void> {
  const [, run, load] = /^_dteg_old_([a-z0-9]+)_([0-9a-f]+)$/.exec(name) ?? [];
  const rows = run === undefined || !await hasTable(session, { schema, name: STATE_TABLE })
    ? []
    : await session.query(`SELECT * FROM ${place(schema)} WHERE load_id = ${quoteString(load)}`);
  const [newest] = rows.flatMap(({ trace }) => trace ? JSON.parse(trace).versions : []);
  if (newest === undefined || newest.run !== run || await hasTable(session, { schema, name: newest.name })) {
    return await dropTable(session, { schema, name });
  }
  await session.query(`RENAME TABLE ${quotePlace(schema, name)} TO ${quotePlace(schema, newest.name)}`);
}

/** A copy of what a replace will take away: its table is made at once, its rows come by `fill` within the transaction of the load. */
export async function keptCopy(
  session: MysqlSession,
  { table, keep }: Kept,
): Promise<{ fill(): Promise<void>; done(): Promise<void>; failed(): Promise<void> }> {
  const { schema } = table, { name } = keep;
  const drop = async () => {
    for (const old of keep.drop) await dropTable(session, { schema, name: old });
  };
  const nothing = () => Promise.resolve();
  if (name === undefined) return { fill: nothing, done: drop, failed: nothing };
  const whole = quotePlace(schema, table.name), copy = quotePlace(schema, name);
  await session.query(`CREATE TABLE ${copy} LIKE ${whole}`);
  return {
    async fill() {
      const list = await columnsOf(session, table);
      await session.query(`INSERT INTO ${copy} (${list}) SELECT ${list} FROM ${whole}`);
    },
    done: drop,
    failed: () => dropTable(session, { schema, name }),
  };
}

async function columnsOf(session: MysqlSession, table: MysqlTable): Promise<string> {
  const columns = (await findExisting(session, table))?.columns ?? [];
  return columns.filter(({ isComputed }) => !isComputed).map(({ name }) => quoteIdentifier(name)).join(", ");
}

type Undo = Undoing & { readonly table: MysqlTable };

/** Takes back the last load of a table, with its state: by one change of names, or in one transaction where something hangs on it. */
export async function undoLoad(session: MysqlSession, undoing: Undo, dialect: Dialect): Promise<void> {
  const { table, now } = undoing;
  await makeStateTable(session, table.schema, dialect);
  const lock = tableLock(table);
  await holdName(session, lock);
  try {
    requireNow(undoing, await readState(session, table, now));
    const whole = quotePlace(table.schema, table.name);
    if (undoing.from.kind === "rows") {
      const where = `${quoteIdentifier(undoing.from.column)} = ${quoteString(undoing.from.run)}`;
      return await inTransaction(session, undoing, [`DELETE FROM ${whole} WHERE ${where}`]);
    }
    const version = { schema: table.schema, name: undoing.from.name };
    if (!await hasTable(session, version)) throw impossible(table, `${formatName(version)}, which was kept, is gone`);
    const existing = await findExisting(session, table);
    if (!existing?.hasDependents) return await swapBack(session, undoing, { version, isThere: existing !== undefined });
    const list = await columnsOf(session, version);
    const kept = quotePlace(version.schema, version.name);
    await inTransaction(session, undoing, [
      `DELETE FROM ${whole}`,
      `INSERT INTO ${whole} (${list}) SELECT ${list} FROM ${kept}`,
    ]);
    await dropTable(session, version);
  } finally {
    await releaseName(session, lock).catch(() => {}); // a lost session has let go of it
  }
}

/** One RENAME, told by the state before as that of a load is. */
async function swapBack(
  session: MysqlSession,
  { table, now, then }: Undo,
  { version, isThere }: { readonly version: MysqlTable; readonly isThere: boolean },
): Promise<void> {
  const { schema } = table;
  const mark: LoadMark | undefined = then;
  const gone = replacedOf({ schema, run: (mark ?? now)?.run ?? "", load: (mark ?? now)?.load ?? "" });
  const name = (one: MysqlTable) => quotePlace(schema, one.name);
  if (mark && isThere) await announce(session, schema, mark);
  await session.query(
    `RENAME TABLE ${isThere ? `${name(table)} TO ${name(gone)}, ` : ""}${name(version)} TO ${name(table)}`,
  ).catch(async (error) => {
    if (mark) await settleLoad(session, { schema, load: mark.load }).catch(() => {}); // the next run settles it
    throw error;
  });
  if (mark && isThere) await settleLoad(session, { schema, load: mark.load });
  else if (mark) await writeState(session, schema, mark);
  else if (now) await removeState(session, schema, now);
  await dropTable(session, gone);
}

async function removeState(session: MysqlSession, schema: string, state: TargetState): Promise<void> {
  await session.query(`DELETE FROM ${place(schema)} WHERE id = ${quoteString(idOf(state))}`);
}

async function inTransaction(
  session: MysqlSession,
  { table, now, then }: Undo,
  statements: readonly string[],
): Promise<void> {
  await session.query("START TRANSACTION");
  try {
    for (const sql of statements) await session.query(sql);
    if (now) await removeState(session, table.schema, now);
    if (then) await writeState(session, table.schema, then);
    await session.query("COMMIT");
  } catch (error) {
    await session.query("ROLLBACK").catch(() => {}); // the first error tells more
    if (error instanceof DtegError && (error.failure === "data" || error.code === "column.unknown")) {
      throw impossible(table, error.message);
    }
    throw error;
  }
}

const impossible = (table: MysqlTable, reason: string) =>
  new DtegError("undo.impossible", `cannot take back the load of ${formatName(table)}: ${reason}`, {
    hint: "nothing is changed",
  });
