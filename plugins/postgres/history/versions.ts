import { type Counts, CURRENT, quoteName, type Target, VALID_FROM, VALID_TO } from "../../../sdk/mod.ts";
import { differ, insertStaged, joinOn, type Merge } from "../write/merge.ts";

const FROM = quoteName(VALID_FROM), TO = quoteName(VALID_TO), IS = quoteName(CURRENT);

/** True where a replace takes one row of each key: the newest by its cursor, or the version that is now. */
export const isKeyed = ({ cursor, loadColumns }: Target): boolean =>
  cursor !== undefined || loadColumns.some(({ name }) => name === VALID_FROM);

/**
 * Brings staged rows into a table of versions, inside the transaction that is open. A row that differs from its key's current version closes
 * it and counts as updated; one of a key without a current version is inserted. Versions of keys that are gone are closed, and count as deleted.
 */
export async function mergeVersions(merge: Merge): Promise<Partial<Counts>> {
  const { session, staged, whole, target: { deletes, loadColumns, snapshotAt }, key, fits, rows } = merge;
  const on = joinOn(merge);
  const last = `(SELECT max(${FROM}) FROM ${whole})`; // a clock that was set back makes no version before the one that it follows
  await session.query(`UPDATE ${staged} SET ${FROM} = ${last} + interval '1 microsecond' WHERE ${FROM} <= ${last}`);
  const now = `greatest(timestamptz '${new Date(snapshotAt).toISOString()}', t.${FROM} + interval '1 microsecond')`;
  const deleted = deletes?.areAbsent
    ? await session.change(
      `UPDATE ${whole} t SET ${TO} = ${now}, ${IS} = false WHERE t.${IS} AND NOT EXISTS (SELECT 1 FROM ${staged} s WHERE ${on})`,
    )
    : 0;
  const compared = fits.filter(({ name }) =>
    !key.includes(name) && !loadColumns.some((column) => column.name === name)
  );
  const isSame = compared.length > 0 ? ` AND NOT (${differ(compared)})` : "";
  const unchanged = await session.change(
    `DELETE FROM ${staged} s USING ${whole} t WHERE ${on} AND t.${IS}${isSame}`,
  );
  const updated = await session.change(
    `UPDATE ${whole} t SET ${TO} = s.${FROM}, ${IS} = false FROM ${staged} s WHERE ${on} AND t.${IS}`,
  );
  await insertStaged(merge);
  return { inserted: rows - unchanged - updated, updated, unchanged, deleted };
}
