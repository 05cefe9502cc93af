import { quoteName, quoteTable, quoteText, type TableOptions } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import type { ExistingTable, PgTable } from "./existing_table.ts";
import { findExisting } from "./existing_table.ts";

/** What a table that dteg makes is given. */
export type Dress = Required<Pick<TableOptions, "primaryKey" | "indexes">> & Pick<TableOptions, "comment">;

const NAME_BYTES = 63;
const list = (columns: readonly string[]) => columns.map(quoteName).join(", ");
const sameList = (a: readonly string[], b: readonly string[]) => JSON.stringify(a) === JSON.stringify(b);

/** Gives a table its keys, indexes and comment. */
export async function dressTable(session: PgSession, table: PgTable, dress: Dress): Promise<void> {
  const whole = quoteTable(table.schema, table.name);
  const { primaryKey, indexes, comment } = dress;
  if (primaryKey.length) await session.query(`ALTER TABLE ${whole} ADD PRIMARY KEY (${list(primaryKey)})`);
  for (const columns of indexes) await session.query(`CREATE INDEX ON ${whole} (${list(columns)})`);
  if (comment) await session.query(`COMMENT ON TABLE ${whole} IS ${quoteText(comment)}`);
}

/** True when a new table would lack something that this one has. */
export function hasMoreThan({ hasDependents, indexes, comment }: ExistingTable, dress: Dress): boolean {
  if (hasDependents || (comment !== null && comment !== dress.comment)) return true;
  return indexes.some((index) => {
    if (!index.isPlain) return true;
    if (index.isPrimary) return !sameList(index.columns, dress.primaryKey);
    return index.isUnique || !dress.indexes.some((columns) => sameList(columns, index.columns));
  });
}

/** Renames the indexes that were built under the name of a staging table as PostgreSQL would have named them. */
export async function renameIndexes(
  session: PgSession,
  table: PgTable,
  { staging }: { readonly staging: string },
): Promise<void> {
  const built = (await findExisting(session, table))?.indexes ?? [];
  for (const { name, columns, isPrimary } of built) {
    if (!name.startsWith(staging.slice(0, NAME_BYTES - 20))) continue;
    const free = await freeName(session, table, isPrimary ? "_pkey" : `_${columns.join("_")}_idx`);
    await session.query(`ALTER INDEX ${quoteTable(table.schema, name)} RENAME TO ${quoteName(free)}`);
  }
}

async function freeName(session: PgSession, { schema, name }: PgTable, ending: string): Promise<string> {
  const rows = await session.query(
    `SELECT c.relname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${
      quoteText(schema)
    }`,
  );
  const taken = new Set(rows.map((row) => row.name));
  for (let n = 0;; n++) {
    const number = n ? String(n) : "";
    const tail = cutTo(ending, NAME_BYTES / 2) + number;
    const candidate = cutTo(name, NAME_BYTES - bytes(tail)) + tail;
    if (!taken.has(candidate)) return candidate;
  }
}

const bytes = (text: string) => new TextEncoder().encode(text).length;

function cutTo(text: string, longest: number): string {
  if (bytes(text) <= longest) return text;
  const chars = [...text];
  while (bytes(chars.join("")) > longest) chars.pop();
  return chars.join("");
}
