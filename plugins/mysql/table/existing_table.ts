import type { TableName } from "../../../sdk/mod.ts";
import { quotePlace, quoteString } from "../backticks.ts";
import type { MysqlRow, MysqlSession } from "../session.ts";

/** The database and name of a table. */
export type MysqlTable = Required<Pick<TableName, "schema" | "name">>;

/** A table as it is, with what hangs on it. */
export interface ExistingTable {
  readonly kind: "table" | "view" | "sequence";
  readonly engine: string;
  /** Its engine has transactions. */
  readonly hasTransactions: boolean;
  readonly columns: readonly ExistingColumn[];
  readonly indexes: readonly ExistingIndex[];
  readonly comment: string;
  /** The server's estimate of its rows. */
  readonly rows?: number;
  /** Something that a new table of the same name would not have, indexes, primary key and comments aside. */
  readonly hasDependents: boolean;
  /** A key that foreign keys of other tables lead to. */
  readonly referencedKey?: readonly string[];
}

export interface ExistingColumn {
  readonly name: string;
  /** As the server prints it: `bigint(20) unsigned`. */
  readonly native: string;
  readonly charset: string | null;
  readonly collation: string | null;
  readonly comment: string;
  readonly isNullable: boolean;
  /** The server alone fills it. */
  readonly isComputed: boolean;
  readonly isCounted: boolean;
  /** A row that says nothing of it gets a value. */
  readonly hasDefault: boolean;
}

export interface ExistingIndex {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isPrimary: boolean;
  readonly isUnique: boolean;
  /** All of its columns in their order, no expression, and no method or comment of its own. */
  readonly isPlain: boolean;
  /** It holds a beginning of some column. */
  readonly isPrefix: boolean;
}

/** The table of a name, undefined where there is none. */
export async function findExisting(session: MysqlSession, table: MysqlTable): Promise<ExistingTable | undefined> {
  const { schema, name } = table;
  const found = await session.query(
    `SELECT TABLE_NAME AS name, TABLE_TYPE AS kind, ENGINE AS engine, TABLE_ROWS AS row_count, TABLE_COMMENT AS comment, CREATE_OPTIONS AS options ` +
      `FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${quoteString(schema)} AND TABLE_NAME = ${
        quoteString(name)
      }`,
  );
  const row = found.find((one) => one.name === name) ?? found.find((one) => one.name === name.toLowerCase());
  if (!row) return undefined;
  const kind = /view/i.test(row.kind ?? "") ? "view" : /sequence/i.test(row.kind ?? "") ? "sequence" : "table";
  const columns = await existingColumns(session, table);
  const base = { kind, engine: row.engine ?? "", columns, comment: kind === "view" ? "" : row.comment ?? "" } as const;
  if (kind !== "table") return { ...base, hasTransactions: false, indexes: [], hasDependents: false };
  const indexes = await existingIndexes(session, table);
  const { referencedKey, isReferring } = await foreignKeys(session, table);
  const hasMore = isReferring || referencedKey !== undefined || row.kind !== "BASE TABLE" ||
    columns.some((column) => column.isComputed || column.isCounted) || await hasOthers(session, table);
  return {
    ...base,
    hasTransactions: await hasTransactions(session, base.engine),
    indexes,
    ...(row.row_count !== null && { rows: Number(row.row_count) }),
    hasDependents: hasMore,
    ...(referencedKey && { referencedKey: indexes.find(({ isPrimary }) => isPrimary)?.columns ?? referencedKey }),
  };
}

const ofTable = ({ schema, name }: MysqlTable, prefix = "") =>
  `${prefix}TABLE_SCHEMA = ${quoteString(schema)} AND BINARY ${prefix}TABLE_NAME = ${quoteString(name)}`;

async function existingColumns(session: MysqlSession, table: MysqlTable): Promise<readonly ExistingColumn[]> {
  const rows = await session.query(
    `SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, CHARACTER_SET_NAME AS charset, COLLATION_NAME AS collation, IS_NULLABLE AS nullable, ` +
      `EXTRA AS extra, COLUMN_COMMENT AS comment, COLUMN_DEFAULT IS NOT NULL AS defaulted FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${
        quoteString(table.schema)
      } AND TABLE_NAME = ${quoteString(table.name)} ORDER BY ORDINAL_POSITION`,
  );
  return rows.map((row) => ({
    name: row.name ?? "",
    native: row.type ?? "",
    charset: row.charset,
    collation: row.collation,
    comment: row.comment ?? "",
    isNullable: row.nullable === "YES",
    isComputed: /\b(?:virtual|stored|persistent)\b/i.test(row.extra ?? ""),
    isCounted: /auto_increment/i.test(row.extra ?? ""),
    hasDefault: row.defaulted === "1" && !(row.nullable === "YES"),
  }));
}

async function existingIndexes(session: MysqlSession, table: MysqlTable): Promise<readonly ExistingIndex[]> {
  const rows = await session.query(
    `SELECT INDEX_NAME AS name, NON_UNIQUE AS non_unique, COLUMN_NAME AS column_name, SUB_PART AS part, INDEX_TYPE AS type, COLLATION AS direction, ` +
      `INDEX_COMMENT AS comment FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ${
        quoteString(table.schema)
      } AND TABLE_NAME = ${quoteString(table.name)} ORDER BY INDEX_NAME, SEQ_IN_INDEX`,
  );
  const byName = new Map<string, MysqlRow[]>();
  for (const row of rows) byName.set(row.name ?? "", [...byName.get(row.name ?? "") ?? [], row]);
  return [...byName].map(([name, parts]) => ({
    name,
    columns: parts.map((part) => part.column_name ?? ""),
    isPrimary: name === "PRIMARY",
    isUnique: parts[0].non_unique === "0",
    isPlain: parts.every(({ type, direction, column_name, comment }) =>
      type === "BTREE" && direction !== "D" && column_name !== null && comment === ""
    ),
    isPrefix: parts.some(({ part }) => part !== null),
  }));
}

async function foreignKeys(session: MysqlSession, table: MysqlTable) {
  const rows = await session.query(
    `SELECT k.CONSTRAINT_NAME AS name, k.REFERENCED_COLUMN_NAME AS column_name, ` +
      `(k.TABLE_SCHEMA = k.REFERENCED_TABLE_SCHEMA AND BINARY k.TABLE_NAME = k.REFERENCED_TABLE_NAME) AS own ` +
      `FROM information_schema.KEY_COLUMN_USAGE k WHERE k.REFERENCED_TABLE_SCHEMA = ${quoteString(table.schema)} ` +
      `AND BINARY k.REFERENCED_TABLE_NAME = ${quoteString(table.name)} ORDER BY k.CONSTRAINT_NAME, k.ORDINAL_POSITION`,
  );
  const leading = rows.filter(({ own }) => own !== "1");
  const [first] = leading;
  const [refers] = await session.query(
    `SELECT COUNT(*) AS n FROM information_schema.KEY_COLUMN_USAGE k WHERE ${
      ofTable(table, "k.")
    } AND k.REFERENCED_TABLE_NAME IS NOT NULL`,
  );
  return {
    referencedKey: first && leading.filter(({ name }) => name === first.name).map((row) => row.column_name ?? ""),
    isReferring: refers.n !== "0",
  };
}

/** Triggers, views, checks, partitions, versions, defaults: what a swap would lose, or what could break by one. */
async function hasOthers(session: MysqlSession, table: MysqlTable): Promise<boolean> {
  const [triggers] = await session.query(
    `SELECT COUNT(*) AS n FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ${quoteString(table.schema)} ` +
      `AND BINARY EVENT_OBJECT_TABLE = ${quoteString(table.name)}`,
  );
  if (triggers.n !== "0") return true;
  const [views] = await session.query(
    `SELECT COUNT(*) AS n FROM information_schema.VIEWS WHERE INSTR(VIEW_DEFINITION, ${
      quoteString(quotePlace(table.schema, table.name))
    }) > 0`,
  );
  if (views.n !== "0") return true;
  const [made] = await session.query(`SHOW CREATE TABLE ${quotePlace(table.schema, table.name)}`);
  return hasMoreInText(made["Create Table"] ?? "");
}

/** What of a table's own statement no new table of dteg would have. */
export function hasMoreInText(statement: string): boolean {
  const lines = statement.replaceAll(/'(?:[^'\\]|''|\\.)*'/gs, "''").split("\n");
  const last = lines.at(-1) ?? "";
  return lines.slice(1, -1).some((line) =>
    / CHECK \((?!\(?json_valid\()/i.test(line) || / DEFAULT (?!NULL)/i.test(line) || / ON UPDATE /i.test(line) ||
    /\b(?:INVISIBLE|COMPRESSED|WITHOUT SYSTEM VERSIONING|COLUMN_FORMAT)\b/i.test(line)
  ) ||
    /PARTITION BY|SYSTEM VERSIONING|ROW_FORMAT|KEY_BLOCK_SIZE|ENCRYPT|PAGE_COMPRESSED|TABLESPACE|COMPRESSION/i.test(
      last,
    );
}

async function hasTransactions(session: MysqlSession, engine: string): Promise<boolean> {
  const [row] = await session.query(
    `SELECT TRANSACTIONS AS can FROM information_schema.ENGINES WHERE ENGINE = ${quoteString(engine)}`,
  );
  return row?.can === "YES";
}
