import {
  type Batch,
  type Counts,
  type DataType,
  DtegError,
  type DuckSession,
  formatName,
  type GoneKeys,
  type LoadMark,
  type Log,
  quoteName,
  quoteTable,
  type ScanBatch,
  type Target,
  type Writer,
} from "../../../sdk/mod.ts";
import { isKeyed, mergeVersions } from "../history/versions.ts";
import { addMark, clearInterval, deleteRows, reviveRows } from "./deletes.ts";
import { dressTable, type ExistingTable, isKept } from "./existing_table.ts";
import { evolveTable } from "./evolve_table.ts";
import type { FileCatalogue } from "../file_catalogue.ts";
import { keepReplaced } from "./kept_versions.ts";
import { dropLoaded, mergeStaged, replaceByKey, uniteKeys } from "./merge.ts";
import { leftStages } from "../state/leftovers.ts";
import { makeStateTable, writeState } from "../state/state_table.ts";
import { nativeType } from "./type_table.ts";
import { checkedOptions, columnsLeftOut, fitColumns, loadedColumns } from "./fit_columns.ts";

/** Where a writer writes. */
export interface TablePlace {
  readonly session: DuckSession;
  readonly catalog: string;
  readonly target: Target;
  readonly log: Log;
  readonly known: FileCatalogue;
}

/** A load into one table: rows go to a staging table beside it, one transaction makes them visible with their state. */
export async function tableWriter({ session, catalog, target, log, known }: TablePlace): Promise<Writer> {
  const schema = target.table.schema ?? "main";
  const place = { catalog, schema };
  const staging = `_dteg_stage_${target.run}_${target.load}`;
  const staged = quoteTable(catalog, schema, staging);
  const whole = quoteTable(catalog, schema, target.table.name);
  const hasColumns = target.schema.length > 0;
  const key = hasColumns ? loadedColumns(target.key, { target, use: "the key column" }) : [];
  const options = checkedOptions(target);
  let rows = 0, isStaged = false;

  const merging = { session, staged, key, target };

  const drop = async () => {
    await session.run(`DROP TABLE IF EXISTS ${staged}`);
    isStaged = false;
  };
  await known.once(`schema ${schema.toLowerCase()}`, () =>
    session.alone(catalog, async () => {
      if (schema !== "main") await session.run(`CREATE SCHEMA IF NOT EXISTS ${quoteTable(catalog, schema)}`);
      await makeStateTable(session, place);
      await leftStages(session, { catalog, schema, run: target.run, remove: true });
    }));

  return {
    staged: { sql: `SELECT * FROM ${staged}` },
    async write(_part: string, batch: Batch) {
      if (batch.kind !== "scan") throw new DtegError("internal", `DuckDB takes queries, not ${batch.kind}`);
      if (!hasColumns) return { rows: 0 };
      isStaged = true;
      rows = await session.runScan(
        batch,
        (query) => `CREATE OR REPLACE TABLE ${staged} AS ${nativeQuery({ ...batch, query })}`,
      );
      return { rows };
    },
    async commit(mark: LoadMark, gone?: GoneKeys) {
      return await session.alone(catalog, async () => {
        const existing = await known.find(session, target.table);
        if (existing && !existing.isView) await addMark(session, whole, target);
        if (existing?.isView) {
          throw new DtegError(
            "schema.incompatible",
            `${formatName(target.table)} is a view: rows cannot be loaded into it`,
          );
        }
        await session.run("BEGIN");
        try {
          const counts = await makeVisible(existing, gone);
          await writeState(session, place, mark);
          await session.run("COMMIT");
          known.changed(target.table);
          isStaged = false;
          return counts;
        } catch (error) {
          await session.run("ROLLBACK").catch(() => 0); // the first error tells more
          throw constraintError(error, target);
        }
      });
    },
    discard: drop,
    async [Symbol.asyncDispose]() {
      if (isStaged) await drop();
    },
  };

  async function makeVisible(existing: ExistingTable | undefined, gone?: GoneKeys): Promise<Counts> {
    const counts: Counts = { inserted: rows, updated: 0, deleted: 0, unchanged: 0, filtered: 0, bytes: null };
    if (!hasColumns) {
      if (target.write === "replace") {
        await keepReplaced({ session, catalog }, target, { as: existing ? "copy" : "nothing" });
      }
      const deleted = existing && target.write === "replace" ? await session.run(`DELETE FROM ${whole}`) : 0;
      return { ...counts, deleted };
    }
    const isUnited = target.write === "merge" || target.write === "scd2" ||
      (target.write === "replace" && isKeyed(target) && key.length > 0);
    if (!existing || (target.write === "replace" && !isKept(existing, target))) {
      const filtered = isUnited ? await uniteKeys({ ...merging, columns: [] }) : 0;
      await keepReplaced({ session, catalog }, target, { as: existing ? "renamed" : "nothing" });
      await addMark(session, staged, target);
      await rename();
      return { ...counts, inserted: rows - filtered, filtered };
    }
    await evolveTable(session, { ...target, table: { ...target.table, catalog, schema } }, existing);
    const grown = target.evolve ? await known.find(session, target.table) ?? existing : existing;
    const columns = fitColumns(grown, target);
    warnOfLeftOut(grown);
    const deleting = { ...merging, whole, existing };
    await reviveRows(deleting);
    const changed = await bringIn(grown, columns);
    const deleted = (changed.deleted ?? 0) + await deleteRows(deleting, gone);
    await session.run(`DROP TABLE ${staged}`);
    return { ...counts, ...changed, deleted };
  }

  /** Brings the staged rows into the table that is there. */
  async function bringIn(existing: ExistingTable, columns: readonly string[]): Promise<Partial<Counts>> {
    if (target.write === "replace") await keepReplaced({ session, catalog }, target, { as: "copy" });
    const merge = { ...merging, whole, columns };
    if (target.write === "scd2") return await mergeVersions(merge);
    if (target.write === "merge") {
      const mayMove = !existing.referencedKey && columnsLeftOut(existing, target).length === 0;
      return await mergeStaged({ ...merge, mayMove });
    }
    if (target.write === "replace" && existing.referencedKey) {
      return await replaceByKey({ ...merge, key: existing.referencedKey });
    }
    const list = columns.map(quoteName).join(", ");
    if (target.write === "replace") await session.run(`DELETE FROM ${whole}`);
    const deleted = target.write === "append" ? await clearInterval(merge) : 0;
    const filtered = target.write === "append"
      ? await dropLoaded(merge)
      : isKeyed(target) && key.length > 0
      ? await uniteKeys(merge)
      : 0;
    await session.run(`INSERT INTO ${whole} (${list}) SELECT ${list} FROM ${staged}`);
    return { inserted: rows - filtered, filtered, deleted };
  }

  function warnOfLeftOut(existing: ExistingTable): void {
    const left = columnsLeftOut(existing, target).filter((name) => !name.startsWith("_dteg_"));
    if (left.length === 0) return;
    const what = left.length > 1 ? `columns ${left.join(", ")} are` : `column ${left[0]} is`;
    log.warn(
      `${what} not in the load: rows that are new in ${formatName(target.table)} have NULL or the default there`,
    );
  }

  async function rename(): Promise<void> {
    await session.run(`ALTER TABLE ${staged} RENAME TO ${quoteName(target.table.name)}`);
    const dressed = { catalog, table: { ...target.table, schema }, built: target.table.name };
    const statements = dressTable(dressed, { ...options, schema: target.schema });
    if (statements.length > 0) await session.run(statements.join(";\n"));
  }
}

/** The rows with the types that the table gets. */
function nativeQuery(batch: ScanBatch): string {
  if (!batch.schema.some(({ type }) => isCast(type))) return batch.query;
  const columns = batch.schema.map(({ name, type }) =>
    isCast(type) ? `CAST(${quoteName(name)} AS ${nativeType(type)}) AS ${quoteName(name)}` : quoteName(name)
  );
  return `SELECT ${columns.join(", ")} FROM (${batch.query}) b`;
}

/** True for a type that the stage holds as another one than the table. */
function isCast(type: DataType): boolean {
  switch (type.kind) {
    case "other":
    case "decimal":
      return (type.kind === "other" || type.precision === 39) && nativeType(type) !== "VARCHAR";
    case "timestamp":
      return type.precision < 6;
    case "list":
      return isCast(type.of);
    case "struct":
      return type.fields.some((field) => isCast(field.type));
    default:
      return false;
  }
}

/** A row that breaks a key or another rule of the table, in our words. */
function constraintError(error: unknown, { table }: Target): unknown {
  if (!(error instanceof DtegError) || error.code !== "query.failed") return error;
  const reason = /^Constraint Error: (.*)/s.exec(error.message)?.[1].split(/ If this is an unexpected|\n/)[0];
  if (!reason) return error;
  return new DtegError("data.constraint", `rows do not fit the rules of ${formatName(table)}: ${reason}`, {
    cause: error,
    hint: "mend the rows, load with --write merge and the table's key, or change the table",
  });
}
