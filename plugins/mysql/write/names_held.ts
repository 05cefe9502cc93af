import { createHash } from "node:crypto";
import { DtegError } from "../../../sdk/mod.ts";
import { quoteString } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import type { MysqlTable } from "../table/existing_table.ts";

/** Seconds. The lease lets one load in at a time, so what holds a name is a change of states, or a session that the server takes for alive. */
const LONGEST_WAIT = 300;
/** Seconds that a session has to end by itself. */
const PATIENCE = 5;
/** Names of locks have at most 64 characters, and are the same for all databases of a server. */
const hashOf = (...parts: readonly string[]) =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);

/** The lock that a load holds as long as its session lives: by it others know that it is alive. */
export const loadLock = (schema: string, load: string) => `dteg load ${hashOf(schema, load)}`;
/** The lock that a commit into a table holds. */
export const tableLock = ({ schema, name }: MysqlTable) => `dteg table ${hashOf(schema, name)}`;

/** Waits until no other session holds the name, and holds it until this one lets go or ends. */
export async function holdName(
  session: MysqlSession,
  name: string,
  { seconds = LONGEST_WAIT }: { readonly seconds?: number } = {},
): Promise<void> {
  if (await tryName(session, name, { seconds })) return;
  const [{ holder }] = await session.query(`SELECT IS_USED_LOCK(${quoteString(name)}) AS holder`);
  throw new DtegError(
    "state.busy",
    `another session of ${session.label} (connection ${
      holder ?? "that has just ended"
    }) has changed the target or its state for ${seconds} s`,
    { hint: `wait for it and run again; one that nobody works with any more is ended by KILL ${holder ?? "…"}` },
  );
}

/**
 * Holds the lock of a load. Only an earlier session of the same load, or of one that was overtaken, can have it, whose end the server may
 * not have seen when the network is cut: it is ended.
 */
export async function takeOver(
  session: MysqlSession,
  name: string,
  { patience = PATIENCE }: { readonly patience?: number } = {},
): Promise<void> {
  if (await tryName(session, name, { seconds: patience })) return;
  const [{ holder }] = await session.query(`SELECT IS_USED_LOCK(${quoteString(name)}) AS holder`);
  if (holder !== null) await session.query(`KILL ${Number(holder)}`).catch(() => {}); // it has ended in this moment
  await holdName(session, name);
}

/** The same where nobody holds it; false where somebody does. */
export async function tryName(
  session: MysqlSession,
  name: string,
  { seconds = 0 }: { readonly seconds?: number } = {},
): Promise<boolean> {
  const [row] = await session.query(`SELECT GET_LOCK(${quoteString(name)}, ${seconds}) AS held`);
  return row.held === "1";
}

export async function releaseName(session: MysqlSession, name: string): Promise<void> {
  await session.query(`SELECT RELEASE_LOCK(${quoteString(name)})`);
}
