import {
  type Batch,
  type Counts,
  DtegError,
  formatName,
  type GoneKeys,
  type LoadMark,
  type Log,
  quoteName,
  quoteTable,
  type Target,
  type Writer,
} from "../../../sdk/mod.ts";
import { isKeyed, mergeVersions } from "../history/versions.ts";
import { warnOfSequences } from "../sequences.ts";
import type { PgSession } from "../session.ts";
import { type ColumnFit, refuseChanges } from "./column_fit.ts";
import { copyCrew } from "./copy_crew.ts";
import { addMark, clearInterval, deleteRows } from "./deletes.ts";
import { dressOf, dressTable, dropFilling, hasMoreThan, renameIndexes } from "./dress.ts";
import { evolveTable, evolving, refuseViews } from "./evolve_table.ts";
import { columnsInTable, type ExistingTable, findExisting, type PgTable } from "./existing_table.ts";
import { fitColumns, loadedColumns } from "./fit_columns.ts";
import { requireLease } from "../state/lease.ts";
import { dropOtherParts, openLedger } from "../state/ledger.ts";
import { askCommitted } from "../state/lost_commit.ts";
import { keepReplaced } from "../state/kept_versions.ts";
import { dropLoaded, insertStaged, mergeStaged, replaceByKey, uniteKeys } from "./merge.ts";
import { requireRights } from "../connect/rights.ts";
import { makeStaging, removeDead, requireMoneyUnit, stagingOf } from "./stage_table.ts";
import { holdName, isCommitted, makeStateTable, writeState } from "../state/state_table.ts";
import { targetError } from "./target_error.ts";

/** Where a writer writes. */
export interface TablePlace {
  readonly session: PgSession;
  /** The table as it is; absent: there is none. */
  readonly first?: ExistingTable;
  /** Another connection, when the first one is lost. */
  connectAnew(signal?: AbortSignal): Promise<PgSession>;
  readonly target: Target & { readonly table: PgTable };
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** A load into one table: COPY into a staging table beside it, then one transaction makes it visible with its state. */
export async function tableWriter({ session, first, connectAnew, target, log, signal }: TablePlace): Promise<Writer> {
  const { schema, name } = target.table;
  const whole = quoteTable(schema, name);
  const label = formatName(target.table);
  const hasColumns = target.schema.length > 0;
  const dress = dressOf(target);
  const key = hasColumns ? loadedColumns(target.key, { target, use: "the key column" }) : [];
  /** Rows of one key become one. */
  const isUnited = target.write === "merge" || target.write === "scd2" ||
    (target.write === "replace" && isKeyed(target) && key.length > 0);
  const format = { pgcopy: "FORMAT binary", csv: `FORMAT csv, NULL '', QUOTE '"', ESCAPE '"'` };
  const crew = copyCrew(connectAnew);

  refuseOdd(first);
  await requireRights(session, { table: target.table, write: target.write, kept: isKept(first) ? first : undefined });
  if (first && isKept(first)) await refuseViews(session, target, first);
  await makeStateTable(session, schema);
  await removeDead(session, { schema, run: target.run });
  const ledger = target.resume !== undefined && hasColumns
    ? await openLedger(session, { target, becomesTable: !isKept(first), log })
    : undefined;
  await dropOtherParts(session, { target, log, kept: ledger?.staging });
  const { staging = stagingOf(target), done } = ledger ?? {};
  const staged = quoteTable(schema, staging.name);
  const naming = { staging: staging.name, label, columns: target.schema.map((column) => column.name) };
  let rows = [...done?.values() ?? []].reduce((sum, one) => sum + one, 0), isStaged = false;
  let made = done?.size ? Promise.resolve() : undefined;

  const drop = async () => {
    isStaged = false;
    await session.query(`DROP TABLE IF EXISTS ${staged}`);
    await ledger?.forget();
  };

  return {
    staged: staging,
    ...(done && { done }),
    async write(part: string, batch: Batch) {
      if (batch.kind !== "bytes") throw new DtegError("internal", `PostgreSQL takes bytes, not ${batch.kind}`);
      if (!hasColumns) return { rows };
      if (batch.format !== "pgcopy" && batch.format !== "csv") {
        throw new DtegError("internal", `PostgreSQL takes no bytes of ${batch.format}`);
      }
      if (batch.format === "pgcopy") await requireMoneyUnit(session, batch.schema);
      const filled = target.loadColumns;
      const make = makeStaging(staging, batch.schema, { becomesTable: !isKept(first), filled });
      const options = format[batch.format];
      const list = filled.length > 0 ? ` (${batch.schema.map(({ name }) => quoteName(name)).join(", ")})` : "";
      isStaged = true;
      let taken = 0;
      try {
        if (target.parts === 1 && !ledger) {
          await session.transaction(async () => {
            await session.query(make);
            taken = await session.copyIn(`COPY ${staged}${list} FROM STDIN (${options}, FREEZE)`, batch.stream);
          });
        } else {
          await (made ??= session.query(make).then(() => {}));
          const copy = `COPY ${staged}${list} FROM STDIN (${options})`;
          taken = await crew.copyIn(
            copy,
            batch.stream,
            async (own, rows) => await ledger?.enter(own, { id: part, rows }),
          );
        }
      } catch (error) {
        throw targetError(error, naming);
      }
      rows += taken;
      return { rows: taken };
    },
    commit: (mark, gone) => commit(mark, gone),
    discard: drop,
    async [Symbol.asyncDispose]() {
      await crew[Symbol.asyncDispose]();
      if (isStaged && !ledger) await drop().catch(() => {}); // a lost connection: the next run removes it
    },
  };

  async function commit(mark: LoadMark, gone?: GoneKeys): Promise<Counts> {
    let counts: Counts | undefined;
    try {
      await session.transaction(async () => {
        await session.query("SET LOCAL row_security = off"); // a policy that hides rows stops the load
        await holdName(session, `load ${mark.load}`);
        await holdName(session, `table ${label}`);
        if (await isCommitted(session, { schema, load: mark.load })) return;
        await requireLease(session, target);
        counts = await makeVisible(gone);
        await ledger?.forget();
        await writeState(session, schema, mark);
      });
    } catch (error) {
      const isLost = counts && error instanceof DtegError && error.code === "connection.lost";
      if (!isLost || !await askCommitted({ connectAnew, schema, load: mark.load, label, signal })) {
        throw targetError(error, naming);
      }
      log.warn(`the connection was lost at COMMIT; the server was asked: ${label} is loaded`);
    }
    isStaged = false;
    await removeDead(session, { schema, run: target.run }).catch((error) =>
      // the load itself is done
      log.debug(`what dead runs left stays for the next run: ${error}`)
    );
    return counts ?? countsOf({});
  }

  function isKept(existing: ExistingTable | undefined): boolean {
    return existing !== undefined && (target.write !== "replace" || hasMoreThan(existing, dress));
  }

  function refuseOdd(existing: ExistingTable | undefined): void {
    if (!existing) return;
    const refuse = (reason: string, hint: string) => {
      throw new DtegError("schema.incompatible", `${label} ${reason}: rows cannot be loaded into it`, { hint });
    };
    if (existing.kind !== "r" && existing.kind !== "p") refuse("is no table", "give another table with `into`");
    if (target.write === "replace" && existing.hasHeirs) {
      refuse(
        "has tables that inherit from it, and a replace would empty them too",
        "replace those one by one, or append",
      );
    }
  }

  function countsOf(counts: Partial<Counts>): Counts {
    return { inserted: rows, updated: 0, deleted: 0, unchanged: 0, filtered: 0, bytes: null, ...counts };
  }

  /** The table as it is now, held against changes until the commit where they would matter. */
  async function heldTable(existing: ExistingTable | undefined): Promise<ExistingTable | undefined> {
    const isEvolving = existing && isKept(existing) && evolving(target, existing).length > 0;
    if (!existing || (target.write === "append" && !isEvolving)) return existing;
    const mode = isKept(existing) && !isEvolving ? "SHARE ROW EXCLUSIVE" : "ACCESS EXCLUSIVE";
    await session.query(`LOCK TABLE ${whole} IN ${mode} MODE`);
    return await findExisting(session, target.table);
  }

  async function makeVisible(gone?: GoneKeys): Promise<Counts> {
    const before = await findExisting(session, target.table);
    if (!hasColumns) {
      if (target.write === "replace") await keepReplaced(session, target, { as: before ? "copy" : "nothing" });
      return countsOf({
        deleted: before && target.write === "replace" ? await session.change(`DELETE FROM ${whole}`) : 0,
      });
    }
    const stagedColumns = await columnsInTable(session, staging);
    if (!stagedColumns) {
      throw new DtegError(
        "connection.conflict",
        `somebody dropped the staging table ${staged} of the load into ${label}`,
        {
          hint: "run again; a pooler in transaction mode hides a run from others for a moment",
        },
      );
    }
    const filtered = isUnited ? await uniteKeys({ session, staged, target, key }) : 0;
    if (!isKept(before)) await dressTable(session, staging, dress); // before the table is held: readers do not wait for it
    const held = await heldTable(before);
    refuseOdd(held);
    if (!held || !isKept(held)) {
      await becomeTable(held, { isDressed: !isKept(before) });
      return countsOf({ inserted: rows - filtered, filtered });
    }
    const existing = await evolveTable(session, target, held);
    const fits = fitColumns({ existing, staging: stagedColumns, target, log });
    await analyzeKey(existing);
    await refuseChanges(session, fits, { staged, target, label });
    await addMark(session, whole, { target, existing });
    const brought = await bringIn(existing, { fits, filtered });
    const deleted = await deleteRows({ session, staged, whole, target, key, fits, existing }, gone);
    const counts = countsOf({ filtered, ...brought, deleted: (brought.deleted ?? 0) + deleted });
    await warnOfSequences({ session, table: target.table, oid: existing.oid, staged, fits, log });
    await session.query(`DROP TABLE ${staged}`);
    return counts;
  }

  /** What is joined wants to be known to the planner. */
  async function analyzeKey({ referencedKey = [] }: ExistingTable): Promise<void> {
    const joined = { append: [], merge: key, scd2: key, replace: referencedKey }[target.write];
    const columns = joined.filter((name) => target.schema.some((column) => column.name === name)).map(quoteName);
    if (columns.length) await session.query(`ANALYZE ${staged} (${columns.join(", ")})`);
  }

  /** Brings the staged rows into the table that is there. */
  async function bringIn(
    existing: ExistingTable,
    { fits, filtered }: { readonly fits: readonly ColumnFit[]; readonly filtered: number },
  ): Promise<Partial<Counts>> {
    if (target.write === "replace") await keepReplaced(session, target, { as: "copy" });
    const merge = { session, staged, target, key, whole, existing, fits, rows: rows - filtered };
    if (target.write === "merge") return await mergeStaged(merge);
    if (target.write === "scd2") return await mergeVersions(merge);
    if (target.write === "replace" && existing.referencedKey) {
      const referenced = loadedColumns(existing.referencedKey, {
        target,
        use: "foreign keys of other tables lead to the key, whose column",
      });
      return await replaceByKey({ ...merge, key: referenced });
    }
    if (target.write === "replace") await session.query(`DELETE FROM ${whole}`);
    const deleted = target.write === "append" ? await clearInterval(merge) : 0;
    const loaded = target.write === "append" ? await dropLoaded(merge) : 0;
    await insertStaged(merge);
    return { filtered: filtered + loaded, inserted: rows - filtered - loaded, deleted };
  }

  /** The staging table takes the name of the target. */
  async function becomeTable(
    existing: ExistingTable | undefined,
    { isDressed }: { readonly isDressed: boolean },
  ): Promise<void> {
    if (!isDressed) await dressTable(session, staging, dress);
    await addMark(session, staged, { target });
    await keepReplaced(session, target, { as: existing ? "renamed" : "nothing" });
    if (isKept(first)) await session.query(`ALTER TABLE ${staged} SET LOGGED`); // what kept it is gone meanwhile
    await session.query(`ALTER TABLE ${staged} RESET (autovacuum_enabled)`);
    await dropFilling(session, staging, target);
    await session.query(`ALTER TABLE ${staged} RENAME TO ${quoteName(name)}`);
    await renameIndexes(session, target.table, { staging: staging.name });
  }
}
