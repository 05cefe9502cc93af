import { type PlannedTarget, quoteName, quoteTable } from "../../../sdk/mod.ts";
import { evolving } from "./evolve_table.ts";
import { dressTable, type ExistingTable, isKept } from "./existing_table.ts";
import { checkedOptions } from "./fit_columns.ts";
import { nativeType } from "./type_table.ts";

/** The statements that make a load's table, as if the database were the one that is open; none where the table stays. */
export function planTable(target: PlannedTarget, existing: ExistingTable | undefined): readonly string[] {
  const { table, schema, write } = target;
  const options = checkedOptions(target);
  if (schema.length === 0) return [];
  if (existing && (write !== "replace" || isKept(existing, target))) return evolving(target, existing);
  const whole = quoteTable(table.schema, table.name);
  const columns = schema.map(({ name, type }) => `  ${quoteName(name)} ${nativeType(type)}`);
  return [
    ...(existing ? [`DROP TABLE ${whole}`] : []),
    ...(!existing && table.schema !== undefined && table.schema !== "main"
      ? [`CREATE SCHEMA IF NOT EXISTS ${quoteName(table.schema)}`]
      : []),
    `CREATE TABLE ${whole} (\n${columns.join(",\n")}\n)`,
    ...dressTable({ table, built: table.name }, { ...options, schema }),
  ];
}
