import { type Column, findTable, type Stream, type TableName } from "../../sdk/mod.ts";
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
  const names = relations.map(({ name }) => name);
  const found = findTable(names.some((name) => name.name === wanted.name) ? exact : wanted, names);
  return relations.find(({ name }) => name.schema === found.schema && name.name === found.name)!;
}

const COLUMNS = "SELECT c.TABLE_SCHEMA AS db, c.TABLE_NAME AS tab, c.COLUMN_NAME AS name, c.DATA_TYPE AS base, " +
  "c.COLUMN_TYPE AS type, c.IS_NULLABLE AS nullable, c.EXTRA AS extra, c.COLUMN_COMMENT AS comment FROM information_schema.COLUMNS c";

/** SQL condition on columns of information_schema. It compares names without case: what is not wanted is left out here. */
function among(relations: readonly Relation[], { schema = "TABLE_SCHEMA" }: { readonly schema?: string } = {}): string {
  const list = (names: readonly string[]) => [...new Set(names)].map(quoteString).join(", ");
  return `${schema} IN (${list(relations.map(({ name }) => name.schema))}) AND ` +
    `TABLE_NAME IN (${list(relations.map(({ name }) => name.name))})`;
}

const keyOf = ({ db, tab }: MysqlRow) => JSON.stringify([db, tab]);
const keyOfRelation = ({ name }: Relation) => JSON.stringify([name.schema, name.name]);

/** Columns of a table in their order. */
export async function columnsOf(session: MysqlSession, relation: Relation): Promise<readonly MysqlColumn[]> {
  return (await columnsByTable(session, [relation])).get(keyOfRelation(relation))?.map(({ column }) => column) ?? [];
}

interface FoundColumn {
  readonly column: MysqlColumn;
  readonly isCounted: boolean;
}

async function columnsByTable(
  session: MysqlSession,
  relations: readonly Relation[],
): Promise<ReadonlyMap<string, readonly FoundColumn[]>> {
  const json = await jsonColumns(session, relations);
  const rows = await session.query(`${COLUMNS} WHERE ${among(relations)} ORDER BY c.ORDINAL_POSITION`);
  const found = new Map<string, FoundColumn[]>(relations.map((relation) => [keyOfRelation(relation), []]));
  for (const row of rows) {
    found.get(keyOf(row))?.push({
      column: columnOf(row, json),
      isCounted: row.extra?.includes("auto_increment") === true,
    });
  }
  return found;
}

/** MariaDB's json is a longtext with a check. */
async function jsonColumns(session: MysqlSession, relations: readonly Relation[]): Promise<ReadonlySet<string>> {
  if (!session.isMariadb) return new Set();
  const rows = await session.query(
    "SELECT k.CONSTRAINT_SCHEMA AS db, k.TABLE_NAME AS tab, k.CONSTRAINT_NAME AS name FROM information_schema.CHECK_CONSTRAINTS k " +
      `WHERE ${
        among(relations, { schema: "CONSTRAINT_SCHEMA" })
      } AND k.LEVEL = 'Column' AND k.CHECK_CLAUSE LIKE 'json_valid(%'`,
  );
  return new Set(rows.map(({ db, tab, name }) => JSON.stringify([db, tab, name])));
}

/** The primary key's columns, and those that an index begins with. */
async function keysByTable(session: MysqlSession, relations: readonly Relation[]) {
  const rows = await session.query(
    "SELECT s.TABLE_SCHEMA AS db, s.TABLE_NAME AS tab, s.INDEX_NAME AS idx, s.COLUMN_NAME AS name, CAST(s.SEQ_IN_INDEX AS CHAR) AS n " +
      `FROM information_schema.STATISTICS s WHERE ${among(relations)} ORDER BY s.SEQ_IN_INDEX`,
  );
  const found = new Map<string, { readonly primaryKey: string[]; readonly indexed: string[] }>();
  for (const row of rows) {
    const keys = found.get(keyOf(row)) ?? { primaryKey: [], indexed: [] };
    found.set(keyOf(row), keys);
    if (row.name === null) continue; // of an expression
    if (row.idx === "PRIMARY") keys.primaryKey.push(row.name);
    if (row.n === "1") keys.indexed.push(row.name);
  }
  return found;
}

/** How many tables are described at once: few at first, so that the first ones come soon. */
const FIRST_PAGE = 25, PAGE = 200;

/** Tables and views with all that is known of them, as they are found. */
export async function* describeRelations(
  session: MysqlSession,
  relations: readonly Relation[],
): AsyncGenerator<Stream> {
  for (let at = 0; at < relations.length;) {
    const page = relations.slice(at, at + (at === 0 ? FIRST_PAGE : PAGE));
    at += page.length;
    const columns = await columnsByTable(session, page);
    const keys = await keysByTable(session, page);
    for (const relation of page) {
      const found = columns.get(keyOfRelation(relation)) ?? [];
      if (found.length === 0) continue; // dropped meanwhile, or a view whose tables are gone
      yield streamOf(relation, found, keys.get(keyOfRelation(relation)));
    }
  }
}

function streamOf(
  { name, kind, rows, comment }: Relation,
  found: readonly FoundColumn[],
  { primaryKey, indexed }: { readonly primaryKey: readonly string[]; readonly indexed: readonly string[] } = {
    primaryKey: [],
    indexed: [],
  },
): Stream {
  const schema = found.map(({ column: { base: _, mysqlType: __, ...column } }) => column);
  const counted = found.filter(({ isCounted }) => isCounted).map(({ column }) => column.name);
  return {
    name,
    kind,
    schema,
    ...(primaryKey.length > 0 && { primaryKey }),
    ...(indexed.length > 0 && { indexed }),
    ...(counted.length > 0 && { counted }),
    ...(rows > 0 && { rows }),
    ...(comment !== "" && { comment }),
  };
}

function columnOf({ db, tab, name, base, type, nullable, comment }: MysqlRow, json: ReadonlySet<string>): MysqlColumn {
  const isJson = base === "longtext" && json.has(JSON.stringify([db, tab, name]));
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
