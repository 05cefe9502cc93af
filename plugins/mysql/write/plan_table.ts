import type { PlannedTarget } from "../../../sdk/mod.ts";
import { quotePlace, quoteString } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import { dialectOf } from "../table/dialect.ts";
import { dressOf, hasMoreThan, makingTable, typesOf } from "../table/dress.ts";
import { evolved } from "../table/evolve_table.ts";
import { findExisting, type MysqlTable } from "../table/existing_table.ts";

/** The statements that make a load's table; none where the table stays. Nothing is changed. */
export async function planTable(
  session: MysqlSession,
  target: PlannedTarget & { readonly table: MysqlTable },
): Promise<readonly string[]> {
  const { table, schema, write } = target;
  const existing = await findExisting(session, table);
  const dress = dressOf(target);
  if (schema.length === 0) return [];
  const dialect = dialectOf(session);
  if (existing && (write !== "replace" || hasMoreThan(existing, dress))) {
    const { sql } = await evolved(session, { target, existing, types: typesOf(target, dialect), dialect });
    return sql === undefined ? [] : [sql];
  }
  return [
    ...(existing ? [`DROP TABLE ${quotePlace(table.schema, table.name)}`] : []),
    ...(await hasDatabase(session, table.schema) ? [] : [`CREATE DATABASE ${quotePlace(table.schema)}`]),
    makingTable({ table, schema, dress, types: typesOf(target, dialect), dialect }),
  ];
}

async function hasDatabase(session: MysqlSession, name: string): Promise<boolean> {
  const rows = await session.query(
    `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${quoteString(name)}`,
  );
  return rows.length > 0;
}
