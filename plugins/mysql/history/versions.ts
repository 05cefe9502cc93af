import { type Counts, CURRENT, type Target, VALID_FROM, VALID_TO } from "../../../sdk/mod.ts";
import { quoteIdentifier } from "../backticks.ts";
import { insertStaged } from "../write/merge.ts";
import { joinOn, type Merge } from "../write/staged_merge.ts";

const FROM = quoteIdentifier(VALID_FROM), TO = quoteIdentifier(VALID_TO), IS = quoteIdentifier(CURRENT);

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
  await session.query(`UPDATE ${staged} SET ${FROM} = ${last} + INTERVAL 1 MICROSECOND WHERE ${FROM} <= ${last}`);
  const at = `CAST('${new Date(snapshotAt).toISOString().replace("T", " ").replace("Z", "")}' AS DATETIME(6))`;
  const now = `GREATEST(${at}, t.${FROM} + INTERVAL 1 MICROSECOND)`;
  const deleted = deletes?.areAbsent
    ? await session.change(
      `UPDATE ${whole} t SET t.${TO} = ${now}, t.${IS} = 0 WHERE t.${IS} = 1 AND NOT EXISTS (SELECT 1 FROM ${staged} s WHERE ${on})`,
    )
    : 0;
  const compared = fits.filter(({ column: { name } }) =>
    !key.includes(name) && !loadColumns.some((column) => column.name === name)
  );
  const isSame = compared.map(({ same }) => ` AND (${same})`).join("");
  const unchanged = await session.change(
    `DELETE s FROM ${staged} s JOIN ${whole} t ON ${on} WHERE t.${IS} = 1${isSame}`,
  );
  const updated = await session.change(
    `UPDATE ${whole} t JOIN ${staged} s ON ${on} SET t.${TO} = s.${FROM}, t.${IS} = 0 WHERE t.${IS} = 1`,
  );
  await insertStaged(merge);
  return { inserted: rows - unchanged - updated, updated, unchanged, deleted };
}
