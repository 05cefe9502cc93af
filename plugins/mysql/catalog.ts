import { type Column, findTable, type TableName } from "../../sdk/mod.ts";
import { quoteString } from "./backticks.ts";
import type { MysqlRow, MysqlSession } from "./session.ts";
import { type MysqlTypeShape, shapeOfField, typeOfMysql } from "./type_map.ts";

/** Databases that are the server's own. */
const OWN = "t.TABLE_SCHEMA NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')";
const KINDS = "t.TABLE_TYPE IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED', 'SEQUENCE')";

/** A table or view. */
export interface Relation {
  readonly name: Required<Pick<TableName, "schema" | "name">>;
  readonly kind: "table" | "view";
  /** An estimate. */
  readonly rows: number;
  readonly comment: string;
}

/** A column of a table or query with what reading it takes. */
export interface MysqlColumn extends Column, MysqlTypeShape {}

const RELATIONS = "SELECT t.TABLE_SCHEMA AS db, t.TABLE_NAME AS name, t.TABLE_TYPE AS kind, " +
  "CAST(coalesce(t.TABLE_ROWS, 0) AS CHAR) AS n, coalesce(t.TABLE_COMMENT, '') AS comment FROM information_schema.TABLES t";

function relationOf({ db, name, kind, n, comment }: MysqlRow): Relation {
  const isView = kind === "VIEW";
  return {
    name: { schema: db ?? "", name: name ?? "" },
    kind: isView ? "view" : "table",
    rows: Number(n),
    comment: isView ? "" : comment ?? "", // of a view it is the word VIEW
  };
}

/** All tables and views of a database, or of all, in the order of their names, but those that dteg keeps for itself. */
export async function listRelations(session: MysqlSession, database?: string): Promise<readonly Relation[]> {
  const where = database === undefined ? OWN : `t.TABLE_SCHEMA = ${quoteString(database)}`;
  const rows = await session.query(
    `${RELATIONS} WHERE ${KINDS} AND ${where} AND t.TABLE_NAME NOT LIKE '\\_dteg\\_%' ` +
      "ORDER BY CAST(t.TABLE_SCHEMA AS BINARY), CAST(t.TABLE_NAME AS BINARY)",
  );
  return rows.map(relationOf);
}

/** The table that a stream's name means. Its last part alone will do when it is unique; one of the database goes before those of others. */
export async function findRelation(
  session: MysqlSession,
  wanted: TableName,
  { database }: { readonly database?: string } = {},
): Promise<Relation> {
  const schema = wanted.schema ?? database;
  const where = schema === undefined ? OWN : `t.TABLE_SCHEMA = ${quoteString(schema)}`;
  const rows = await session.query(`${RELATIONS} WHERE t.TABLE_NAME = ${quoteString(wanted.name)} AND ${where}`);
  const relations = rows.map(relationOf);
  const exact = { ...wanted, ...(schema !== undefined && { schema }) };
  const found = findTable(exact, relations.map(({ name }) => name));
  return relations.find(({ name }) => name.schema === found.schema && name.name === found.name)!;
}

const COLUMNS = "SELECT c.TABLE_NAME AS tab, c.COLUMN_NAME AS name, c.DATA_TYPE AS base, c.COLUMN_TYPE AS type, " +
  "c.IS_NULLABLE AS nullable, c.COLUMN_COMMENT AS comment FROM information_schema.COLUMNS c";

/** Columns of a table in their order. */
export async function columnsOf(session: MysqlSession, { name }: Relation): Promise<readonly MysqlColumn[]> {
  const where = `TABLE_SCHEMA = ${quoteString(name.schema)} AND TABLE_NAME = ${quoteString(name.name)}`;
  const rows = await session.query(`${COLUMNS} WHERE ${where} ORDER BY c.ORDINAL_POSITION`);
  const json = await jsonColumns(session, where);
  return rows.map((row) => columnOf(row, json));
}

/** MariaDB's json is a longtext with a check. */
async function jsonColumns(session: MysqlSession, where: string): Promise<ReadonlySet<string>> {
  if (!session.isMariadb) return new Set();
  const rows = await session.query(
    "SELECT TABLE_NAME AS tab, CONSTRAINT_NAME AS name FROM information_schema.CHECK_CONSTRAINTS k " +
      `WHERE ${where.replaceAll("TABLE_SCHEMA", "CONSTRAINT_SCHEMA")} AND k.LEVEL = 'Column' ` +
      "AND k.CHECK_CLAUSE LIKE 'json_valid(%'",
  );
  return new Set(rows.map(({ tab, name }) => JSON.stringify([tab, name])));
}

function columnOf({ tab, name, base, type, nullable, comment }: MysqlRow, json: ReadonlySet<string>): MysqlColumn {
  const isJson = base === "longtext" && json.has(JSON.stringify([tab, name]));
  const shape = isJson ? { base: "json", mysqlType: "json" } : { base: base ?? "", mysqlType: type ?? "" };
  return {
    name: name ?? "",
    ...shape,
    type: typeOfMysql(shape),
    nullable: nullable !== "NO",
    native: { system: "mysql", type: shape.mysqlType },
    ...(comment && { comment }),
  };
}

/** Columns of a query, which is not run. */
export async function columnsOfQuery(session: MysqlSession, sql: string): Promise<readonly MysqlColumn[]> {
  const fields = await session.fields(sql);
  return fields.map((field) => {
    const shape = shapeOfField(field);
    return {
      name: field.name,
      ...shape,
      type: typeOfMysql(shape),
      nullable: true,
      native: { system: "mysql", type: shape.mysqlType },
    };
  });
}
