import { DtegError, formatName, type Lease, LEASE_SECONDS, type LeaseRequest, type Target } from "../../../sdk/mod.ts";
import { quotePlace, quoteString } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import { dialectOf } from "../table/dialect.ts";
import { tableOptions } from "../table/dress.ts";
import type { MysqlTable } from "../table/existing_table.ts";
import { loadLock, releaseName, takeOver } from "../write/names_held.ts";
import { removeLoad } from "../write/remove_dead.ts";
import { hasTable } from "../write/stage_table.ts";
import { makeDatabase, makeStateTable } from "./state_table.ts";

/** Name of the table of leases in each database. Rows stay, so that tokens only grow; one that nobody holds has no owner. */
export const LEASE_TABLE = "_dteg_lease";

const NOW = "UTC_TIMESTAMP(6)";
const UNTIL = `${NOW} + INTERVAL ${LEASE_SECONDS} SECOND`;

const place = (schema: string) => quotePlace(schema, LEASE_TABLE);
const rowOf = ({ name }: MysqlTable, { token, owner }: Pick<Lease, "token" | "owner">) =>
  `target = ${quoteString(name)} AND token = ${token} AND owner = ${quoteString(owner)}`;

/** Takes the lease of a table, in the server's time; or tells who holds it. What the one that it is taken from has staged goes. */
export async function takeLease(
  connected: () => Promise<MysqlSession>,
  { table, made, request }: {
    readonly table: MysqlTable;
    /** Databases that have a table of leases. */
    readonly made: Set<string>;
    readonly request: LeaseRequest;
  },
): Promise<Lease | { readonly heldBy: string }> {
  const session = await connected();
  if (!made.has(table.schema)) await makeLeaseTable(session, table.schema);
  made.add(table.schema);
  const leases = place(table.schema);
  const [target, owner] = [table.name, request.owner].map(quoteString);
  const read = async () => {
    const [row] = await session.query(`SELECT token, owner, run_id, load_id FROM ${leases} WHERE target = ${target}`);
    return row;
  };
  const change = (where: string) =>
    session.change(
      `UPDATE ${leases} SET token = token + 1, owner = ${owner}, until = ${UNTIL} WHERE target = ${target} AND (${where})`,
    ).catch((error) => {
      if (error instanceof DtegError && error.code === "target.locked") return 0; // a commit holds the row
      throw error;
    });
  for (let dead = request.owner;;) {
    const isTaken = await change(`until < ${NOW} OR owner = ${quoteString(dead)}`);
    const row = await read();
    if (isTaken > 0 && row?.owner === request.owner) {
      await removeOvertaken(session, table, { run: row.run_id ?? "", load: row.load_id ?? "" });
      return leaseOf(connected, { table, token: Number(row.token), owner: request.owner });
    }
    if (!row) {
      await session.change(
        `INSERT IGNORE INTO ${leases} (target, token, owner, until, run_id, load_id) VALUES (${target}, 0, '', '1970-01-02', '', '')`,
      );
      continue;
    }
    const heldBy = row.owner ?? "";
    if (heldBy === dead || !request.isDead(heldBy)) return { heldBy };
    dead = heldBy;
  }
}

/**
 * A load that was overtaken must not become visible by its change of names, which is no transaction that could look at the lease: its
 * session is ended and its staging table dropped, so that the change fails.
 */
async function removeOvertaken(
  session: MysqlSession,
  table: MysqlTable,
  { run, load }: { readonly run: string; readonly load: string },
): Promise<void> {
  if (load === "") return;
  const { schema } = table;
  const lock = loadLock(schema, load);
  await takeOver(session, lock, { patience: 0 });
  await makeStateTable(session, schema, dialectOf(session));
  await removeLoad(session, { schema, run, load });
  await session.change(
    `UPDATE ${place(schema)} SET run_id = '', load_id = '' WHERE target = ${quoteString(table.name)}`,
  );
  await releaseName(session, lock);
}

function leaseOf(
  connected: () => Promise<MysqlSession>,
  { table, ...lease }: Pick<Lease, "token" | "owner"> & { readonly table: MysqlTable },
): Lease {
  const change = async (set: string) =>
    await (await connected()).change(`UPDATE ${place(table.schema)} SET ${set} WHERE ${rowOf(table, lease)}`);
  return {
    ...lease,
    renew: async () => await change(`until = ${UNTIL}`) > 0,
    async [Symbol.asyncDispose]() {
      await change("owner = '', until = '1970-01-02', run_id = '', load_id = ''");
    },
  };
}

/** Who has the leases of a database now, by the names of their tables. */
export async function leaseHolders(session: MysqlSession, schema: string): Promise<ReadonlyMap<string, string>> {
  if (!await hasTable(session, { schema, name: LEASE_TABLE })) return new Map();
  const rows = await session.query(`SELECT target, owner FROM ${place(schema)} WHERE owner <> '' AND until > ${NOW}`);
  return new Map(rows.map(({ target, owner }) => [target ?? "", owner ?? ""]));
}

/** Writes down which load works under a lease, so that who takes it over finds what it staged. */
export async function enterLoad(
  session: MysqlSession,
  { table, lease, run, load }: Pick<Target, "lease" | "run" | "load"> & { readonly table: MysqlTable },
): Promise<void> {
  if (!lease) return;
  const found = await session.change(
    `UPDATE ${place(table.schema)} SET run_id = ${quoteString(run)}, load_id = ${quoteString(load)} WHERE ${
      rowOf(table, lease)
    }`,
  );
  if (found === 0) throw fenced(table);
}

/** Refuses a commit whose lease another has, and lets nobody take it until the transaction that is open ends. */
export async function requireLease(
  session: MysqlSession,
  { table, lease }: Pick<Target, "lease"> & { readonly table: MysqlTable },
): Promise<void> {
  if (!lease) return;
  const rows = await session.query(
    `SELECT 1 AS held FROM ${place(table.schema)} WHERE ${rowOf(table, lease)} FOR UPDATE`,
  );
  if (rows.length === 0) throw fenced(table);
}

const fenced = (table: MysqlTable) =>
  new DtegError(
    "state.fenced",
    `another run took ${formatName(table)} over while this one stood still; nothing of this one is loaded`,
    { hint: "see what the other run did, then run again" },
  );

async function makeLeaseTable(session: MysqlSession, schema: string): Promise<void> {
  await session.query("SET SESSION innodb_lock_wait_timeout = 1"); // a commit holds the row: who wants it then does not wait for its end
  if (await hasTable(session, { schema, name: LEASE_TABLE })) return;
  await makeDatabase(session, schema);
  await session.query(
    `CREATE TABLE IF NOT EXISTS ${
      place(schema)
    } (target varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, ` +
      "token bigint NOT NULL, owner longtext NOT NULL, until datetime(6) NOT NULL, run_id varchar(64) NOT NULL, load_id varchar(64) NOT NULL) " +
      tableOptions(dialectOf(session)),
  );
}
