import { quoteText, type TableName } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";

/** The schema and name of a table. */
export type PgTable = Required<Pick<TableName, "schema" | "name">>;

/** A table as it is, with what hangs on it. */
export interface ExistingTable {
  readonly oid: string;
  /** r table, p partitioned, v view … */
  readonly kind: string;
  readonly columns: readonly ExistingColumn[];
  /** Something that a new table of the same name would not have: views, keys, indexes, grants, comments, triggers. */
  readonly hasDependents: boolean;
}

export interface ExistingColumn {
  readonly name: string;
  /** As PostgreSQL prints it. */
  readonly type: string;
  /** False for a column that the server computes. */
  readonly isWritable: boolean;
  /** A type that has no equality: json, xml, point … */
  readonly hasEquality: boolean;
}

const COUNT_OF_DEPENDENTS =
  `(SELECT count(*) FROM pg_catalog.pg_depend d WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = c.oid
    AND d.classid = 'pg_catalog.pg_rewrite'::regclass)
  + (SELECT count(*) FROM pg_catalog.pg_constraint k WHERE (k.conrelid = c.oid OR k.confrelid = c.oid) AND k.contype <> 'n')
  + (SELECT count(*) FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid)
  + (SELECT count(*) FROM pg_catalog.pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal)
  + (SELECT count(*) FROM pg_catalog.pg_policy y WHERE y.polrelid = c.oid)
  + (SELECT count(*) FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid OR h.inhparent = c.oid)
  + (SELECT count(*) FROM pg_catalog.pg_description x WHERE x.objoid = c.oid AND x.classoid = 'pg_catalog.pg_class'::regclass)
  + (SELECT count(*) FROM pg_catalog.pg_attrdef f WHERE f.adrelid = c.oid)
  + (SELECT count(*) FROM pg_catalog.pg_attribute q WHERE q.attrelid = c.oid AND q.attacl IS NOT NULL)
  + (SELECT count(*) FROM pg_catalog.pg_publication_rel p WHERE p.prrelid = c.oid)
  + (CASE WHEN c.relacl IS NOT NULL OR c.relrowsecurity OR c.relkind <> 'r' THEN 1 ELSE 0 END)`;

/** The table of a name, undefined where there is none. */
export async function findExisting(session: PgSession, { schema, name }: PgTable): Promise<ExistingTable | undefined> {
  const [table] = await session.query(
    `SELECT c.oid::text AS oid, c.relkind::text AS kind, (${COUNT_OF_DEPENDENTS})::text AS dependents FROM pg_catalog.pg_class c ` +
      `JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${
        quoteText(schema)
      } AND c.relname = ${quoteText(name)} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
  );
  if (!table) return undefined;
  const columns = await session.query(
    `SELECT attname AS name, pg_catalog.format_type(atttypid, atttypmod) AS type, (attgenerated = '' AND attidentity <> 'a')::text AS writable, ` +
      `EXISTS (SELECT 1 FROM pg_catalog.pg_opclass o WHERE o.opcintype = t.oid OR t.typtype IN ('e', 'r', 'm', 'd', 'c') OR t.typcategory = 'A')::text AS equality ` +
      `FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid WHERE attrelid = ${
        quoteText(table.oid ?? "")
      }::oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
  );
  return {
    oid: table.oid ?? "",
    kind: table.kind ?? "r",
    hasDependents: table.dependents !== "0",
    columns: columns.map((column) => ({
      name: column.name ?? "",
      type: column.type ?? "",
      isWritable: column.writable === "true",
      hasEquality: column.equality === "true" &&
        !/^(json|xml|point|line|lseg|box|path|polygon|circle)(\[\])?$/.test(column.type ?? ""),
    })),
  };
}
