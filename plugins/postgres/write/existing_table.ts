import { quoteTable, quoteText, type TableName } from "../../../sdk/mod.ts";
import { columnsOf, type PgColumn } from "../catalog.ts";
import type { PgSession } from "../session.ts";

/** The schema and name of a table. */
export type PgTable = Required<Pick<TableName, "schema" | "name">>;

/** A table as it is, with what hangs on it. */
export interface ExistingTable {
  readonly oid: string;
  /** r table, p partitioned, v view … */
  readonly kind: string;
  readonly isUnlogged: boolean;
  readonly columns: readonly ExistingColumn[];
  readonly indexes: readonly ExistingIndex[];
  readonly comment: string | null;
  /** The server's estimate of its rows; absent before its first ANALYZE. */
  readonly rows?: number;
  /** Tables that inherit its columns; partitions are none. */
  readonly hasHeirs: boolean;
  /** Something that a new table of the same name would not have, indexes, primary key and comments aside. */
  readonly hasDependents: boolean;
  /** A key that foreign keys of other tables lead to. */
  readonly referencedKey?: readonly string[];
}

export interface ExistingColumn extends PgColumn {
  /** As PostgreSQL prints it; of a domain its name. */
  readonly typeName: string;
  /** `computed`: by the server alone. `identity`: GENERATED ALWAYS AS IDENTITY. */
  readonly filled: "by anyone" | "identity" | "computed";
  /** A row that says nothing of it gets a value. */
  readonly hasDefault: boolean;
}

export interface ExistingIndex {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isPrimary: boolean;
  readonly isUnique: boolean;
  /** Nothing but columns: no expression, condition, order, method or tablespace of its own. */
  readonly isPlain: boolean;
}

const ofClass = (column: string) => `${column} = 'pg_catalog.pg_class'::regclass`;

/** What the server drops with a table, or what keeps it from being dropped; what it makes itself for each table is `i`. */
const OTHERS = `(SELECT count(*) FROM pg_catalog.pg_depend d WHERE d.deptype <> 'i' AND (${
  ofClass("d.refclassid")
} AND d.refobjid = c.oid
      OR d.refclassid = 'pg_catalog.pg_type'::regclass AND d.refobjid IN (c.reltype, (SELECT y.typarray FROM pg_catalog.pg_type y WHERE y.oid = c.reltype)))
    AND NOT (${
  ofClass("d.classid")
} AND EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indexrelid = d.objid AND i.indrelid = c.oid))
    AND NOT (d.classid = 'pg_catalog.pg_constraint'::regclass
      AND EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.oid = d.objid AND k.conrelid = c.oid AND k.contype IN ('p', 'n'))))
  + (SELECT count(*) FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid OR h.inhparent = c.oid)
  + (SELECT count(*) FROM pg_catalog.pg_seclabel x WHERE x.objoid = c.oid AND ${ofClass("x.classoid")})
  + (SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND (a.attacl IS NOT NULL OR a.attidentity <> '' OR a.attoptions IS NOT NULL OR a.attnotnull AND NOT EXISTS (
        SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey::int2[]))))
  + (CASE WHEN c.relacl IS NOT NULL OR c.relrowsecurity OR c.relkind <> 'r' OR c.relpersistence <> 'p' OR c.reloptions IS NOT NULL
      OR c.reltablespace <> 0 OR c.relreplident <> 'd' OR c.reloftype <> 0 OR c.relowner <> current_user::regrole THEN 1 ELSE 0 END)`;

/** The table of a name, undefined where there is none. */
export async function findExisting(session: PgSession, { schema, name }: PgTable): Promise<ExistingTable | undefined> {
  const [table] = await session.query(
    `SELECT c.oid::text AS oid, c.relkind::text AS kind, (c.relpersistence = 'u')::text AS unlogged, (${OTHERS} > 0)::text AS others, ` +
      `(c.relkind = 'r' AND EXISTS (SELECT 1 FROM pg_catalog.pg_inherits h WHERE h.inhparent = c.oid))::text AS heirs, ` +
      `pg_catalog.obj_description(c.oid, 'pg_class') AS comment, c.reltuples::bigint::text AS rows ` +
      `FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ` +
      `WHERE n.nspname = ${quoteText(schema)} AND c.relname = ${
        quoteText(name)
      } AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
  );
  if (!table) return undefined;
  const oid = table.oid ?? "";
  const indexes = await indexesOf(session, oid);
  const referenced = await referencedKey(session, oid);
  return {
    oid,
    kind: table.kind ?? "r",
    isUnlogged: table.unlogged === "true",
    columns: await existingColumns(session, oid),
    indexes,
    comment: table.comment ?? null,
    ...(Number(table.rows) >= 0 && { rows: Number(table.rows) }),
    hasHeirs: table.heirs === "true",
    hasDependents: table.others === "true",
    ...(referenced && { referencedKey: indexes.find(({ isPrimary }) => isPrimary)?.columns ?? referenced }),
  };
}

/** The columns of a table, undefined where there is none. */
export async function columnsInTable(
  session: PgSession,
  { schema, name }: PgTable,
): Promise<readonly ExistingColumn[] | undefined> {
  const [row] = await session.query(
    `SELECT pg_catalog.to_regclass(${quoteText(quoteTable(schema, name))})::oid::text AS oid`,
  );
  return row?.oid ? await existingColumns(session, row.oid) : undefined;
}

async function existingColumns(session: PgSession, oid: string): Promise<readonly ExistingColumn[]> {
  const rows = await session.query(
    `SELECT attname AS name, pg_catalog.format_type(atttypid, atttypmod) AS type, ` +
      `CASE WHEN attgenerated <> '' THEN 'computed' WHEN attidentity = 'a' THEN 'identity' ELSE 'by anyone' END AS filled, ` +
      `(atthasdef OR attidentity <> '' OR EXISTS (SELECT 1 FROM pg_catalog.pg_type t WHERE t.oid = atttypid AND t.typdefault IS NOT NULL))::text AS defaulted ` +
      `FROM pg_catalog.pg_attribute WHERE attrelid = ${quoteText(oid)}::oid AND attnum > 0 AND NOT attisdropped`,
  );
  const found = new Map(rows.map((row) => [row.name ?? "", row]));
  return (await columnsOf(session, oid)).map((column) => {
    const { filled, defaulted } = found.get(column.name) ?? {};
    return {
      ...column,
      typeName: found.get(column.name)?.type ?? column.pgType,
      filled: filled === "identity" || filled === "computed" ? filled : "by anyone",
      hasDefault: defaulted === "true",
    };
  });
}

async function indexesOf(session: PgSession, oid: string): Promise<readonly ExistingIndex[]> {
  const rows = await session.query(
    `SELECT c.relname AS name, i.indisprimary::text AS is_primary, i.indisunique::text AS is_unique, ` +
      `(i.indexprs IS NULL AND i.indpred IS NULL AND m.amname = 'btree' AND c.reloptions IS NULL AND c.reltablespace = 0 ` +
      `AND i.indnkeyatts = i.indnatts AND NOT i.indisclustered AND i.indisvalid AND i.indimmediate ` +
      `AND NOT EXISTS (SELECT 1 FROM unnest(i.indoption::int2[]) o WHERE o <> 0) ` +
      `AND pg_catalog.obj_description(c.oid, 'pg_class') IS NULL)::text AS is_plain, ` +
      `(SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n) ` +
      `JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum)::text AS columns ` +
      `FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam ` +
      `WHERE i.indrelid = ${quoteText(oid)}::oid`,
  );
  return rows.map((row) => ({
    name: row.name ?? "",
    columns: JSON.parse(row.columns ?? "[]"),
    isPrimary: row.is_primary === "true",
    isUnique: row.is_unique === "true",
    isPlain: row.is_plain === "true",
  }));
}

async function referencedKey(session: PgSession, oid: string): Promise<readonly string[] | undefined> {
  const [row] = await session.query(
    `SELECT (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(f.confkey) WITH ORDINALITY k(attnum, n) ` +
      `JOIN pg_catalog.pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum)::text AS columns ` +
      `FROM pg_catalog.pg_constraint f WHERE f.contype = 'f' AND f.confrelid = ${
        quoteText(oid)
      }::oid AND f.conrelid <> f.confrelid ORDER BY f.oid LIMIT 1`,
  );
  return row && JSON.parse(row.columns ?? "[]");
}
