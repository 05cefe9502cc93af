import {
  type Batch,
  type Counts,
  DtegError,
  formatName,
  type GoneKeys,
  type LoadMark,
  type Log,
  type Target,
  type Writer,
} from "../../../sdk/mod.ts";
import { quoteIdentifier, quotePlace } from "../backticks.ts";
import { isKeyed, mergeVersions } from "../history/versions.ts";
import { insertRows } from "../load/insert_rows.ts";
import { loadData } from "../load/load_data.ts";
import type { MysqlSession } from "../session.ts";
import { refuseChanges } from "../table/column_fit.ts";
import { dressOf, hasMoreThan, indexList, makingTable, typesOf } from "../table/dress.ts";
import { evolved, evolveTable } from "../table/evolve_table.ts";
import { type ExistingTable, findExisting, type MysqlTable } from "../table/existing_table.ts";
import { fitColumns, loadedColumns, warnOfLeftOut } from "../table/fit_columns.ts";
import type { Dialect } from "../table/type_table.ts";
import { enterLoad, requireLease } from "../state/lease.ts";
import { askCommitted } from "../state/lost_commit.ts";
import { checkMerge, dropLoaded, insertStaged, isUniqueBy, mergeStaged, replaceByKey, uniteKeys } from "./merge.ts";
import { addMark, clearInterval, deleteRows } from "./deletes.ts";
import { refuseFolding } from "./folding_keys.ts";
import { holdName, loadLock, releaseName, tableLock, takeOver } from "./names_held.ts";
import { removeDead } from "./remove_dead.ts";
import { dropTable, markOf, stagingOf } from "./stage_table.ts";
import { keptCopy } from "../state/kept_versions.ts";
import { isCommitted, makeStateTable, writeState } from "../state/state_table.ts";
import { endSwap, swapTables } from "./swap.ts";
import { targetError } from "./target_error.ts";

/** Where a writer writes. */
export interface TablePlace {
  readonly session: MysqlSession;
  readonly dialect: Dialect;
  /** Another connection, when the first one is lost. */
  connectAnew(options?: { readonly signal: AbortSignal }): Promise<MysqlSession>;
  readonly target: Target & { readonly table: MysqlTable };
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * A load into one table: LOAD DATA into a staging table beside it. What takes its place becomes visible by one change of names, all else by
 * one transaction; both move the state.
 */
export async function tableWriter(place: TablePlace): Promise<Writer> {
  const { session, dialect, connectAnew, target, log, signal } = place;
  const { schema, name } = target.table;
  const ofLoad = { schema, run: target.run, load: target.load };
  const staging = stagingOf(ofLoad);
  const staged = quotePlace(schema, staging.name);
  const whole = quotePlace(schema, name);
  const label = formatName(target.table);
  const hasColumns = target.schema.length > 0;
  const dress = dressOf(target);
  const key = hasColumns ? loadedColumns(target.key, { target, use: "the key column" }) : [];
  const types = typesOf(target, dialect);
  /** Rows of one key become one. */
  const isUnited = target.write === "merge" || target.write === "scd2" ||
    (target.write === "replace" && isKeyed(target) && key.length > 0);
  const naming = { staging: staging.name, label, columns: target.schema.map((column) => column.name) };
  let rows = 0, isStaged = false, isSent = false, isTold = false;

  await makeStateTable(session, schema, dialect);
  await takeOver(session, loadLock(schema, target.load));
  await enterLoad(session, target);
  await removeDead(session, ofLoad);
  const first = await findExisting(session, target.table);
  refuseOdd(first);
  await makeStaging().catch((error) => {
    throw targetError(error, naming);
  });

  async function makeStaging(): Promise<void> {
    if (isStaged || !hasColumns) return;
    const bare = { ...dress, primaryKey: [] };
    const becoming = isUnited ? bare : dress; // a key over rows that become one comes when all are there
    const given = isKept(first) ? { ...bare, indexes: [], comment: undefined } : becoming;
    const notNull = isUnited ? key : [];
    await dropTable(session, staging);
    await session.query(
      makingTable({ table: staging, schema: target.schema, dress: given, types, dialect }, { notNull }),
    );
    isStaged = true;
  }

  const drop = async () => {
    isStaged = false;
    await dropTable(session, staging);
    await dropTable(session, markOf(ofLoad));
  };

  return {
    staged: staging,
    async write(_part: string, batch: Batch) {
      if (batch.kind !== "bytes" || batch.format !== "csv") {
        throw new DtegError("internal", `MySQL takes CSV, not ${batch.kind}`);
      }
      if (!hasColumns) return { rows: 0 };
      try {
        await makeStaging();
        const into = { into: staged, types, filled: target.loadColumns };
        const taken = await loadData(session, batch, into) ??
          await insertInstead(() => insertRows(session, batch, into));
        rows += taken;
        return { rows: taken };
      } catch (error) {
        throw targetError(error, { ...naming, isStaging: true });
      }
    },
    commit: (mark, gone) => commit(mark, gone),
    discard: drop,
    async [Symbol.asyncDispose]() {
      if (isStaged) await drop().catch(() => {}); // a lost connection: the next run removes it
    },
  };

  async function insertInstead(insert: () => Promise<number>): Promise<number> {
    if (!isTold) {
      log.warn(
        `${session.label} takes no LOAD DATA LOCAL (local_infile is OFF): rows go in INSERT statements, which takes longer`,
      );
    }
    isTold = true;
    return await insert();
  }

  async function commit(mark: LoadMark, gone?: GoneKeys): Promise<Counts> {
    let counts: Counts | undefined;
    try {
      const filtered = isUnited && hasColumns
        ? await uniteKeys({ session, staging, target, key, isJoined: isJoined() })
        : 0;
      await holdName(session, tableLock(target.table));
      if (await isCommitted(session, { schema, load: mark.load })) return countsOf({});
      await makeVisible(mark, { filtered, gone, tell: (told) => counts = told });
      await releaseName(session, tableLock(target.table));
    } catch (error) {
      if (!isSent || !(signal.aborted || isLost(error))) throw targetError(error, naming);
      const isThere = await askCommitted({ connectAnew, ...ofLoad, label, signal });
      if (!isThere) throw targetError(error, naming);
      log.warn(`the connection was lost at the commit; the server was asked: ${label} is loaded`);
    }
    isStaged = false;
    return counts ?? countsOf({});
  }

  /** Staged rows only look for their own in the target, which has an index for that. */
  function isJoined(): boolean {
    return target.write === "merge" && first !== undefined && target.deletes === undefined && isUniqueBy(first, key);
  }

  function isKept(existing: ExistingTable | undefined): boolean {
    return existing !== undefined && (target.write !== "replace" || hasMoreThan(existing, dress));
  }

  function refuseOdd(existing: ExistingTable | undefined): void {
    if (!existing) return;
    const refuse = (reason: string, hint: string) => {
      throw new DtegError("schema.incompatible", `${label} ${reason}: rows cannot be loaded into it`, { hint });
    };
    if (existing.kind !== "table") refuse(`is a ${existing.kind}, no table`, "give another table with `into`");
    if (isKept(existing) && !existing.hasTransactions) {
      refuse(
        `is a table of ${existing.engine}, which has no transactions, so a load could be left half done`,
        `change it: ALTER TABLE ${whole} ENGINE=InnoDB`,
      );
    }
  }

  function countsOf(counts: Partial<Counts>): Counts {
    return { inserted: rows, updated: 0, deleted: 0, unchanged: 0, filtered: 0, bytes: null, ...counts };
  }

  interface Visible {
    readonly filtered: number;
    readonly gone?: GoneKeys;
    /** Gets the counts before the act that makes them true. */
    tell(counts: Counts): void;
  }

  async function makeVisible(mark: LoadMark, { filtered, gone, tell }: Visible): Promise<void> {
    const existing = await findExisting(session, target.table);
    refuseOdd(existing);
    if (!hasColumns) {
      return await inTransaction(mark, async () => {
        const empties = existing !== undefined && target.write === "replace";
        tell(countsOf({ deleted: empties ? await session.change(`DELETE FROM ${whole}`) : 0 }));
      });
    }
    if (!existing || !isKept(existing)) {
      if (isKept(first)) {
        throw new DtegError("connection.conflict", `table ${label} was dropped or changed while rows were loaded`, {
          hint: "run again",
        });
      }
      await giveKey();
      await addMark(session, staged, { deletes: target.deletes });
      tell(countsOf({ inserted: rows - filtered, filtered }));
      await requireLease(session, target); // from here on who takes it over drops what is staged, and the change of names fails
      isSent = true;
      await swapTables(session, { table: target.table, mark, isThere: existing !== undefined, dialect });
      isStaged = false;
      await endSwap(session, mark, { target, isThere: existing !== undefined }).catch((error) =>
        log.debug(`the next run ends the change: ${error}`)
      );
      return;
    }
    const planned = await evolved(session, { target, existing, types, dialect });
    await refuseChanges(session, fitColumns({ existing: planned.table, target, types }), { staged, label });
    const grown = await evolveTable(session, planned, target);
    const fits = fitColumns({ existing: grown, target, types });
    warnOfLeftOut({ existing: grown, target, log });
    const merge = { session, staged, whole, target, key, existing: grown, fits, rows: rows - filtered };
    const referenced = target.write === "replace" && existing.referencedKey
      ? loadedColumns(existing.referencedKey, {
        target,
        use: "foreign keys of other tables lead to the key, whose column",
      })
      : undefined;
    await addMark(session, whole, { deletes: target.deletes, existing });
    if (target.write === "merge") await checkMerge(merge);
    if (target.write === "scd2") await refuseFolding(merge);
    if (target.write === "append" && target.cursor !== undefined && key.length > 0) {
      await session.query(`ALTER TABLE ${staged} ADD INDEX (${indexList(key, types)})`);
    }
    if (referenced) {
      await session.query(`ALTER TABLE ${staged} ADD INDEX (${referenced.map(quoteIdentifier).join(", ")})`);
    }
    const copy = target.write === "replace" ? await keptCopy(session, target) : undefined;
    await inTransaction(mark, async () => {
      await copy?.fill();
      tell(countsOf({ filtered, ...await bringIn() }));
    }).catch(async (error) => {
      if (!isLost(error)) await copy?.failed();
      throw error;
    });
    await copy?.done();
    await dropTable(session, staging).catch((error) => log.debug(`the staging table stays for the next run: ${error}`));

    async function bringIn(): Promise<Partial<Counts>> {
      if (target.write === "scd2") return await mergeVersions(merge);
      if (target.write === "merge") {
        const brought = await mergeStaged(merge);
        return { ...brought, deleted: await deleteRows(merge, gone) };
      }
      if (referenced) return await replaceByKey({ ...merge, key: referenced });
      if (target.write === "replace") await session.query(`DELETE FROM ${whole}`);
      const deleted = target.write === "append" ? await clearInterval(merge) : 0;
      const loaded = target.write === "append" ? await dropLoaded(merge) : 0;
      await insertStaged(merge);
      return { filtered: filtered + loaded, inserted: rows - filtered - loaded, deleted };
    }
  }

  /** The primary key that a table which was merged by another one gets. */
  async function giveKey(): Promise<void> {
    const isSame = dress.primaryKey.length === key.length && dress.primaryKey.every((name) => key.includes(name));
    if (!isUnited || isSame) return;
    const list = dress.primaryKey.map(quoteIdentifier).join(", ");
    await session.query(`ALTER TABLE ${staged} DROP PRIMARY KEY${list ? `, ADD PRIMARY KEY (${list})` : ""}`);
  }

  async function inTransaction(mark: LoadMark, step: () => Promise<void>): Promise<void> {
    await session.query("START TRANSACTION");
    try {
      await requireLease(session, target);
      await step();
      await writeState(session, schema, mark);
      isSent = true;
      await session.query("COMMIT");
    } catch (error) {
      await session.query("ROLLBACK").catch(() => {}); // the first error tells more
      throw error;
    }
  }
}

const isLost = (error: unknown) => error instanceof DtegError && error.code === "connection.lost";
