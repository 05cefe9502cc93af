import { type Counts, DtegError, formatName, quoteName, quoteText, type Target } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import type { ColumnFit } from "./column_fit.ts";
import type { ExistingTable } from "./existing_table.ts";

interface Staged {
  readonly session: PgSession;
  /** The staging table, quoted. */
  readonly staged: string;
  readonly target: Target;
  readonly key: readonly string[];
}

/** Staged rows that are to come into a table by their key. */
export interface Merge extends Staged {
  /** The target, quoted. */
  readonly whole: string;
  readonly existing: ExistingTable;
  readonly fits: readonly ColumnFit[];
  /** How many rows are staged. */
  readonly rows: number;
}

/** Makes the key of the staged rows unique, or refuses them: NULL in it, or rows that differ. Gives the rows taken away. */
export async function uniteKeys(merge: Staged): Promise<number> {
  const { session, staged, key } = merge;
  const list = key.map(quoteName).join(", ");
  const isNull = key.map((name) => `${quoteName(name)} IS NULL`).join(" OR ");
  const [odd] = await session.query(
    `SELECT 1 FROM ${staged} GROUP BY ${list} HAVING count(*) > 1 OR ${isNull} LIMIT 1`,
  );
  if (!odd) return 0;
  await refuseNullKeys(merge);
  const older = await dropOlder(merge);
  return older + await collapseDoubles(merge);
}

/** Of rows of one key those with the highest cursor stay. */
async function dropOlder({ session, staged, target: { cursor }, key }: Staged): Promise<number> {
  if (cursor === undefined || key.includes(cursor)) return 0;
  const same = key.map((name) => `a.${quoteName(name)} = b.${quoteName(name)}`).join(" AND ");
  const at = quoteName(cursor);
  return await session.change(
    `DELETE FROM ${staged} a USING ${staged} b WHERE ${same} AND (a.${at} < b.${at} OR (a.${at} IS NULL AND b.${at} IS NOT NULL))`,
  );
}

/** Takes rows away from the staged ones whose key and cursor the target has; gives their number. */
export async function dropLoaded(merge: Merge): Promise<number> {
  const { session, staged, whole, key, target: { cursor } } = merge;
  if (cursor === undefined || key.length === 0) return 0;
  const on = joinOn({ ...merge, key: [...new Set([...key, cursor])] });
  return await session.change(`DELETE FROM ${staged} s USING ${whole} t WHERE ${on}`);
}

/** Brings staged rows into the target by key, inside the transaction that is open. Equal rows are not rewritten. */
export async function mergeStaged(merge: Merge): Promise<Pick<Counts, "inserted" | "updated" | "unchanged">> {
  const { session, staged, whole, existing, fits, key, target, rows } = merge;
  const on = joinOn(merge);
  const isUnique = existing.indexes.some(({ isUnique, isPlain, columns }) =>
    isUnique && isPlain && columns.every((name) => key.includes(name))
  );
  if (!isUnique) await refuseDoublesInTarget(merge);
  const rest = fits.filter(({ name }) => !key.includes(name));
  const always = rest.find(({ name }) =>
    existing.columns.some((column) => column.name === name && column.filled === "identity")
  );
  if (always) {
    throw new DtegError(
      "schema.incompatible",
      `column ${JSON.stringify(always.name)} of table ${
        formatName(target.table)
      } is GENERATED ALWAYS AS IDENTITY: it cannot be updated`,
      { column: always.name, hint: `leave it out: columns: { ${always.name}: { drop: true } }` },
    );
  }
  const compared = rest.filter(({ name }) => !target.loadColumns.some((column) => column.name === name));
  if (await canMergeAtOnce(merge)) return await mergeAtOnce(merge, { rest, compared });
  const sets = rest.map(({ name, value }) => `${quoteName(name)} = ${value}`).join(", ");
  const updated = compared.length
    ? await session.change(`UPDATE ${whole} t SET ${sets} FROM ${staged} s WHERE ${on} AND ${differ(compared)}`)
    : 0;
  const inserted = await insertStaged({
    ...merge,
    where: ` WHERE NOT EXISTS (SELECT 1 FROM ${whole} t WHERE ${on})`,
  });
  return { inserted, updated, unchanged: rows - inserted - updated };
}

/** MERGE joins once; it has no rules, and triggers that write would blur the count of what was inserted. */
async function canMergeAtOnce({ session, existing: { kind, oid, hasHeirs }, fits }: Merge): Promise<boolean> {
  if (kind !== "r" || hasHeirs || fits.length === 0) return false;
  const [row] = await session.query(
    `SELECT (current_setting('server_version_num')::int >= 150000 AND current_setting('track_counts') = 'on' ` +
      `AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal) ` +
      `AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid))::text AS can ` +
      `FROM pg_catalog.pg_class c WHERE c.oid = ${quoteText(oid)}::oid`,
  );
  return row?.can === "true";
}

async function mergeAtOnce(
  merge: Merge,
  { rest, compared }: { readonly rest: readonly ColumnFit[]; readonly compared: readonly ColumnFit[] },
): Promise<Pick<Counts, "inserted" | "updated" | "unchanged">> {
  const { session, staged, whole, existing, fits, rows } = merge;
  const { list, overriding } = insertion(merge);
  const sets = rest.map(({ name, value }) => `${quoteName(name)} = ${value}`).join(", ");
  const counter = `SELECT pg_catalog.pg_stat_get_xact_tuples_inserted(${quoteText(existing.oid)}::oid)::text AS n`;
  const [before] = await session.query(counter);
  const changed = await session.change(
    `MERGE INTO ${whole} t USING ${staged} s ON ${joinOn(merge)} ` +
      (compared.length ? `WHEN MATCHED AND ${differ(compared)} THEN UPDATE SET ${sets} ` : "") +
      `WHEN NOT MATCHED THEN INSERT (${list})${overriding} VALUES (${fits.map(({ value }) => value).join(", ")})`,
  );
  const [after] = await session.query(counter);
  const inserted = Number(after.n) - Number(before.n);
  return { inserted, updated: changed - inserted, unchanged: rows - changed };
}

/** Makes the target hold the staged rows only, without taking away a row that stays: foreign keys may lead to it. */
export async function replaceByKey(
  merge: Merge,
): Promise<Pick<Counts, "inserted" | "updated" | "unchanged" | "deleted">> {
  const { session, staged, whole } = merge;
  const deleted = await session.change(
    `DELETE FROM ${whole} t WHERE NOT EXISTS (SELECT 1 FROM ${staged} s WHERE ${joinOn(merge)})`,
  );
  return { ...await mergeStaged(merge), deleted };
}

/** Adds staged rows, all of them or those of a condition; gives their number. */
export async function insertStaged(
  { session, staged, whole, existing, fits, where = "" }:
    & Pick<
      Merge,
      "session" | "staged" | "whole" | "existing" | "fits"
    >
    & { readonly where?: string },
): Promise<number> {
  const { list, overriding } = insertion({ existing, fits });
  return await session.change(
    `INSERT INTO ${whole} (${list})${overriding} SELECT ${
      fits.map(({ value }) => value).join(", ")
    } FROM ${staged} s${where}`,
  );
}

/** The columns that an INSERT names, and what it says of identities. */
function insertion({ existing, fits }: Pick<Merge, "existing" | "fits">) {
  const isIdentity = existing.columns.some(({ name, filled }) =>
    filled === "identity" && fits.some((fit) => fit.name === name)
  );
  return {
    list: fits.map(({ name }) => quoteName(name)).join(", "),
    overriding: isIdentity ? " OVERRIDING SYSTEM VALUE" : "",
  };
}

/** The condition that a row `t` of the table has the key of a staged row `s`. */
export function joinOn({ key, fits }: Pick<Merge, "key" | "fits">): string {
  return key.map((name) => `t.${quoteName(name)} = ${fits.find((fit) => fit.name === name)!.value}`).join(" AND ");
}

/** By the bytes of the values: `=` takes 1 month for 30 days, and some types have none. */
export function differ(fits: readonly ColumnFit[]): string {
  const kept = fits.map(({ name }) => `t.${quoteName(name)}`).join(", ");
  return `ROW(${kept})::record OPERATOR(pg_catalog.*<>) ROW(${fits.map(({ value }) => value).join(", ")})::record`;
}

async function refuseNullKeys({ session, staged, target, key }: Staged): Promise<void> {
  const counts = key.map((name, index) => `count(*) FILTER (WHERE ${quoteName(name)} IS NULL)::text AS k${index}`);
  const [row] = await session.query(`SELECT ${counts.join(", ")} FROM ${staged}`);
  const at = key.findIndex((_, index) => row[`k${index}`] !== "0");
  if (at < 0) return;
  const rows = row[`k${at}`] === "1" ? "1 row" : `${row[`k${at}`]} rows`;
  throw new DtegError(
    "data.key_null",
    `the key column "${key[at]}" is NULL in ${rows} for ${formatName(target.table)}; nothing was loaded`,
    {
      column: key[at],
      hint: "a key must be there in every row: choose another key, or leave such rows out with `where`",
    },
  );
}

/** Of rows that are equal in all columns one is kept; rows of one key that differ are refused. */
async function collapseDoubles({ session, staged, target, key }: Staged): Promise<number> {
  const same = key.map((name) => `a.${quoteName(name)} = b.${quoteName(name)}`).join(" AND ");
  const [different] = await session.query(
    `SELECT concat_ws(', ', ${key.map((name) => `a.${quoteName(name)}::text`).join(", ")}) AS example ` +
      `FROM ${staged} a JOIN ${staged} b ON ${same} AND a.ctid < b.ctid AND a *<> b LIMIT 1`,
  );
  if (different) throw notUnique(`several rows that differ have ${JSON.stringify(different.example)}`, { target, key });
  return await session.change(`DELETE FROM ${staged} a USING ${staged} b WHERE ${same} AND a.ctid > b.ctid`);
}

async function refuseDoublesInTarget(merge: Merge): Promise<void> {
  const { session, staged, whole, key, target } = merge;
  const list = key.map((name) => `t.${quoteName(name)}`).join(", ");
  const [row] = await session.query(
    `SELECT concat_ws(', ', ${
      key.map((name) => `t.${quoteName(name)}::text`).join(", ")
    }) AS example FROM ${whole} t ` +
      `WHERE EXISTS (SELECT 1 FROM ${staged} s WHERE ${joinOn(merge)}) GROUP BY ${list} HAVING count(*) > 1 LIMIT 1`,
  );
  if (row) throw notUnique(`several rows of the table have ${JSON.stringify(row.example)}`, { target, key });
}

function notUnique(reason: string, { target, key }: Pick<Staged, "target" | "key">): DtegError {
  return new DtegError(
    "data.key_not_unique",
    `the key (${key.join(", ")}) is not unique: ${reason}, for ${formatName(target.table)}; nothing was loaded`,
    { column: key[0], hint: "choose a key that is unique in the source and in the target" },
  );
}
