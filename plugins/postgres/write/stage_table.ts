import {
  type Column,
  DtegError,
  type LoadColumn,
  quoteName,
  quoteTable,
  quoteText,
  type Schema,
  type Target,
} from "../../../sdk/mod.ts";
import { moneyDigitsOf } from "../catalog.ts";
import type { PgSession } from "../session.ts";
import { MONEY_DIGITS } from "../type_map.ts";
import type { PgTable } from "./existing_table.ts";
import { pgType } from "./type_table.ts";

const PREFIX = "_dteg_stage_";

/** The table beside the target that a load goes to first. */
export function stagingOf({ table, run, load }: Target & { readonly table: PgTable }): PgTable {
  return { schema: table.schema, name: `${PREFIX}${run}_${load}` };
}

/** SQL that makes it. One that will not become the target needs no log of its pages. */
export function makeStaging(
  { schema, name }: PgTable,
  columns: Schema,
  { becomesTable, filled }: {
    readonly becomesTable: boolean;
    /** Columns that COPY does not bring. */
    readonly filled: readonly LoadColumn[];
  },
): string {
  const list = [
    ...columns.map((column: Column) => `${quoteName(column.name)} ${pgType(column)}`),
    ...filled.map((column) =>
      `${quoteName(column.name)} ${pgType(column)} DEFAULT ${column.value === null ? "NULL" : quoteText(column.value)}`
    ),
  ].join(", ");
  return `CREATE ${becomesTable ? "" : "UNLOGGED "}TABLE ${
    quoteTable(schema, name)
  } (${list}) WITH (autovacuum_enabled = false)`;
}

/** Refuses money in its binary form where this server would take cents for whole coins. */
export async function requireMoneyUnit(session: PgSession, columns: Schema): Promise<void> {
  const money = columns.find(({ native }) => native?.system === "postgres" && /^money(\[\])?$/.test(native.type));
  if (!money || await moneyDigitsOf(session) === MONEY_DIGITS) return;
  throw new DtegError(
    "schema.incompatible",
    `column ${
      JSON.stringify(money.name)
    } is money of two digits behind the point, and ${session.label} counts money otherwise`,
    {
      column: money.name,
      hint:
        `declare it as a number: columns: { ${money.name}: { type: "decimal(19,2)" } }, or change lc_monetary there`,
    },
  );
}

/** Staging tables of runs that are no more: those that no session of the server belongs to. Absent schema: those of all. */
export async function deadStages(
  session: PgSession,
  { schema, run }: { readonly schema?: string; readonly run: string },
): Promise<readonly PgTable[]> {
  const rows = await session.query(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ` +
      `WHERE ${schema === undefined ? "true" : `n.nspname = ${quoteText(schema)}`} ` +
      `AND c.relkind = 'r' AND c.relname ~ '^${PREFIX}[a-z0-9]+_[0-9a-f]+$' ` +
      `AND split_part(c.relname, '_', 4) <> ${quoteText(run)} AND pg_catalog.pg_has_role(c.relowner, 'USAGE') ` +
      `AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity a WHERE a.application_name LIKE '% ' || split_part(c.relname, '_', 4)) ` +
      "ORDER BY 1, 2",
  );
  return rows.map(({ schema, name }) => ({ schema: schema ?? "", name: name ?? "" }));
}

/** Drops them. */
export async function removeDead(
  session: PgSession,
  where: { readonly schema?: string; readonly run: string },
): Promise<readonly PgTable[]> {
  const dead = await deadStages(session, where);
  for (const { schema, name } of dead) await session.query(`DROP TABLE IF EXISTS ${quoteTable(schema, name)}`);
  return dead;
}
