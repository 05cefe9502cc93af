import { type PlannedTarget, quoteName, quoteTable, quoteText } from "../../../sdk/mod.ts";
import { requireRights } from "../connect/rights.ts";
import type { PgSession } from "../session.ts";
import { dressing, dressOf, hasMoreThan } from "./dress.ts";
import { evolving, refuseViews } from "./evolve_table.ts";
import { findExisting, type PgTable } from "./existing_table.ts";
import { pgType } from "./type_table.ts";

/** The statements that make a load's table; none where the table stays. Nothing is changed. */
export async function planTable(
  session: PgSession,
  target: PlannedTarget & { readonly table: PgTable },
): Promise<readonly string[]> {
  const { table, schema, write } = target;
  const existing = await findExisting(session, table);
  const dress = dressOf(target);
  const stays = existing !== undefined && (write !== "replace" || hasMoreThan(existing, dress));
  await requireRights(session, { table, write, kept: stays ? existing : undefined });
  if (stays) await refuseViews(session, target, existing);
  if (schema.length === 0 || stays) return stays ? evolving(target, existing) : [];
  const whole = quoteTable(table.schema, table.name);
  const columns = schema.map((column) => `  ${quoteName(column.name)} ${pgType(column)}`);
  return [
    ...(existing ? [`DROP TABLE ${whole}`] : []),
    ...(await hasSchema(session, table.schema) ? [] : [`CREATE SCHEMA ${quoteName(table.schema)}`]),
    `CREATE TABLE ${whole} (\n${columns.join(",\n")}\n)`,
    ...dressing(table, dress),
  ];
}

async function hasSchema(session: PgSession, schema: string): Promise<boolean> {
  const rows = await session.query(`SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ${quoteText(schema)}`);
  return rows.length > 0;
}
