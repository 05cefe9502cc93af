import { type DataType, type Destination, DtegError, formatName, type Host, type TableName } from "../../../sdk/mod.ts";
import { checkWriting, requireWritable } from "../connect/check_session.ts";
import { execute } from "../connect/execute.ts";
import { labelOf, type Parameters, parametersOf } from "../parameters.ts";
import type { MysqlConfig } from "../mod.ts";
import type { ConnectOptions, MysqlSession } from "../session.ts";
import { dialectOf } from "../table/dialect.ts";
import { heldType } from "../table/evolve_table.ts";
import { findExisting, type MysqlTable } from "../table/existing_table.ts";
import { nativeType } from "../table/native_type.ts";
import { MYSQL_TYPES } from "../table/type_table.ts";
import { typeOfMysql } from "../type_map.ts";
import { planTable } from "./plan_table.ts";
import { undoLoad } from "../state/kept_versions.ts";
import { changeStates, listStates } from "../state/state_changes.ts";
import { takeLease } from "../state/lease.ts";
import { leftovers } from "../state/leftovers.ts";
import { readState } from "../state/state_table.ts";
import { tableWriter } from "./table_writer.ts";

/** Longest name that MySQL keeps, in characters. */
const NAME_CHARACTERS = 64;
/** Blanks at the end, NUL, and what lies beyond U+FFFF. */
const UNFIT = /\s+$|[\0\u{10000}-\u{10ffff}]/gu;
const OWN_PREFIX = "_dteg_";
/** Seconds that a change of names waits for readers of the table; those that come later wait behind it. */
const LONGEST_WAIT = 60;

/** What a session of a load has beside what all have. Dates that no calendar has come only from another MySQL, and stay as they are. */
const SETTINGS = [
  "sql_mode = 'STRICT_ALL_TABLES,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,ERROR_FOR_DIVISION_BY_ZERO'",
  `lock_wait_timeout = LEAST(@@GLOBAL.lock_wait_timeout, ${LONGEST_WAIT})`,
  "max_error_count = 64",
];

/** Writes tables of a server. */
export function mysqlDestination(config: MysqlConfig, host: Host): Destination {
  let parameters: Parameters | undefined;
  let opened: Promise<MysqlSession> | undefined;
  const resolved = () => parameters ??= parametersOf(config, { folder: host.folder });
  const connectAnew = async ({ signal = host.signal }: Partial<Pick<ConnectOptions, "signal">> = {}) => {
    const { connect } = await import("../session.ts");
    const session = await connect(resolved(), { signal });
    for (const setting of SETTINGS) await session.query(`SET SESSION ${setting}`);
    return session;
  };
  const open = () => opened ??= connectAnew();
  const { signal: lasting } = new AbortController(); // leases are given back also when the run is interrupted
  let keeper: Promise<MysqlSession> | undefined;
  /** The connection for leases, or a new one where it is lost: they are held for long. */
  const openKeeper = async () => {
    const session = await keeper?.catch(() => undefined); // who opened it reported it
    if (session?.isReusable()) return session;
    return await (keeper = connectAnew({ signal: lasting }));
  };
  const leaseTables = new Set<string>();
  const place = (table: TableName) => placeTable(table, resolved());

  return {
    accepts: ["csv"],
    types: MYSQL_TYPES,
    can: {
      writes: ["replace", "append", "merge", "scd2"],
      deletes: true,
      transaction: true,
      foldsCase: true,
      nameChars: NAME_CHARACTERS,
      unfit: UNFIT,
      keepsPosition: true,
      skipsLoaded: true,
    },
    place: (stream, into) => placeInto(stream, into, resolved()),
    label: (table) => formatName(place(table)),
    async check(step) {
      if (step) await checkWriting({ parameters: resolved(), host, step });
      else await requireWritable(await open());
    },
    async describe(table) {
      const session = await open();
      const existing = await findExisting(session, place(table));
      if (!existing) return undefined;
      const state = await readState(session, place(table));
      return {
        columns: existing.columns.map(({ name, native, isNullable, isComputed, isCounted, hasDefault }) => ({
          name,
          native,
          type: typeOfTable(native),
          holds: heldType(native),
          required: !isNullable,
          ...(isComputed || isCounted ? { filled: "always" as const } : hasDefault && { filled: "default" as const }),
        })),
        madeByDteg: state !== undefined,
        isKept: existing.hasDependents || existing.indexes.some(({ isPlain }) => !isPlain) ||
          existing.columns.some(({ comment }) => comment !== ""),
        ...(existing.rows !== undefined && { rows: existing.rows }),
      };
    },
    state: {
      read: async (table, owner) => await readState(await open(), place(table), owner),
      list: async () => await listStates(await open(), resolved().database),
      async change(changes) {
        const session = await open();
        const placed = changes.map((change) => ({ ...change, table: place(change.table) }));
        await changeStates(session, placed, { dialect: dialectOf(session) });
      },
    },
    plan: async (target) => await planTable(await open(), { ...target, table: place(target.table) }),
    leftovers: async (request) => await leftovers(await open(), request),
    lease: (table, request) => takeLease(openKeeper, { table: place(table), made: leaseTables, request }),
    async open(target) {
      const session = await open();
      return await tableWriter({
        session,
        dialect: dialectOf(session),
        connectAnew,
        target: { ...target, table: place(target.table) },
        log: host.log,
        signal: host.signal,
      });
    },
    async undo(undoing) {
      const session = await open();
      await undoLoad(session, { ...undoing, table: place(undoing.table) }, dialectOf(session));
    },
    execute: (sql) => execute(sql, { parameters: resolved(), host }),
    async [Symbol.asyncDispose]() {
      for (const connecting of [opened, keeper]) {
        const session = await connecting?.catch(() => undefined); // who opened it reported it
        await session?.[Symbol.asyncDispose]();
      }
    },
  };
}

function placeTable({ schema, name }: TableName, parameters: Parameters): MysqlTable {
  const database = schema ?? parameters.database;
  if (database !== undefined) return { schema: database, name };
  throw new DtegError("target.name", `cannot load into ${name}: ${labelOf(parameters)} names no database`, {
    hint: "name it at the end of the URL (mysql://host/database), or in `into: database.table`",
  });
}

/** A stream goes to the database of the URL, whatever schema it has in its source. */
function placeInto(stream: TableName, into: TableName | undefined, parameters: Parameters): TableName {
  const refuse = (reason: string, hint: string) =>
    new DtegError("target.name", `cannot load into ${formatName(into ?? stream)}: ${reason}`, { hint });
  if (into?.catalog !== undefined) {
    throw refuse(
      "a server holds databases and tables, so a name has at most two parts",
      `leave ${into.catalog} out`,
    );
  }
  const { schema, name } = into ?? { schema: undefined, name: stream.name };
  if (name.toLowerCase().startsWith(OWN_PREFIX)) {
    throw refuse(
      `dteg keeps names that begin with ${OWN_PREFIX} for itself`,
      "give it another name with `into`, or --into",
    );
  }
  return placeTable({ schema, name }, parameters);
}

/** Types that a file's values are read as for a table that stays; of others the file says more. */
const SAYS_LITTLE = /^(?:tinyint\(1\)|bit|year|datetime|timestamp)/;

function typeOfTable(native: string): DataType | undefined {
  return SAYS_LITTLE.test(native) ? undefined : typeOfMysql({ base: nativeType(native).base, mysqlType: native });
}
