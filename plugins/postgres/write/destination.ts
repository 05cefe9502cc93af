import { type Destination, DtegError, formatName, type Host, type TableName } from "../../../sdk/mod.ts";
import { checkWriting, requireWritable } from "../connect/check_session.ts";
import { execute } from "../connect/execute.ts";
import { parametersFor } from "../connect/for_host.ts";
import type { PostgresConfig } from "../mod.ts";
import type { Parameters } from "../parameters.ts";
import type { PgSession } from "../session.ts";
import { type ExistingTable, findExisting, type PgTable } from "./existing_table.ts";
import { undoLoad } from "../state/kept_versions.ts";
import { planTable } from "./plan_table.ts";
import { changeStates, listStates } from "../state/state_changes.ts";
import { takeLease } from "../state/lease.ts";
import { leftovers } from "../state/leftovers.ts";
import { readState } from "../state/state_table.ts";
import { tableWriter } from "./table_writer.ts";
import { POSTGRES_TYPES } from "./type_table.ts";

/** Longest name that PostgreSQL keeps, in bytes. */
const NAME_BYTES = 63;
const OWN_PREFIX = "_dteg_";

/** Writes tables of a server. */
export function postgresDestination(config: PostgresConfig, host: Host): Destination {
  let parameters: Parameters | undefined;
  let opened: Promise<PgSession> | undefined;
  const resolved = () => {
    if (parameters) return parameters;
    const found = parametersFor(config, host);
    return parameters = { ...found, applicationName: sessionName(found.applicationName, host.run) };
  };
  const connectAnew = async (signal = host.signal) => {
    const { connect } = await import("../session.ts");
    return await connect(resolved(), { signal });
  };
  const open = () => opened ??= connectAnew();
  const looked = new Map<string, Promise<ExistingTable | undefined>>();
  /** A table as it was when this destination first looked: a commit looks again. */
  const look = async (table: PgTable) => {
    const session = await open(), name = formatName(table);
    const known = looked.get(name) ?? findExisting(session, table);
    looked.set(name, known);
    return await known;
  };
  const leaseTables = new Set<string>();
  const { signal: lasting } = new AbortController(); // leases are given back also when the run is interrupted
  let keeper: Promise<PgSession> | undefined;
  /** The connection for leases, or a new one where it is lost: they are held for long. */
  const openKeeper = async () => {
    const session = await keeper?.catch(() => undefined); // who opened it reported it
    if (session?.isReusable()) return session;
    return await (keeper = connectAnew(lasting));
  };
  const place = (table: TableName) => ({ schema: table.schema ?? "public", name: table.name });

  return {
    accepts: ["pgcopy", "csv"],
    types: POSTGRES_TYPES,
    can: {
      writes: ["replace", "append", "merge", "scd2"],
      deletes: true,
      transaction: true,
      foldsCase: false,
      nameBytes: NAME_BYTES,
      parallelWriters: true,
      keepsPosition: true,
      skipsLoaded: true,
    },
    place: (stream, into) => placeTable(stream, into),
    label: (table) => formatName(place(table)),
    async check(step) {
      if (step) await checkWriting({ parameters: resolved(), host, step });
      else await requireWritable(await open());
    },
    async describe(table) {
      const existing = await look(place(table));
      if (!existing) return undefined;
      const state = await readState(await open(), place(table));
      return {
        columns: existing.columns.map(({ name, typeName, pgType, type, nullable, filled, hasDefault }) => ({
          name,
          native: typeName,
          type,
          ...(typeName !== pgType && { holds: { kind: "other" as const, native: typeName } }), // a domain has rules of its own
          required: !nullable,
          ...(filled !== "by anyone" ? { filled: "always" as const } : hasDefault && { filled: "default" as const }),
        })),
        madeByDteg: state !== undefined,
        isKept: existing.hasDependents || existing.indexes.some(({ isPlain }) => !isPlain) ||
          existing.columns.some(({ comment }) => comment !== undefined),
        ...(existing.rows !== undefined && { rows: existing.rows }),
      };
    },
    state: {
      read: async (table, owner) => await readState(await open(), place(table), owner),
      list: async () => await listStates(await open()),
      change: async (changes) =>
        await changeStates(await open(), changes.map((change) => ({ ...change, table: place(change.table) }))),
    },
    plan: async (target) => await planTable(await open(), { ...target, table: place(target.table) }),
    leftovers: async (request) => await leftovers(await open(), { ...request, run: host.run }),
    lease: (table, request) => takeLease(openKeeper, { table: place(table), made: leaseTables, request }),
    open: async (target) =>
      await tableWriter({
        session: await open(),
        connectAnew,
        first: await look(place(target.table)),
        target: { ...target, table: place(target.table) },
        log: host.log,
        signal: host.signal,
      }),
    undo: async (undoing) => await undoLoad(await open(), { ...undoing, table: place(undoing.table) }),
    execute: (sql) => execute(sql, { parameters: resolved(), host }),
    async [Symbol.asyncDispose]() {
      for (const connecting of [opened, keeper]) {
        const session = await connecting?.catch(() => undefined); // who opened it reported it
        await session?.[Symbol.asyncDispose]();
      }
    },
  };
}

function placeTable(stream: TableName, into: TableName | undefined): TableName {
  const { schema = "public", name } = into ?? stream;
  const refuse = (reason: string, hint: string) =>
    new DtegError("target.name", `cannot load into ${formatName(into ?? stream)}: ${reason}`, { hint });
  if (into?.catalog !== undefined) {
    throw refuse(
      "a database holds schemas and tables, so a name has at most two parts",
      `leave ${into.catalog} out: the URL names the database`,
    );
  }
  if (name.startsWith(OWN_PREFIX)) {
    throw refuse(
      `dteg keeps names that begin with ${OWN_PREFIX} for itself`,
      "give it another name with `into`, or --into",
    );
  }
  return { schema, name };
}

/** What the server calls the session. It ends in the run's id, by which others know that the run is alive. */
function sessionName(application: string, run: string): string {
  const room = NAME_BYTES - run.length - 1; // the server cuts what is longer
  const letters = [...application];
  while (new TextEncoder().encode(letters.join("")).length > room) letters.pop();
  return `${letters.join("")} ${run}`;
}
