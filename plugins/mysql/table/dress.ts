import type { Column, PlannedTarget, TableOptions } from "../../../sdk/mod.ts";
import { quoteIdentifier, quotePlace } from "../backticks.ts";
import type { ExistingTable, MysqlTable } from "./existing_table.ts";
import { loadedColumns, sameColumn } from "./fit_columns.ts";
import { type Dialect, indexPrefix, isJsonText, keyTypes, mysqlType } from "./type_table.ts";

/** What a table that dteg makes is given. */
export type Dress = Required<Pick<TableOptions, "primaryKey" | "indexes">> & Pick<TableOptions, "comment"> & {
  /** Columns that the source says something of. */
  readonly columns: readonly Pick<Column, "name" | "comment">[];
};

const sameList = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((name, index) => sameColumn(name, b[index]));

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

/** The types of a new table's columns, by name. */
export function typesOf(target: PlannedTarget, dialect: Dialect): ReadonlyMap<string, string> {
  const { primaryKey } = dressOf(target);
  const joined = target.write === "append" || target.schema.length === 0 ? [] : target.key;
  const inKey = [...new Set([...primaryKey, ...loadedColumns(joined, { target, use: "the key column" })])];
  const types = new Map(target.schema.map((column) => [column.name, mysqlType(column, dialect)]));
  const keys = target.schema.filter(({ name }) => inKey.includes(name));
  for (const [name, type] of keyTypes(keys, dialect)) types.set(name, type);
  return types;
}

/** What a statement that makes a table is made of. */
export interface NewTable {
  readonly table: MysqlTable;
  readonly schema: readonly Column[];
  readonly dress: Dress;
  readonly types: ReadonlyMap<string, string>;
  readonly dialect: Dialect;
}

/** The statement that makes a table. With `notNull` these columns take no NULL, though no key of the table has them yet. */
export function makingTable(
  { table, schema, dress, types, dialect }: NewTable,
  { notNull = [] }: { readonly notNull?: readonly string[] } = {},
): string {
  const columns = schema.map((column) => {
    const isKey = dress.primaryKey.includes(column.name) || notNull.includes(column.name);
    const defined = definition(column, { types, dialect, isKey });
    return `  ${defined}${column.comment ? ` COMMENT ${textLiteral(column.comment)}` : ""}`;
  });
  const lines = [...columns, ...keyLines(dress, types)];
  return `CREATE TABLE ${quotePlace(table.schema, table.name)} (\n${lines.join(",\n")}\n) ${tableOptions(dialect)}` +
    (dress.comment ? ` COMMENT ${textLiteral(dress.comment)}` : "");
}

/** A column with its type and what is said of NULL. */
export function definition(
  column: Column,
  { types, dialect, isKey }: Pick<NewTable, "types" | "dialect"> & { readonly isKey: boolean },
): string {
  const name = quoteIdentifier(column.name), type = types.get(column.name) ?? "longtext";
  const isNull = isKey ? " NOT NULL" : " NULL";
  return type === "json" && isJsonText(column) && !dialect.isMariadb
    ? `${name} longtext${isNull} CHECK (json_valid(${name}))`
    : `${name} ${type}${isNull}`;
}

/** What all tables that dteg makes have in common. */
export function tableOptions({ collation }: Dialect): string {
  return `ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE ${collation}`;
}

/** What an index that is not unique is made over. */
export function indexList(columns: readonly string[], types: ReadonlyMap<string, string>): string {
  return columns.map((name) => quoteIdentifier(name) + indexPrefix(types.get(name) ?? "", { columns: columns.length }))
    .join(", ");
}

function keyLines({ primaryKey, indexes }: Dress, types: ReadonlyMap<string, string>): readonly string[] {
  return [
    ...(primaryKey.length ? [`  PRIMARY KEY (${primaryKey.map(quoteIdentifier).join(", ")})`] : []),
    ...indexes.map((columns) => `  INDEX (${indexList(columns, types)})`),
  ];
}

/** A text literal for COMMENT, which takes nothing else; a backslash is one where sql_mode is ours. */
function textLiteral(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** True when a new table would lack something that this one has. */
export function hasMoreThan({ hasDependents, indexes, comment, columns }: ExistingTable, dress: Dress): boolean {
  if (hasDependents || (comment !== "" && comment !== dress.comment)) return true;
  const isSaid = (column: { readonly name: string; readonly comment: string }) =>
    dress.columns.some(({ name, comment }) => sameColumn(name, column.name) && comment === column.comment);
  if (columns.some((column) => column.comment !== "" && !isSaid(column))) return true;
  const primary = indexes.find(({ isPrimary }) => isPrimary)?.columns ?? [];
  if (columns.some(({ name, isNullable }) => !isNullable && !primary.includes(name))) return true;
  return indexes.some((index) => {
    if (!index.isPlain) return true;
    if (index.isPrimary) return index.isPrefix || !sameList(index.columns, dress.primaryKey);
    return index.isUnique || !dress.indexes.some((columns) => sameList(columns, index.columns));
  });
}
