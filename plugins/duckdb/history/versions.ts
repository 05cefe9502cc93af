import { type Counts, CURRENT, quoteName, type Target, VALID_FROM, VALID_TO } from "../../../sdk/mod.ts";
import { joinOn, type Merge, uniteKeys } from "../write/merge.ts";

const FROM = quoteName(VALID_FROM), TO = quoteName(VALID_TO), IS = quoteName(CURRENT);

/** True where a replace takes one row of each key: the newest by its cursor, or the version that is now. */
export const isKeyed = ({ cursor, loadColumns }: Target): boolean =>
  cursor !== undefined || loadColumns.some(({ name }) => name === VALID_FROM);

/**
 * Brings staged rows into a table of versions, inside the transaction that is open. A row that differs from its key's current version closes
 * it and counts as updated; one of a key without a current version is inserted. Versions of keys that are gone are closed, and count as deleted.
 */
export async function mergeVersions(merge: Merge & { readonly whole: string }): Promise<Partial<Counts>> {
  const { session, staged, whole, columns, key, target: { deletes, loadColumns, snapshotAt } } = merge;
  const filtered = await uniteKeys(merge);
  const on = joinOn(merge), micro = "to_microseconds(1)";
  const last = `(SELECT max(${FROM}) FROM ${whole})`; // a clock that was set back makes no version before the one that it follows
  await session.run(`UPDATE ${staged} SET ${FROM} = ${last} + ${micro} WHERE ${FROM} <= ${last}`);
  const now = `greatest(TIMESTAMPTZ '${new Date(snapshotAt).toISOString()}', t.${FROM} + ${micro})`;
  const deleted = deletes?.areAbsent
    ? await session.run(
      `UPDATE ${whole} t SET ${TO} = ${now}, ${IS} = false WHERE t.${IS} AND NOT EXISTS (FROM ${staged} s WHERE ${on})`,
    )
    : 0;
  const compared = columns.filter((name) =>
    !key.some((part) => part.toLowerCase() === name.toLowerCase()) &&
    !loadColumns.some((column) => column.name === name.toLowerCase())
  );
  const isSame = compared.map((name) => ` AND t.${quoteName(name)} IS NOT DISTINCT FROM s.${quoteName(name)}`).join("");
  const unchanged = await session.run(`DELETE FROM ${staged} s USING ${whole} t WHERE ${on} AND t.${IS}${isSame}`);
  const updated = await session.run(
    `UPDATE ${whole} t SET ${TO} = s.${FROM}, ${IS} = false FROM ${staged} s WHERE ${on} AND t.${IS}`,
  );
  const list = columns.map(quoteName).join(", ");
  const brought = await session.run(`INSERT INTO ${whole} (${list}) SELECT ${list} FROM ${staged}`);
  return { inserted: brought - updated, updated, unchanged, deleted, filtered };
}
