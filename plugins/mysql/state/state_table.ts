import { createHash } from "node:crypto";
import { DtegError, type LoadMark, type StateOwner, type TargetState } from "../../../sdk/mod.ts";
import { quotePlace, quoteString } from "../backticks.ts";
import type { MysqlRow, MysqlSession } from "../session.ts";
import { tableOptions } from "../table/dress.ts";
import type { MysqlTable } from "../table/existing_table.ts";
import type { Dialect } from "../table/type_table.ts";
import { hasTable, replacedOf } from "../write/stage_table.ts";

/** Name of the table of states in each database. */
export const STATE_TABLE = "_dteg_state";

export const place = (schema: string) => quotePlace(schema, STATE_TABLE);

/** Key of a state: the parts may be longer than an index takes. */
export const idOf = ({ pipeline, stream, target }: Pick<TargetState, "pipeline" | "stream" | "target">) =>
  createHash("sha256").update(JSON.stringify([pipeline, stream, target])).digest("hex");

/** Makes a database where it is missing. */
export async function makeDatabase(session: MysqlSession, schema: string): Promise<void> {
  const found = await session.query(
    `SELECT 1 AS there FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${quoteString(schema)}`,
  );
  if (found.length === 0) await session.query(`CREATE DATABASE IF NOT EXISTS ${quotePlace(schema)}`);
}

/** Makes database and table of state where they are missing. Two runs that do so at once are both right. */
export async function makeStateTable(session: MysqlSession, schema: string, dialect: Dialect): Promise<void> {
  if (await hasTable(session, { schema, name: STATE_TABLE })) return await addLater(session, schema);
  await makeDatabase(session, schema);
  await session.query(
    `CREATE TABLE IF NOT EXISTS ${
      place(schema)
    } (id char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, ` +
      "pipeline longtext NOT NULL, stream longtext NOT NULL, target varchar(255) NOT NULL, load_id varchar(64) NOT NULL, " +
      "run_id varchar(64) NOT NULL, committed_at varchar(64) NOT NULL, names longtext NOT NULL, " +
      `masks longtext NULL, position longtext NULL, trace longtext NULL, types longtext NULL, pending longtext NULL COMMENT 'a load that is visible as soon as its table has the name of the target') ${
        tableOptions(dialect)
      }`,
  );
}

const LATER = ["trace", "types"];

/** A table that an older dteg made lacks columns. */
async function addLater(session: MysqlSession, schema: string): Promise<void> {
  const rows = await session.query(
    `SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${
      quoteString(schema)
    } AND TABLE_NAME = '${STATE_TABLE}'`,
  );
  for (const name of LATER.filter((name) => !rows.some((row) => row.name === name))) {
    await session.query(`ALTER TABLE ${place(schema)} ADD COLUMN ${name} longtext NULL`).catch((error) => {
      if (!/duplicate column/i.test(String(error))) throw error; // another run was quicker
    });
  }
}

/** The state of the last load into a table; that of one stream where it is named. */
export async function readState(
  session: MysqlSession,
  table: MysqlTable,
  owner?: StateOwner,
): Promise<TargetState | undefined> {
  if (!await hasTable(session, { schema: table.schema, name: STATE_TABLE })) return undefined;
  const whose = owner
    ? `id = ${quoteString(idOf({ ...owner, target: table.name }))}`
    : `target = ${quoteString(table.name)}`;
  const rows = await session.query(`SELECT * FROM ${place(table.schema)} WHERE ${whose}`);
  const states: TargetState[] = [];
  for (const row of rows) {
    const state = await settledState(session, table.schema, row);
    if (state) states.push(state);
  }
  return states.sort((a, b) => a.committedAt < b.committedAt ? 1 : -1)[0];
}

/**
 * What a row says. A load that takes the place of the table by its name is announced in `pending` first: it took place where the table
 * that it replaced is there, under the name that only that act gives it.
 */
async function settledState(session: MysqlSession, schema: string, row: MysqlRow): Promise<TargetState | undefined> {
  if (row.pending === null) return stateOf(row);
  const pending: LoadMark = JSON.parse(row.pending);
  if (await hasTable(session, replacedOf({ schema, ...pending }))) return pending;
  const [again] = await session.query(
    `SELECT * FROM ${place(schema)} WHERE id = ${quoteString(row.id ?? "")}`,
  );
  if (again && again.pending !== row.pending) return await settledState(session, schema, again); // it has gone on meanwhile
  return stateOf(row);
}

/** A row without a load is one whose first load has not taken place. */
function stateOf(row: MysqlRow): TargetState | undefined {
  if (row.load_id === "") return undefined;
  return {
    pipeline: row.pipeline ?? "",
    stream: row.stream ?? "",
    target: row.target ?? "",
    load: row.load_id ?? "",
    run: row.run_id ?? "",
    committedAt: row.committed_at ?? "",
    names: JSON.parse(row.names ?? "{}"),
    ...(row.types && { types: JSON.parse(row.types) }),
    ...(row.masks && { masks: JSON.parse(row.masks) }),
    ...(row.position && { position: JSON.parse(row.position) }),
    ...(row.trace && { undo: JSON.parse(row.trace) }),
  };
}

/** True when a load has been committed: what a lost reply to COMMIT leaves open. */
export async function isCommitted(
  session: MysqlSession,
  { schema, load }: { readonly schema: string; readonly load: string },
): Promise<boolean> {
  const rows = await session.query(
    `SELECT * FROM ${place(schema)} WHERE load_id = ${quoteString(load)} OR pending LIKE ${
      quoteString(`%"load":"${load}"%`)
    }`,
  );
  for (const row of rows) {
    if ((await settledState(session, schema, row))?.load === load) return true;
  }
  return false;
}

/** All states of a database. */
export async function allStates(session: MysqlSession, schema: string): Promise<readonly TargetState[]> {
  const rows = await session.query(`SELECT * FROM ${place(schema)} ORDER BY target, pipeline, stream`);
  const states: TargetState[] = [];
  for (const row of rows) {
    const state = await settledState(session, schema, row);
    if (state) states.push(state);
  }
  return states;
}

/** Puts the state of a load in the place of the one before. */
export async function writeState(session: MysqlSession, schema: string, mark: LoadMark): Promise<void> {
  const { load, run, committedAt, names, types, masks, position, undo } = mark;
  await upsert(session, schema, mark, {
    load_id: load,
    run_id: run,
    committed_at: committedAt,
    names: JSON.stringify(names),
    types: types ? JSON.stringify(types) : null,
    masks: masks ? JSON.stringify(masks) : null,
    position: position ? JSON.stringify(position) : null,
    trace: undo ? JSON.stringify(undo) : null,
    pending: null,
  });
}

/** Announces a load that a change of names will make visible; what was announced before it is settled first. */
export async function announce(session: MysqlSession, schema: string, mark: LoadMark): Promise<void> {
  const [row] = await session.query(
    `SELECT * FROM ${place(schema)} WHERE id = ${quoteString(idOf(mark))}`,
  );
  if (row && row.pending !== null) await settle(session, schema, row);
  await upsert(session, schema, mark, { pending: JSON.stringify({ ...mark }) });
}

/** Ends what a load has announced: it counts where it took place, and is forgotten where not. */
export async function settleLoad(
  session: MysqlSession,
  { schema, load }: { readonly schema: string; readonly load: string },
): Promise<void> {
  const rows = await session.query(
    `SELECT * FROM ${place(schema)} WHERE pending LIKE ${quoteString(`%"load":"${load}"%`)}`,
  );
  for (const row of rows) if (JSON.parse(row.pending ?? "{}").load === load) await settle(session, schema, row); // others name it too
}

async function settle(session: MysqlSession, schema: string, row: MysqlRow): Promise<void> {
  const state = await settledState(session, schema, row);
  if (state) return await writeState(session, schema, state);
  await session.query(`DELETE FROM ${place(schema)} WHERE id = ${quoteString(row.id ?? "")}`);
}

async function upsert(
  session: MysqlSession,
  schema: string,
  mark: LoadMark,
  values: Readonly<Record<string, string | null>>,
): Promise<void> {
  if (mark.target.length > 255) throw new DtegError("internal", `the name ${mark.target} is too long`);
  const literal = (value: string | null) => value === null ? "NULL" : quoteString(value);
  const row = {
    id: idOf(mark),
    pipeline: mark.pipeline,
    stream: mark.stream,
    target: mark.target,
    load_id: "",
    run_id: "",
    committed_at: "",
    names: "{}",
    ...values,
  };
  const sets = Object.entries(values).map(([name, value]) => `${name} = ${literal(value)}`);
  await session.query(
    `INSERT INTO ${place(schema)} (${Object.keys(row).join(", ")}) VALUES (${
      Object.values(row).map(literal).join(", ")
    }) ON DUPLICATE KEY UPDATE ${sets.join(", ")}`,
  );
}
