import { type Column, findTable, quoteText, type TableName } from "../../sdk/mod.ts";
import type { PgRow, PgSession } from "./session.ts";
import { typeOfPg } from "./type_map.ts";

/** Schemas that are the server's own. */
const OWN_SCHEMAS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'";

/** A table, view or the like. */
export interface Relation {
  readonly name: Required<Pick<TableName, "schema" | "name">>;
  readonly oid: string;
  /** r table, p partitioned, v view, m materialized view, f foreign table. */
  readonly kind: string;
  readonly rows: number;
  readonly hasChildren: boolean;
}

/** A column of a relation or query with what reading it takes. */
export interface PgColumn extends Column {
  /** The type as PostgreSQL prints it: `numeric(10,2)`. */
  readonly pgType: string;
  /** Name of the type without modifiers, elements' name for arrays; base type of a domain. */
  readonly base: string;
  readonly isArray: boolean;
  /** b base, e enum, c composite, r range, m multirange, p pseudo. */
  readonly category: string;
  readonly isBuiltIn: boolean;
  readonly isDomain: boolean;
}

/** All relations that rows can be read from, but those that dteg keeps for itself. */
export async function listRelations(session: PgSession): Promise<readonly Relation[]> {
  const rows = await session.query(
    `SELECT n.nspname AS schema, c.relname AS name, c.oid::text AS oid, c.relkind::text AS kind, greatest(c.reltuples, 0)::bigint::text AS rows, c.relhassubclass::text AS children ` +
      `FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ` +
      `WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${OWN_SCHEMAS} AND c.relname !~ '^_dteg_' ORDER BY 1, 2`,
  );
  return rows.map((row) => ({
    name: { schema: row.schema ?? "", name: row.name ?? "" },
    oid: row.oid ?? "",
    kind: row.kind ?? "",
    rows: Number(row.rows),
    hasChildren: row.children === "true" || row.children === "t",
  }));
}

/** The relation that a stream's name means. Its last part alone will do when it is unique. */
export async function findRelation(session: PgSession, wanted: TableName): Promise<Relation> {
  const relations = await listRelations(session);
  const found = findTable(wanted, relations.map(({ name }) => name));
  return relations.find(({ name }) => name.schema === found.schema && name.name === found.name)!;
}

/** What of a type's catalogue entry decides how its values are read; `c` has name, type, modifier and required. */
const COLUMN_LIST = "c.name, c.required::text AS required, pg_catalog.format_type(b.oid, d.modifier) AS type, " +
  "coalesce(e.typname, b.typname) AS base, (e.oid IS NOT NULL)::text AS is_array, coalesce(e.typtype, b.typtype)::text AS category, " +
  "(coalesce(e.oid, b.oid) < 10000)::text AS built_in, (b.oid <> c.type)::text AS is_domain";
/** A domain may be one over another: the innermost type counts, with the modifier that was set last. */
const TYPE_JOINS = "CROSS JOIN LATERAL (WITH RECURSIVE r(oid, modifier, depth) AS (SELECT c.type::oid, c.modifier, 0 " +
  "UNION ALL SELECT t.typbasetype, t.typtypmod, r.depth + 1 FROM r JOIN pg_catalog.pg_type t ON t.oid = r.oid WHERE t.typtype = 'd') " +
  "SELECT oid, modifier FROM r ORDER BY depth DESC LIMIT 1) d JOIN pg_catalog.pg_type b ON b.oid = d.oid " +
  "LEFT JOIN pg_catalog.pg_type e ON e.oid = b.typelem AND e.typarray = b.oid";

function columnOf(row: PgRow): PgColumn {
  const described = {
    pgType: row.type ?? "",
    base: row.base ?? "",
    isArray: row.is_array === "true",
    category: row.category ?? "b",
    isBuiltIn: row.built_in === "true",
    isDomain: row.is_domain === "true",
  };
  const native = { system: "postgres", type: described.pgType };
  return { name: row.name ?? "", ...described, type: typeOfPg(described), nullable: row.required !== "true", native };
}

/** Columns of a relation in their order. */
export async function columnsOf(session: PgSession, oid: string): Promise<readonly PgColumn[]> {
  const rows = await session.query(
    `SELECT ${COLUMN_LIST} FROM (SELECT attname AS name, atttypid AS type, atttypmod AS modifier, attnotnull AS required, attnum AS place ` +
      `FROM pg_catalog.pg_attribute WHERE attrelid = ${
        quoteText(oid)
      }::oid AND attnum > 0 AND NOT attisdropped) c ${TYPE_JOINS} ORDER BY c.place`,
  );
  return rows.map(columnOf);
}

/** Columns of a query, which is not run. */
export async function columnsOfQuery(session: PgSession, sql: string): Promise<readonly PgColumn[]> {
  const fields = await session.fields(sql);
  if (fields.length === 0) return [];
  const list = fields.map(({ name, oid, modifier }, place) =>
    `(${quoteText(name)}, ${oid}::oid, ${modifier}, false, ${place})`
  );
  const rows = await session.query(
    `SELECT ${COLUMN_LIST} FROM (VALUES ${
      list.join(", ")
    }) c(name, type, modifier, required, place) ${TYPE_JOINS} ORDER BY c.place`,
  );
  return rows.map(columnOf);
}

/** Columns of the primary key in its order; empty where there is none. */
export async function primaryKeyOf(session: PgSession, oid: string): Promise<readonly string[]> {
  const rows = await session.query(
    `SELECT a.attname AS name FROM pg_catalog.pg_index i CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n) ` +
      `JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum WHERE i.indrelid = ${
        quoteText(oid)
      }::oid AND i.indisprimary ORDER BY k.n`,
  );
  return rows.map((row) => row.name ?? "");
}
