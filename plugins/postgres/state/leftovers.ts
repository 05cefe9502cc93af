import { type Destination, formatName, quoteTable, quoteText } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import { deadStages, removeDead } from "../write/stage_table.ts";
import { LEASE_TABLE } from "./lease.ts";
import { leftParts } from "./ledger.ts";

type Request = Parameters<NonNullable<Destination["leftovers"]>>[0];

/** Staging tables and leases of dead runs in all schemas of the database. A lease that ran out only just may be of a run that goes on. */
export async function leftovers(session: PgSession, { run, ...request }: Request & { readonly run: string }): Promise<
  readonly string[]
> {
  const stages = await (request.remove ? removeDead : deadStages)(session, { run });
  const leases = await deadLeases(session, request);
  return [
    ...stages.map((table) => `staging table ${formatName(table)}`),
    ...leases,
    ...await leftParts(session, request),
  ];
}

async function deadLeases(session: PgSession, { isDead, remove }: Request): Promise<readonly string[]> {
  const schemas = await session.query(
    `SELECT n.nspname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ` +
      `WHERE c.relname = '${LEASE_TABLE}' AND c.relkind = 'r' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') ` +
      "AND pg_catalog.has_table_privilege(c.oid, 'SELECT, UPDATE') ORDER BY 1",
  );
  const found: string[] = [];
  for (const { name } of schemas) {
    const schema = name ?? "", leases = quoteTable(schema, LEASE_TABLE);
    const held = await session.query(
      `SELECT target, owner, (until < pg_catalog.clock_timestamp() - interval '10 min')::text AS over FROM ${leases} WHERE owner <> '' ORDER BY 1`,
    );
    for (const { target, owner, over } of held) {
      if (over !== "true" && !isDead(owner ?? "")) continue;
      found.push(`lease of ${formatName({ schema, name: target ?? "" })}`);
      if (!remove) continue;
      await session.query(
        `UPDATE ${leases} SET owner = '', until = '-infinity' WHERE target = ${quoteText(target ?? "")} AND owner = ${
          quoteText(owner ?? "")
        }`,
      );
    }
  }
  return found;
}
