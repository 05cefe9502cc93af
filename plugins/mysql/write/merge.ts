import { type Counts, DtegError, formatName } from "../../../sdk/mod.ts";
import { quoteIdentifier, quotePlace } from "../backticks.ts";
import type { ExistingTable, MysqlTable } from "../table/existing_table.ts";
import { sameColumn } from "../table/fit_columns.ts";
import { refuseFolding } from "./folding_keys.ts";
import { joinOn, keyFits, type Merge } from "./staged_merge.ts";

type MergeCounts = Pick<Counts, "inserted" | "updated" | "unchanged">;

/** What is looked at before the transaction: what the join would take for the same must be the same. */
export async function checkMerge(merge: Merge): Promise<void> {
  await refuseFolding(merge);
  if (!isUniqueBy(merge.existing, keyFits(merge).map(({ name }) => name))) await refuseDoublesInTarget(merge);
}

/** Whether an index of the table sees to it that rows of one key are one. */
export function isUniqueBy({ indexes }: Pick<ExistingTable, "indexes">, key: readonly string[]): boolean {
  return indexes.some(({ isUnique, isPlain, isPrefix, columns }) =>
    isUnique && isPlain && !isPrefix && columns.every((name) => key.some((one) => sameColumn(one, name)))
  );
}

/** Brings staged rows into the target by key, inside the transaction that is open. Equal rows are not rewritten. */
export async function mergeStaged(merge: Merge): Promise<MergeCounts> {
  const { session, staged, whole, fits, key, rows, target } = merge;
  const on = joinOn(merge);
  const rest = fits.filter(({ column }) => !key.includes(column.name));
  const sets = rest.map(({ name, value }) => `t.${quoteIdentifier(name)} = ${value}`).join(", ");
  const compared = rest.filter(({ column }) => !target.loadColumns.some(({ name }) => name === column.name));
  const same = compared.map(({ same }) => `(${same})`).join(" AND ");
  const updated = compared.length
    ? await session.change(`UPDATE ${whole} t JOIN ${staged} s ON ${on} SET ${sets} WHERE NOT (${same})`)
    : 0;
  const inserted = await insertStaged({ ...merge, which: withoutTwin(merge) });
  return { inserted, updated, unchanged: rows - inserted - updated };
}

/** Staged rows whose key the table lacks. As NOT EXISTS MariaDB takes five times as long. */
function withoutTwin(merge: Merge): string {
  const on = joinOn(merge);
  const sure = keyFits(merge).find(({ to }) => !/^(?:date|timestamp)/.test(to.native)); // a date of zeros IS NULL too
  return sure
    ? ` LEFT JOIN ${merge.whole} t ON ${on} WHERE t.${quoteIdentifier(sure.name)} IS NULL`
    : ` WHERE NOT EXISTS (SELECT 1 FROM ${merge.whole} t WHERE ${on})`;
}

/** Makes the target hold the staged rows only, without taking away a row that stays: foreign keys may lead to it. */
export async function replaceByKey(merge: Merge): Promise<MergeCounts & Pick<Counts, "deleted">> {
  const { session, staged, whole } = merge;
  const deleted = await session.change(
    `DELETE t FROM ${whole} t WHERE NOT EXISTS (SELECT 1 FROM ${staged} s WHERE ${joinOn(merge)})`,
  );
  return { ...await mergeStaged(merge), deleted };
}

/** Adds staged rows, all of them or those of a condition; gives their number. */
export async function insertStaged(
  { session, staged, whole, fits, which = "" }:
    & Pick<Merge, "session" | "staged" | "whole" | "fits">
    & { readonly which?: string },
): Promise<number> {
  const list = fits.map(({ name }) => quoteIdentifier(name)).join(", ");
  return await session.change(
    `INSERT INTO ${whole} (${list}) SELECT ${fits.map(({ value }) => value).join(", ")} FROM ${staged} s${which}`,
  );
}

async function refuseDoublesInTarget(merge: Merge): Promise<void> {
  const { session, staged, whole, key, target } = merge;
  const names = keyFits(merge).map(({ name }) => `t.${quoteIdentifier(name)}`).join(", ");
  const [row] = await session.query(
    `SELECT CONCAT_WS(', ', ${names}) AS example FROM ${whole} t JOIN ${staged} s ON ${joinOn(merge)} ` +
      `GROUP BY ${names} HAVING COUNT(*) > 1 LIMIT 1`,
  );
  if (row) throw notUnique(`several rows of the table have ${JSON.stringify(row.example)}`, { target, key });
}

/**
 * Gives the staging table its key as primary key. Rows that are equal in all columns become one; rows of one key that differ are refused.
 * Gives the rows taken away. `isJoined`: nobody looks for a staged row by its key, so where each row has its own no key is made.
 */
export async function uniteKeys(
  { session, staging, target, key, isJoined }: Pick<Merge, "session" | "target" | "key"> & {
    readonly staging: MysqlTable;
    readonly isJoined: boolean;
  },
): Promise<number> {
  const staged = quotePlace(staging.schema, staging.name);
  const list = key.map(quoteIdentifier).join(", ");
  if (isJoined) {
    const [{ n }] = await session.query(`SELECT COUNT(*) - COUNT(DISTINCT ${list}) AS n FROM ${staged}`);
    if (n === "0") return 0;
  }
  const addKey = `ALTER TABLE ${staged} ADD PRIMARY KEY (${list})`;
  const isUnique = await session.query(addKey).then(() => true, (error) => {
    if (errnoOf(error) !== DUPLICATE) throw error;
    return false;
  });
  if (isUnique) return 0;
  const numbered = "_dteg_row";
  await session.query(
    `ALTER TABLE ${staged} ADD COLUMN ${numbered} bigint unsigned NOT NULL AUTO_INCREMENT UNIQUE, ADD INDEX _dteg_key (${list})`,
  );
  const older = await dropOlder({ session, staged, target, key });
  const pairs = `${staged} a JOIN ${staged} b ON ${
    key.map((name) => `a.${quoteIdentifier(name)} = b.${quoteIdentifier(name)}`).join(" AND ")
  } AND a.${numbered} < b.${numbered}`;
  const same = target.schema.map(({ name }) => {
    const [a, b] = [`a.${quoteIdentifier(name)}`, `b.${quoteIdentifier(name)}`];
    return `(${a} <=> ${b} AND BINARY CONCAT(${a}) <=> BINARY CONCAT(${b}))`; // by the text too: it tells -0 from 0
  }).join(" AND ");
  const [different] = await session.query(
    `SELECT CONCAT_WS(', ', ${
      key.map((name) => `a.${quoteIdentifier(name)}`).join(", ")
    }) AS example FROM ${pairs} WHERE NOT (${same}) LIMIT 1`,
  );
  if (different) throw notUnique(`several rows that differ have ${JSON.stringify(different.example)}`, { target, key });
  const equal = await session.change(
    `DELETE FROM ${staged} WHERE ${numbered} IN (SELECT n FROM (SELECT DISTINCT b.${numbered} AS n FROM ${pairs}) d)`,
  );
  await session.query(
    `ALTER TABLE ${staged} DROP COLUMN ${numbered}, DROP INDEX _dteg_key, ADD PRIMARY KEY (${list})`,
  );
  return older + equal;
}

/** Of rows of one key those with the highest cursor stay. */
async function dropOlder(
  { session, staged, target: { cursor }, key }: Pick<Merge, "session" | "staged" | "target" | "key">,
): Promise<number> {
  if (cursor === undefined || key.includes(cursor)) return 0;
  const same = key.map((name) => `a.${quoteIdentifier(name)} = b.${quoteIdentifier(name)}`).join(" AND ");
  const at = quoteIdentifier(cursor);
  return await session.change(
    `DELETE a FROM ${staged} a JOIN ${staged} b ON ${same} AND (a.${at} < b.${at} OR (a.${at} IS NULL AND b.${at} IS NOT NULL))`,
  );
}

/** Takes rows away from the staged ones whose key and cursor the target has; gives their number. */
export async function dropLoaded(merge: Merge): Promise<number> {
  const { session, staged, whole, fits, key, target: { cursor } } = merge;
  if (cursor === undefined || key.length === 0) return 0;
  const names = [...new Set([...key, cursor])];
  const on = joinOn({ fits, key: names });
  const same = keyFits({ fits, key: names }).map(({ same }) => `(${same})`).join(" AND ");
  return await session.change(`DELETE s FROM ${staged} s JOIN ${whole} t ON ${on} WHERE ${same}`);
}

const DUPLICATE = 1062;

function errnoOf(error: unknown): number {
  const cause = error instanceof DtegError ? error.cause : undefined;
  return cause instanceof Object ? Number(Reflect.get(cause, "errno")) : 0;
}

function notUnique(reason: string, { target, key }: Pick<Merge, "target" | "key">): DtegError {
  return new DtegError(
    "data.key_not_unique",
    `the key (${key.join(", ")}) is not unique: ${reason}, for ${formatName(target.table)}; nothing was loaded`,
    { column: key[0], hint: "choose a key that is unique in the source and in the target" },
  );
}
