import {
  type PlannedTarget,
  quoteName,
  quoteTable,
  quoteText,
  type TableOptions,
  type Target,
} from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import type { ExistingTable, PgTable } from "./existing_table.ts";
import { findExisting } from "./existing_table.ts";
import { loadedColumns } from "./fit_columns.ts";

/** What a table that dteg makes is given. */
export type Dress = Required<Pick<TableOptions, "primaryKey" | "indexes">> & Pick<TableOptions, "comment"> & {
  /** Columns that the source says something of. */
  readonly columns: readonly { readonly name: string; readonly comment?: string }[];
};

const NAME_BYTES = 63;
/** A key of millions of rows is sorted in memory, as a restore does it; for this transaction. */
const SORT_MEMORY = "SELECT set_config('maintenance_work_mem', '256MB', true) " +
  "WHERE pg_catalog.pg_size_bytes(current_setting('maintenance_work_mem')) < 268435456";
const list = (columns: readonly string[]) => columns.map(quoteName).join(", ");
const sameList = (a: readonly string[], b: readonly string[]) => JSON.stringify(a) === JSON.stringify(b);

/** What a target asks for. Columns of keys and indexes that the load does not bring are refused. */
export function dressOf(target: PlannedTarget): Dress {
  const ofKey = target.write === "append" ? [] : target.key; // versions of a row may follow one another there
  const { primaryKey = ofKey, indexes = [], comment } = target.options;
  if (target.schema.length === 0) return { primaryKey: [], indexes: [], comment, columns: [] };
  return {
    primaryKey: loadedColumns(primaryKey, { target, use: "the column of the primary key" }),
    indexes: indexes.map((columns) => loadedColumns(columns, { target, use: "the column of an index" })),
    comment,
    columns: target.schema.filter((column) => column.comment),
  };
}

/** SQL that gives a table its keys, indexes and comment. */
export function dressing(table: PgTable, { primaryKey, indexes, comment, columns }: Dress): readonly string[] {
  const whole = quoteTable(table.schema, table.name);
  return [
    ...(primaryKey.length ? [`ALTER TABLE ${whole} ADD PRIMARY KEY (${list(primaryKey)})`] : []),
    ...indexes.map((columns) => `CREATE INDEX ON ${whole} (${list(columns)})`),
    ...(comment ? [`COMMENT ON TABLE ${whole} IS ${quoteText(comment)}`] : []),
    ...columns.map(({ name, comment = "" }) =>
      `COMMENT ON COLUMN ${whole}.${quoteName(name)} IS ${quoteText(comment)}`
    ),
  ];
}

/** Gives a table its keys, indexes and comment. */
export async function dressTable(session: PgSession, table: PgTable, dress: Dress): Promise<void> {
  if (dress.primaryKey.length + dress.indexes.length) await session.query(SORT_MEMORY);
  for (const sql of dressing(table, dress)) await session.query(sql);
}

/** True when a new table would lack something that this one has. */
export function hasMoreThan({ hasDependents, indexes, comment, columns }: ExistingTable, dress: Dress): boolean {
  if (hasDependents || (comment !== null && comment !== dress.comment)) return true;
  const isSaid = (column: { readonly name: string; readonly comment?: string }) =>
    dress.columns.some(({ name, comment }) => name === column.name && comment === column.comment);
  if (columns.some((column) => column.comment !== undefined && !isSaid(column))) return true;
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

/** The table that a load made gives no values of its own to rows of others. */
export async function dropFilling(
  session: PgSession,
  { schema, name }: PgTable,
  { loadColumns }: Pick<Target, "loadColumns">,
): Promise<void> {
  if (loadColumns.length === 0) return;
  const drops = loadColumns.map(({ name }) => `ALTER COLUMN ${quoteName(name)} DROP DEFAULT`);
  await session.query(`ALTER TABLE ${quoteTable(schema, name)} ${drops.join(", ")}`);
}
