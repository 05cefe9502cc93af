import {
  DtegError,
  formatName,
  type Lease,
  LEASE_SECONDS,
  type LeaseRequest,
  quoteTable,
  quoteText,
  type Target,
} from "../../../sdk/mod.ts";
import { requireRights } from "../connect/rights.ts";
import type { PgSession } from "../session.ts";
import type { PgTable } from "../write/existing_table.ts";
import { holdName } from "./state_table.ts";

/** Name of the table of leases in each schema. Rows stay, so that tokens only grow; one that nobody holds has no owner. */
export const LEASE_TABLE = "_dteg_lease";

const UNTIL = `pg_catalog.clock_timestamp() + interval '${LEASE_SECONDS} s'`;
/** A commit holds the row: who wants it then does not wait for its end. */
const IMPATIENT = "SET LOCAL lock_timeout = '500ms'";

const rowOf = ({ name }: PgTable, { token, owner }: Pick<Lease, "token" | "owner">) =>
  `target = ${quoteText(name)} AND token = ${token} AND owner = ${quoteText(owner)}`;

/** Takes the lease of a table by one statement, in the server's time; or tells who holds it. */
export async function takeLease(
  connected: () => Promise<PgSession>,
  { table, made, request }: {
    readonly table: PgTable;
    /** Schemas that have a table of leases. */
    readonly made: Set<string>;
    readonly request: LeaseRequest;
  },
): Promise<Lease | { readonly heldBy: string }> {
  const session = await connected();
  if (!made.has(table.schema)) await makeLeaseTable(session, table);
  made.add(table.schema);
  const leases = quoteTable(table.schema, LEASE_TABLE);
  const [target, owner] = [table.name, request.owner].map(quoteText);
  for (let dead = request.owner;;) {
    const [taken] = await session.query(
      `${IMPATIENT}; INSERT INTO ${leases} AS l (target, token, owner, until) VALUES (${target}, 1, ${owner}, ${UNTIL}) ` +
        `ON CONFLICT (target) DO UPDATE SET token = l.token + 1, owner = excluded.owner, until = excluded.until ` +
        `WHERE l.until < pg_catalog.clock_timestamp() OR l.owner = ${quoteText(dead)} RETURNING token::text`,
    ).catch((error) => {
      if (error instanceof DtegError && error.code === "target.locked") return [];
      throw error;
    });
    if (taken) return leaseOf(connected, { table, token: Number(taken.token), owner: request.owner });
    const [held] = await session.query(`SELECT owner FROM ${leases} WHERE target = ${target}`);
    const heldBy = held?.owner ?? "";
    if (heldBy === dead || !request.isDead(heldBy)) return { heldBy };
    dead = heldBy;
  }
}

function leaseOf(
  connected: () => Promise<PgSession>,
  { table, ...lease }: Pick<Lease, "token" | "owner"> & { readonly table: PgTable },
): Lease {
  const change = async (set: string) => {
    const session = await connected();
    return await session.query(
      `${IMPATIENT}; UPDATE ${quoteTable(table.schema, LEASE_TABLE)} SET ${set} WHERE ${
        rowOf(table, lease)
      } RETURNING 1`,
    );
  };
  return {
    ...lease,
    renew: async () => (await change(`until = ${UNTIL}`)).length > 0,
    async [Symbol.asyncDispose]() {
      await change("owner = '', until = '-infinity'");
    },
  };
}

/** Who has the leases of a schema now, by the names of their tables. */
export async function leaseHolders(session: PgSession, schema: string): Promise<ReadonlyMap<string, string>> {
  const leases = quoteTable(schema, LEASE_TABLE);
  const [{ there }] = await session.query(`SELECT (to_regclass(${quoteText(leases)}) IS NOT NULL)::text AS there`);
  if (there !== "true") return new Map();
  const rows = await session.query(
    `SELECT target, owner FROM ${leases} WHERE owner <> '' AND until > pg_catalog.clock_timestamp()`,
  );
  return new Map(rows.map(({ target, owner }) => [target ?? "", owner ?? ""]));
}

/** Refuses a commit whose lease another has, and lets nobody take it until the transaction that is open ends. */
export async function requireLease(
  session: PgSession,
  { table, lease }: Pick<Target, "lease"> & { readonly table: PgTable },
  { isShared = false }: { readonly isShared?: boolean } = {},
): Promise<void> {
  if (!lease) return;
  const rows = await session.query(
    `SELECT 1 FROM ${quoteTable(table.schema, LEASE_TABLE)} WHERE ${rowOf(table, lease)} FOR ${
      isShared ? "SHARE" : "UPDATE"
    }`,
  );
  if (rows.length > 0) return;
  throw new DtegError(
    "state.fenced",
    `another run took ${formatName(table)} over while this one stood still; nothing of this one is loaded`,
    { hint: "see what the other run did, then run again" },
  );
}

async function makeLeaseTable(session: PgSession, table: PgTable): Promise<void> {
  const leases = quoteTable(table.schema, LEASE_TABLE);
  const [found] = await session.query( // to_regclass wants a right to the schema
    `SELECT (c.oid IS NOT NULL)::text AS is_made FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c ` +
      `ON c.relnamespace = n.oid AND c.relname = '${LEASE_TABLE}' WHERE n.nspname = ${quoteText(table.schema)}`,
  );
  if (found?.is_made === "true") return;
  await requireRights(session, { table, write: "append" });
  await session.transaction(async () => {
    await holdName(session, table.schema);
    // even for one that is there it wants the right to make schemas
    if (!found) await session.query(`CREATE SCHEMA IF NOT EXISTS ${quoteTable(table.schema)}`);
    await session.query(
      `CREATE TABLE IF NOT EXISTS ${leases} (target text PRIMARY KEY, token bigint NOT NULL, owner text NOT NULL, ` +
        "until timestamptz NOT NULL)",
    );
  });
}
