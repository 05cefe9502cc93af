import { type Counts, DtegError, type DuckSession, formatName, quoteName, type Target } from "../../../sdk/mod.ts";

/** Staged rows that are to come into a table by their key. */
export interface Merge {
  readonly session: DuckSession;
  /** The staging table, quoted. */
  readonly staged: string;
  /** The target, quoted; absent: the staging table becomes it. */
  readonly whole?: string;
  /** Columns of the target that are loaded. */
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly target: Target;
  /** Rows that change may be taken away and brought in anew: they hold no more than the load brings, and no foreign key leads to them. */
  readonly mayMove?: boolean;
}

/**
 * Brings staged rows into the target by key, inside the transaction that is open. Equal rows are not rewritten. Those that change are
 * taken away and brought in anew where that may be: an UPDATE holds all of them in memory, and takes three times as long.
 */
export async function mergeStaged(merge: Merge): Promise<Partial<Counts>> {
  const { session, staged, whole, columns, key, target } = merge;
  const filtered = await uniteKeys(merge);
  const [{ n }] = await session.all(`SELECT count(*) AS n FROM ${staged}`);
  const rows = Number(n);
  if (!whole) return { inserted: rows, filtered };
  const on = joinOn(merge);
  const parts = await stagedParts(session, { staged, rows, key });
  const rest = columns.filter((name) => !key.some((part) => part.toLowerCase() === name.toLowerCase()));
  const compared = rest.filter((name) => !target.loadColumns.some((column) => column.name === name.toLowerCase()));
  const differs = compared.map((name) => `t.${quoteName(name)} IS DISTINCT FROM s.${quoteName(name)}`).join(" OR ");
  const list = columns.map(quoteName).join(", ");
  const picked = columns.map((name) => `s.${quoteName(name)}`).join(", ");
  const lacking = `FROM ${staged} s WHERE NOT EXISTS (FROM ${whole} t WHERE ${on})`;
  const insert = () => session.run(`INSERT INTO ${whole} (${list}) SELECT ${picked} ${lacking}`);
  if (compared.length > 0 && !merge.mayMove) {
    const sets = rest.map((name) => `${quoteName(name)} = s.${quoteName(name)}`).join(", ");
    let updated = 0;
    for (const part of parts) {
      updated += await session.run(`UPDATE ${whole} t SET ${sets} FROM ${part} s WHERE ${on} AND (${differs})`);
    }
    const inserted = await insert();
    return { inserted, updated, unchanged: rows - inserted - updated, filtered };
  }
  const [{ fresh }] = await session.all(`SELECT count(*) AS fresh ${lacking}`);
  const inserted = Number(fresh);
  if (compared.length > 0) {
    for (const part of parts) await session.run(`DELETE FROM ${whole} t USING ${part} s WHERE ${on} AND (${differs})`);
  }
  const updated = await insert() - inserted;
  return { inserted, updated, unchanged: rows - inserted - updated, filtered };
}

/** Makes the key of the staged rows unique, or refuses them: NULL in it, or rows that differ. Gives the rows taken away. */
export async function uniteKeys(merge: Merge): Promise<number> {
  await refuseNullKeys(merge);
  const older = await dropOlder(merge);
  return older + await collapseDoubles(merge);
}

/** Of rows of one key those with the highest cursor stay. */
async function dropOlder({ session, staged, key, target: { cursor } }: Merge): Promise<number> {
  if (cursor === undefined || key.some((name) => name.toLowerCase() === cursor.toLowerCase())) return 0;
  const list = key.map(quoteName).join(", "), at = quoteName(cursor);
  const last = `SELECT ${list}, max(${at}) AS "dteg:last" FROM ${staged} GROUP BY ${list} HAVING count(*) > 1`;
  const on = key.map((name) => `s.${quoteName(name)} = l.${quoteName(name)}`).join(" AND ");
  return await session.run(
    `DELETE FROM ${staged} s USING (${last}) l WHERE ${on} AND s.${at} IS DISTINCT FROM l."dteg:last"`,
  );
}

/** Takes rows away from the staged ones whose key and cursor the target has; gives their number. */
export async function dropLoaded(merge: Merge): Promise<number> {
  const { session, staged, whole, key, target: { cursor } } = merge;
  if (cursor === undefined || key.length === 0 || whole === undefined) return 0;
  const on = joinOn({ ...merge, key: [...new Set([...key, cursor])] });
  return await session.run(`DELETE FROM ${staged} s USING ${whole} t WHERE ${on}`);
}

/** Makes the target hold the staged rows only, without taking away a row that stays: foreign keys may lead to it. */
export async function replaceByKey(merge: Merge): Promise<Partial<Counts>> {
  const { session, staged, whole } = merge;
  const deleted = await session.run(
    `DELETE FROM ${whole} t WHERE NOT EXISTS (FROM ${staged} s WHERE ${joinOn(merge)})`,
  );
  return { ...await mergeStaged(merge), deleted };
}

/** The condition that a row `t` of the table has the key of a staged row `s`. */
export const joinOn = ({ key }: Merge) =>
  key.map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`).join(" AND ");

async function refuseNullKeys({ session, staged, target, key }: Merge): Promise<void> {
  const counts = key.map((name, index) => `count(*) FILTER (${quoteName(name)} IS NULL) AS k${index}`).join(", ");
  const [row] = await session.all(`SELECT ${counts} FROM ${staged}`);
  const at = key.findIndex((_, index) => Number(row[`k${index}`]) > 0);
  if (at < 0) return;
  throw new DtegError(
    "data.key_null",
    `the key column "${key[at]}" is NULL in ${nullRows(row[`k${at}`])} for ${
      formatName(target.table)
    }; nothing was loaded`,
    {
      column: key[at],
      hint: "a key must be there in every row: choose another key, or leave such rows out with `where`",
    },
  );
}

const nullRows = (count: unknown) => Number(count) === 1 ? "1 row" : `${count} rows`;

/** Of rows that are equal in all columns one is kept; rows of one key that differ are refused. */
async function collapseDoubles({ session, staged, target, key }: Merge): Promise<number> {
  const list = key.map(quoteName).join(", ");
  const [{ rows }] = await session.all(`SELECT count(*) AS rows FROM ${staged}`);
  let keys = 0;
  for (const part of await stagedParts(session, { staged, rows: Number(rows), key })) {
    const [{ n }] = await session.all(`SELECT count(*) AS n FROM (SELECT DISTINCT ${list} FROM ${part})`);
    keys += Number(n);
  }
  const doubles = Number(rows) - keys;
  if (doubles === 0) return 0;
  const [{ different }] = await session.all(`SELECT count(*) AS different FROM (SELECT DISTINCT * FROM ${staged})`);
  if (Number(different) > keys) {
    const values = key.map((name) => `CAST(${quoteName(name)} AS VARCHAR)`).join(" || ', ' || ");
    const [{ example }] = await session.all(
      `SELECT ${values} AS example FROM (SELECT DISTINCT * FROM ${staged}) GROUP BY ${list} HAVING count(*) > 1 ORDER BY 1 LIMIT 1`,
    );
    throw new DtegError(
      "data.key_not_unique",
      `the key (${key.join(", ")}) is not unique: several rows that differ have ${JSON.stringify(example)}, for ${
        formatName(target.table)
      }`,
      {
        column: key[0],
        hint: "choose a key that is unique in the source",
      },
    );
  }
  const distinct = staged.replace(/"$/, '_distinct"');
  await session.run(`CREATE TABLE ${distinct} AS SELECT DISTINCT * FROM ${staged}`);
  await session.run(`DROP TABLE ${staged}`);
  await session.run(`ALTER TABLE ${distinct} RENAME TO ${staged.slice(staged.lastIndexOf('."') + 1)}`);
  return doubles;
}

/** Bytes that a row of a join takes of DuckDB's memory, beside what it can put on the disk; measured with rows of 100 bytes. */
const ROW = 64;
const UNITS: Readonly<Record<string, number>> = { bytes: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/**
 * The staged rows in as many parts by their key as the memory does for, each as something to select from: a join that changes a table
 * does not go to the disk with all that it holds, and what counts keys takes more than its share as it goes there. Mostly one part.
 */
async function stagedParts(
  session: DuckSession,
  { staged, rows, key }: { readonly staged: string; readonly rows: number; readonly key: readonly string[] },
): Promise<readonly string[]> {
  const [{ text }] = await session.all("SELECT current_setting('memory_limit') AS text");
  const [, number, unit] = /^([\d.]+) (\w+)$/.exec(String(text)) ?? [];
  const memory = Number(number) * (UNITS[unit] ?? Infinity);
  const count = Math.ceil(rows * ROW / memory) || 1;
  if (count <= 1) return [staged];
  const hash = `hash(${key.map(quoteName).join(", ")})`;
  return Array.from({ length: count }, (_, index) => `(FROM ${staged} WHERE ${hash} % ${count} = ${index})`);
}
