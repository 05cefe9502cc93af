import { type Counts, DtegError, formatName, quoteName, type Target } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import type { ExistingTable } from "./existing_table.ts";
import { fitColumns } from "./fit_columns.ts";

interface Merge {
  readonly session: PgSession;
  /** The staging table, quoted. */
  readonly staged: string;
  /** The target, quoted; absent: the staging table becomes it. */
  readonly whole?: string;
  readonly existing?: ExistingTable;
  readonly target: Target;
}

/** Brings staged rows into the target by key, inside the transaction that is open. Equal rows are not rewritten. */
export async function mergeStaged(merge: Merge): Promise<Partial<Counts>> {
  const { session, staged, whole, existing, target } = merge;
  const columns = target.schema.map(({ name }) => name);
  const missing = target.key.find((name) => !columns.includes(name));
  if (missing !== undefined) {
    throw new DtegError(
      "column.unknown",
      `the key column ${JSON.stringify(missing)} is not among the columns loaded into ${formatName(target.table)}`,
      { column: missing },
    );
  }
  await refuseNullKeys(merge);
  const filtered = await collapseDoubles(merge);
  const [{ n }] = await session.query(`SELECT count(*)::text AS n FROM ${staged}`);
  const rows = Number(n);
  if (!whole || !existing) return { inserted: rows, filtered };
  fitColumns(existing, target);
  await session.query(`ANALYZE ${staged}`);
  await session.query(`LOCK TABLE ${whole} IN SHARE ROW EXCLUSIVE MODE`);
  const on = target.key.map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`).join(" AND ");
  const rest = columns.filter((name) => !target.key.includes(name));
  const differs = rest.map((name) => differ(name, existing)).join(" OR ");
  const sets = rest.map((name) => `${quoteName(name)} = s.${quoteName(name)}`).join(", ");
  const updated = rest.length
    ? await session.change(`UPDATE ${whole} t SET ${sets} FROM ${staged} s WHERE ${on} AND (${differs})`)
    : 0;
  const list = columns.map(quoteName).join(", ");
  const picked = columns.map((name) => `s.${quoteName(name)}`).join(", ");
  const inserted = await session.change(
    `INSERT INTO ${whole} (${list}) SELECT ${picked} FROM ${staged} s WHERE NOT EXISTS (SELECT 1 FROM ${whole} t WHERE ${on})`,
  );
  return { inserted, updated, unchanged: rows - inserted - updated, filtered };
}

function differ(name: string, { columns }: ExistingTable): string {
  const column = columns.find((one) => one.name === name);
  const ref = quoteName(name);
  return column?.hasEquality === false
    ? `t.${ref}::text IS DISTINCT FROM s.${ref}::text`
    : `t.${ref} IS DISTINCT FROM s.${ref}`;
}

async function refuseNullKeys({ session, staged, target }: Merge): Promise<void> {
  const counts = target.key.map((name, index) =>
    `count(*) FILTER (WHERE ${quoteName(name)} IS NULL)::text AS k${index}`
  ).join(", ");
  const [row] = await session.query(`SELECT ${counts} FROM ${staged}`);
  const at = target.key.findIndex((_, index) => row[`k${index}`] !== "0");
  if (at < 0) return;
  throw new DtegError(
    "data.key_null",
    `the key column "${target.key[at]}" is NULL in ${row[`k${at}`]} rows for ${
      formatName(target.table)
    }; nothing was loaded`,
    {
      column: target.key[at],
      hint: "a key must be there in every row: choose another key, or leave such rows out with `where`",
    },
  );
}

/** Of rows that are equal in all columns one is kept; rows of one key that differ are refused. */
async function collapseDoubles({ session, staged, target }: Merge): Promise<number> {
  const list = target.key.map(quoteName).join(", ");
  const [{ doubles }] = await session.query(
    `SELECT (count(*) - count(DISTINCT (${list})))::text AS doubles FROM ${staged}`,
  );
  if (doubles === "0") return 0;
  const same = target.key.map((name) => `a.${quoteName(name)} = b.${quoteName(name)}`).join(" AND ");
  const text = target.schema.map(({ name }) => quoteName(name)).map((name) =>
    `a.${name}::text IS DISTINCT FROM b.${name}::text`
  ).join(" OR ");
  const [different] = await session.query(
    `SELECT concat_ws(', ', ${
      target.key.map((name) => `a.${quoteName(name)}::text`).join(", ")
    }) AS example FROM ${staged} a JOIN ${staged} b ON ${same} AND a.ctid < b.ctid AND (${text}) LIMIT 1`,
  );
  if (different) {
    throw new DtegError(
      "data.key_not_unique",
      `the key (${target.key.join(", ")}) is not unique: several rows that differ have ${
        JSON.stringify(different.example)
      }, for ${formatName(target.table)}`,
      {
        column: target.key[0],
        hint: "choose a key that is unique in the source",
      },
    );
  }
  return await session.change(`DELETE FROM ${staged} a USING ${staged} b WHERE ${same} AND a.ctid > b.ctid`);
}
