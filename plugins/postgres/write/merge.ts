import { type Counts, DtegError, formatName, quoteName, type Target } from "../../../sdk/mod.ts";
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

interface Merge extends Staged {
  /** The target, quoted. */
  readonly whole: string;
  readonly existing: ExistingTable;
  readonly fits: readonly ColumnFit[];
}

/** Makes the key of the staged rows unique, or refuses them: NULL in it, or rows that differ. Gives the rows taken away. */
export async function uniteKeys(merge: Staged): Promise<number> {
  await refuseNullKeys(merge);
  return await collapseDoubles(merge);
}

/** Brings staged rows into the target by key, inside the transaction that is open. Equal rows are not rewritten. */
export async function mergeStaged(merge: Merge): Promise<Pick<Counts, "inserted" | "updated" | "unchanged">> {
  const { session, staged, whole, existing, fits, key, target } = merge;
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
  const [{ n }] = await session.query(`SELECT count(*)::text AS n FROM ${staged}`);
  const rows = Number(n);
  const sets = rest.map(({ name, value }) => `${quoteName(name)} = ${value}`).join(", ");
  const updated = rest.length
    ? await session.change(`UPDATE ${whole} t SET ${sets} FROM ${staged} s WHERE ${on} AND ${differ(rest)}`)
    : 0;
  const inserted = await insertStaged({
    ...merge,
    where: ` WHERE NOT EXISTS (SELECT 1 FROM ${whole} t WHERE ${on})`,
  });
  return { inserted, updated, unchanged: rows - inserted - updated };
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
  const list = fits.map(({ name }) => quoteName(name)).join(", ");
  const isIdentity = existing.columns.some(({ name, filled }) =>
    filled === "identity" && fits.some((fit) => fit.name === name)
  );
  const overriding = isIdentity ? " OVERRIDING SYSTEM VALUE" : "";
  return await session.change(
    `INSERT INTO ${whole} (${list})${overriding} SELECT ${
      fits.map(({ value }) => value).join(", ")
    } FROM ${staged} s${where}`,
  );
}

function joinOn({ key, fits }: Pick<Merge, "key" | "fits">): string {
  return key.map((name) => `t.${quoteName(name)} = ${fits.find((fit) => fit.name === name)!.value}`).join(" AND ");
}

/** By the bytes of the values: `=` takes 1 month for 30 days, and some types have none. */
function differ(fits: readonly ColumnFit[]): string {
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
  const list = key.map(quoteName).join(", ");
  const [double] = await session.query(`SELECT 1 FROM ${staged} GROUP BY ${list} HAVING count(*) > 1 LIMIT 1`);
  if (!double) return 0;
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
