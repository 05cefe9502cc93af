import {
  type Batch,
  type Counts,
  DtegError,
  type DuckSession,
  formatName,
  type LoadMark,
  quoteName,
  quoteTable,
  quoteText,
  type ScanBatch,
  type Target,
  type Writer,
} from "../../sdk/mod.ts";
import { dressTable, type ExistingTable, findExisting } from "./existing_table.ts";
import { mergeStaged } from "./merge.ts";
import { makeStateTable, writeState } from "./state_table.ts";
import { nativeType } from "./type_table.ts";

/** Where a writer writes. */
export interface TablePlace {
  readonly session: DuckSession;
  readonly catalog: string;
  readonly target: Target;
}

/** A load into one table: rows go to a staging table beside it, one transaction makes them visible with their state. */
export async function tableWriter({ session, catalog, target }: TablePlace): Promise<Writer> {
  const schema = target.table.schema ?? "main";
  const place = { catalog, schema };
  const staging = `_dteg_stage_${target.run}_${target.load}`;
  const staged = quoteTable(catalog, schema, staging);
  const whole = quoteTable(catalog, schema, target.table.name);
  const hasColumns = target.schema.length > 0;
  let rows = 0, isStaged = false;

  const drop = async () => {
    await session.run(`DROP TABLE IF EXISTS ${staged}`);
    isStaged = false;
  };
  await session.alone(catalog, async () => {
    if (schema !== "main") await session.run(`CREATE SCHEMA IF NOT EXISTS ${quoteTable(catalog, schema)}`);
    await makeStateTable(session, place);
    await removeDead({ session, catalog, target }, schema);
  });

  return {
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
    async commit(mark: LoadMark) {
      return await session.alone(catalog, async () => {
        const existing = await findExisting(session, catalog, target.table);
        if (existing?.isView) {
          throw new DtegError(
            "schema.incompatible",
            `${formatName(target.table)} is a view: rows cannot be loaded into it`,
          );
        }
        await session.run("BEGIN");
        try {
          const counts = await makeVisible(existing);
          await writeState(session, place, mark);
          await session.run("COMMIT");
          isStaged = false;
          return counts;
        } catch (error) {
          await session.run("ROLLBACK").catch(() => 0); // the first error tells more
          throw error;
        }
      });
    },
    discard: drop,
    async [Symbol.asyncDispose]() {
      if (isStaged) await drop();
    },
  };

  async function makeVisible(existing: ExistingTable | undefined): Promise<Counts> {
    const counts: Counts = { inserted: rows, updated: 0, deleted: 0, unchanged: 0, filtered: 0, bytes: null };
    if (!hasColumns) {
      const deleted = existing && target.write === "replace" ? await session.run(`DELETE FROM ${whole}`) : 0;
      return { ...counts, deleted };
    }
    const isNew = existing === undefined;
    const swaps = isNew || (target.write === "replace" && !existing.hasDependents);
    if (target.write === "merge") {
      const columns = isNew ? columnsOf(target) : fitColumns(existing, target);
      const merged = await mergeStaged({ session, staged, whole: isNew ? undefined : whole, columns, target });
      if (!isNew) await session.run(`DROP TABLE ${staged}`);
      else await rename();
      return { ...counts, ...merged };
    }
    if (swaps) {
      if (!isNew) await session.run(`DROP TABLE ${whole}`);
      await rename();
      return counts;
    }
    const columns = fitColumns(existing, target).map(quoteName).join(", ");
    if (target.write === "replace") await session.run(`DELETE FROM ${whole}`);
    await session.run(`INSERT INTO ${whole} (${columns}) SELECT ${columns} FROM ${staged}`);
    await session.run(`DROP TABLE ${staged}`);
    return counts;
  }

  async function rename(): Promise<void> {
    await session.run(`ALTER TABLE ${staged} RENAME TO ${quoteName(target.table.name)}`);
    for (
      const sql of dressTable({ catalog, table: { ...target.table, schema }, built: target.table.name }, target.options)
    ) await session.run(sql);
  }
}

/** The rows with the types that the table gets. */
function nativeQuery(batch: ScanBatch): string {
  const casts = batch.schema.map(({ name, type }) => {
    const isOwn = type.kind === "other" || (type.kind === "decimal" && type.precision === 39);
    return isOwn && nativeType(type) !== "VARCHAR"
      ? `CAST(${quoteName(name)} AS ${nativeType(type)}) AS ${quoteName(name)}`
      : quoteName(name);
  });
  return casts.every((cast, index) => cast === quoteName(batch.schema[index].name))
    ? batch.query
    : `SELECT ${casts.join(", ")} FROM (${batch.query}) b`;
}

const columnsOf = (target: Target) => target.schema.map(({ name }) => name);

/** Columns of the load as the table calls them; refused where the table lacks one or holds another type. */
function fitColumns(existing: ExistingTable, target: Target): readonly string[] {
  const table = formatName(target.table);
  return target.schema.map(({ name, type }) => {
    const there = existing.columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
    if (!there) {
      throw new DtegError("schema.incompatible", `table ${table} has no column ${JSON.stringify(name)}`, {
        column: name,
        hint: `leave it out (columns: { ${name}: { drop: true } }), or add it to the table`,
      });
    }
    const wanted = nativeType(type);
    if (!holds(there.native, wanted)) {
      throw new DtegError(
        "schema.incompatible",
        `column ${JSON.stringify(name)} of table ${table} is ${there.native}, and the load brings ${wanted}`,
        {
          column: name,
          hint: `declare the type that the table has: columns: { ${name}: { type: … } }`,
        },
      );
    }
    return there.name;
  });
}

const WIDTH: readonly (readonly string[])[] = [
  ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"],
  ["UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"],
  ["FLOAT", "DOUBLE"],
];
const ALIASES: Readonly<Record<string, string>> = {
  TIMESTAMPTZ: "TIMESTAMP WITH TIME ZONE",
  TIMETZ: "TIME WITH TIME ZONE",
};

/** True when every value of `wanted` is one of `native`. */
function holds(native: string, wanted: string): boolean {
  const plain = ALIASES[wanted] ?? wanted;
  if (native === plain) return true;
  if (WIDTH.some((line) => line.includes(plain) && line.indexOf(native) > line.indexOf(plain))) return true;
  const [have, want] = [native, plain].map((type) => /^DECIMAL\((\d+),\s?(\d+)\)$/.exec(type)?.slice(1).map(Number));
  return have !== undefined && want !== undefined && have[1] >= want[1] && have[0] - have[1] >= want[0] - want[1];
}

/** Staging tables of runs that are no more: one process at a time writes a file, so all but this run's are dead. */
async function removeDead({ session, catalog, target }: TablePlace, schema: string): Promise<void> {
  const rows = await session.all(
    `SELECT table_name FROM duckdb_tables() WHERE database_name = ${quoteText(catalog)} AND schema_name = ${
      quoteText(schema)
    } ` +
      `AND starts_with(table_name, '_dteg_stage_') AND NOT starts_with(table_name, ${
        quoteText(`_dteg_stage_${target.run}_`)
      })`,
  );
  for (const row of rows) await session.run(`DROP TABLE ${quoteTable(catalog, schema, String(row.table_name))}`);
}
