import { quoteString } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import { loadLock, releaseName, tryName } from "./names_held.ts";
import { dropTable, type LoadName, markOf, replacedOf, stagingOf } from "./stage_table.ts";
import { keepDead } from "../state/kept_versions.ts";
import { settleLoad } from "../state/state_table.ts";

const OF_LOADS = "^_dteg_(stage|mark|old)_[a-z0-9]+_[0-9a-f]+$";

/** Drops what loads left that are no more: those whose lock nobody holds. What they announced is settled before. */
export async function removeDead(
  session: MysqlSession,
  { schema, load }: { readonly schema: string; readonly load: string },
): Promise<void> {
  await dead(session, { schema, load, remove: true });
}

/** What loads left that are no more, by the names of tables; `remove` drops it. */
export async function dead(
  session: MysqlSession,
  { schema, load, remove }: { readonly schema: string; readonly load?: string; readonly remove: boolean },
): Promise<readonly string[]> {
  const rows = await session.query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${
      quoteString(schema)
    } AND TABLE_NAME REGEXP '${OF_LOADS}' ORDER BY 1`,
  );
  const byLoad = new Map<string, string[]>();
  for (const { name } of rows) {
    const owner = name?.slice(name.lastIndexOf("_") + 1) ?? "";
    if (owner !== load) byLoad.set(owner, [...byLoad.get(owner) ?? [], name ?? ""]);
  }
  const found: string[] = [];
  for (const [owner, names] of byLoad) {
    const lock = loadLock(schema, owner);
    if (!await tryName(session, lock)) continue;
    found.push(...names);
    if (remove) {
      await settleLoad(session, { schema, load: owner });
      for (const name of names) await keepDead(session, { schema, name });
    }
    await releaseName(session, lock);
  }
  return found;
}

/** Drops all that one load left, whose lock is held. */
export async function removeLoad(session: MysqlSession, of: LoadName): Promise<void> {
  await settleLoad(session, of);
  for (const table of [stagingOf(of), markOf(of), replacedOf(of)]) await dropTable(session, table);
}
