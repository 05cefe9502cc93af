import { DtegError, formatName, type PlannedTarget, quoteName, quoteTable, quoteText } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import { type ExistingTable, findExisting, type PgTable } from "./existing_table.ts";
import { pgType } from "./type_table.ts";

type Evolving = Pick<PlannedTarget, "schema" | "evolve"> & { readonly table: PgTable };

/** The statement that gives a table the columns and types of a load; none where it has them. What somebody else changed meanwhile stays. */
export function evolving({ table, schema, evolve }: Evolving, { columns }: ExistingTable): readonly string[] {
  if (!evolve) return [];
  const actions = schema.flatMap((column) => {
    const name = quoteName(column.name), there = columns.find((one) => one.name === column.name);
    if (!there) return evolve.add.includes(column.name) ? [`ADD COLUMN ${name} ${pgType(column)}`] : [];
    return Object.hasOwn(evolve.widen, column.name) && evolve.widen[column.name] === there.typeName
      ? [`ALTER COLUMN ${name} TYPE ${pgType(column)}`]
      : [];
  });
  return actions.length > 0 ? [`ALTER TABLE ${quoteTable(table.schema, table.name)} ${actions.join(", ")}`] : [];
}

/** Gives a table the columns and types of a load, in the transaction that is open, and tells what it is then. */
export async function evolveTable(
  session: PgSession,
  target: Evolving,
  existing: ExistingTable,
): Promise<ExistingTable> {
  const statements = evolving(target, existing);
  if (statements.length === 0) return existing;
  await refuseViews(session, target, existing);
  for (const sql of statements) {
    await session.query(sql).catch((cause) => {
      if (!(cause instanceof DtegError) || cause.failure === "transient" || cause.failure === "cancelled") throw cause;
      throw new DtegError("contract.types", `cannot change ${formatName(target.table)}: ${cause.message}`, {
        cause,
        hint: `change the table by hand: ${sql}`,
      });
    });
  }
  return await findExisting(session, target.table) ?? existing;
}

/** PostgreSQL changes no type of a column that a view reads. */
export async function refuseViews(
  session: PgSession,
  { table, evolve, schema }: Evolving,
  { oid, columns }: ExistingTable,
): Promise<void> {
  const widened = schema.filter(({ name }) =>
    evolve && Object.hasOwn(evolve.widen, name) &&
    columns.some((there) => there.name === name && there.typeName === evolve.widen[name])
  );
  if (widened.length === 0) return;
  const [found] = await session.query(
    `SELECT a.attname AS name, v.oid::regclass::text AS view FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ` +
      `ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND r.oid = d.objid JOIN pg_catalog.pg_class v ON v.oid = r.ev_class ` +
      `JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid ` +
      `WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = ${quoteText(oid)}::oid ` +
      `AND a.attname IN (${widened.map(({ name }) => quoteText(name)).join(", ")}) ORDER BY a.attnum, v.oid LIMIT 1`,
  );
  if (!found) return;
  const column = widened.find(({ name }) => name === found.name)!;
  const name = JSON.stringify(column.name);
  throw new DtegError(
    "contract.types",
    `column ${name} of ${formatName(table)} cannot become ${pgType(column)}: view ${found.view} reads it`,
    {
      column: column.name,
      hint: `drop the view, run, and make it again; or keep the type: columns: { ${column.name}: { type: … } }`,
    },
  );
}
