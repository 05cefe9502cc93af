import { type Counts, DtegError, type DuckSession, formatName, quoteName, type Target } from "../../sdk/mod.ts";

interface Merge {
  readonly session: DuckSession;
  /** The staging table, quoted. */
  readonly staged: string;
  /** The target, quoted; absent: the staging table becomes it. */
  readonly whole?: string;
  readonly columns: readonly string[];
  readonly target: Target;
}

/** Brings staged rows into the target by key, inside the transaction that is open. Equal rows are not rewritten. */
export async function mergeStaged(merge: Merge): Promise<Partial<Counts>> {
  const { session, staged, whole, columns, target } = merge;
  const key = target.key.map((name) => keyColumn(name, merge));
  await refuseNullKeys(merge, key);
  const filtered = await collapseDoubles(merge, key);
  const [{ n }] = await session.all(`SELECT count(*) AS n FROM ${staged}`);
  const rows = Number(n);
  if (!whole) return { inserted: rows, filtered };
  const on = key.map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`).join(" AND ");
  const rest = columns.filter((name) => !key.includes(name));
  const differs = rest.map((name) => `t.${quoteName(name)} IS DISTINCT FROM s.${quoteName(name)}`).join(" OR ");
  const sets = rest.map((name) => `${quoteName(name)} = s.${quoteName(name)}`).join(", ");
  const updated = rest.length
    ? await session.run(`UPDATE ${whole} t SET ${sets} FROM ${staged} s WHERE ${on} AND (${differs})`)
    : 0;
  const list = columns.map(quoteName).join(", ");
  const picked = columns.map((name) => `s.${quoteName(name)}`).join(", ");
  const inserted = await session.run(
    `INSERT INTO ${whole} (${list}) SELECT ${picked} FROM ${staged} s WHERE NOT EXISTS (FROM ${whole} t WHERE ${on})`,
  );
  return { inserted, updated, unchanged: rows - inserted - updated, filtered };
}

function keyColumn(name: string, { columns, target }: Merge): string {
  const found = columns.find((column) => column === name) ??
    columns.find((column) => column.toLowerCase() === name.toLowerCase());
  if (found) return found;
  throw new DtegError(
    "column.unknown",
    `the key column ${JSON.stringify(name)} is not among the columns loaded into ${formatName(target.table)}`,
    { column: name },
  );
}

async function refuseNullKeys({ session, staged, target }: Merge, key: readonly string[]): Promise<void> {
  const counts = key.map((name, index) => `count(*) FILTER (${quoteName(name)} IS NULL) AS k${index}`).join(", ");
  const [row] = await session.all(`SELECT ${counts} FROM ${staged}`);
  const at = key.findIndex((_, index) => Number(row[`k${index}`]) > 0);
  if (at < 0) return;
  throw new DtegError(
    "data.key_null",
    `the key column "${key[at]}" is NULL in ${row[`k${at}`]} rows for ${formatName(target.table)}; nothing was loaded`,
    {
      column: key[at],
      hint: "a key must be there in every row: choose another key, or leave such rows out with `where`",
    },
  );
}

/** Of rows that are equal in all columns one is kept; rows of one key that differ are refused. */
async function collapseDoubles({ session, staged, target }: Merge, key: readonly string[]): Promise<number> {
  const list = key.map(quoteName).join(", ");
  const [{ rows, keys }] = await session.all(
    `SELECT (SELECT count(*) FROM ${staged}) AS rows, (SELECT count(*) FROM (SELECT DISTINCT ${list} FROM ${staged})) AS keys`,
  );
  const doubles = Number(rows) - Number(keys);
  if (doubles === 0) return 0;
  const [{ different }] = await session.all(`SELECT count(*) AS different FROM (SELECT DISTINCT * FROM ${staged})`);
  if (Number(different) > Number(keys)) {
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
