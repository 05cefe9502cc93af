import {
  type Batch,
  type Counts,
  DtegError,
  formatName,
  type LoadMark,
  quoteName,
  quoteTable,
  quoteText,
  type Target,
  type Writer,
} from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import { type ExistingTable, findExisting, type PgTable } from "./existing_table.ts";
import { fitColumns } from "./fit_columns.ts";
import { mergeStaged } from "./merge.ts";
import { isCommitted, makeStateTable, writeState } from "./state_table.ts";
import { pgType } from "./type_table.ts";

/** Where a writer writes. */
export interface TablePlace {
  readonly session: PgSession;
  /** Another connection, when the first one is lost. */
  connectAnew(): Promise<PgSession>;
  readonly target: Target & { readonly table: PgTable };
}

/** A load into one table: COPY into a staging table beside it, then one transaction makes it visible with its state. */
export async function tableWriter({ session, connectAnew, target }: TablePlace): Promise<Writer> {
  const { schema } = target.table;
  const staging = `_dteg_stage_${target.run}_${target.load}`;
  const staged = quoteTable(schema, staging);
  let rows = 0, isStaged = false;

  await makeStateTable(session, schema);
  await removeDead(session, { schema, run: target.run });
  const existing = await findExisting(session, target.table);
  if (existing && existing.kind !== "r" && existing.kind !== "p") {
    throw new DtegError(
      "schema.incompatible",
      `${formatName(target.table)} is no table: rows cannot be loaded into it`,
    );
  }
  const swaps = target.write === "replace" && !(existing?.hasDependents ?? false);
  const becomesTable = !existing || swaps;

  const drop = async () => {
    isStaged = false;
    await session.query(`DROP TABLE IF EXISTS ${staged}`);
  };

  return {
    async write(_part: string, batch: Batch) {
      if (batch.kind !== "bytes") throw new DtegError("internal", `PostgreSQL takes bytes, not ${batch.kind}`);
      const columns = batch.schema.map((column) => `${quoteName(column.name)} ${pgType(column)}`).join(", ");
      const format = batch.format === "pgcopy" ? "FORMAT binary" : `FORMAT csv, NULL '', QUOTE '"', ESCAPE '"'`;
      isStaged = true;
      await session.transaction(async () => {
        await session.query(
          `CREATE ${becomesTable ? "" : "UNLOGGED "}TABLE ${staged} (${columns}) WITH (autovacuum_enabled = false)`,
        );
        rows = await session.copyIn(`COPY ${staged} FROM STDIN (${format}, FREEZE)`, batch.stream);
      });
      return { rows };
    },
    commit: (mark) => commit(mark),
    discard: drop,
    async [Symbol.asyncDispose]() {
      if (!isStaged) return;
      isStaged = false;
      await session.query(`DROP TABLE IF EXISTS ${staged}`).catch(() => {}); // a lost connection: the next run removes it
    },
  };

  async function commit(mark: LoadMark): Promise<Counts> {
    let counts: Counts | undefined;
    try {
      await session.transaction(async () => {
        const now = await findExisting(session, target.table);
        counts = await makeVisible(now);
        await writeState(session, schema, mark);
      });
    } catch (error) {
      if (!counts || !(error instanceof DtegError) || error.code !== "connection.lost" || !await wasCommitted(mark)) {
        throw error;
      }
    }
    isStaged = false;
    return counts!;
  }

  /** The reply to COMMIT was lost: the server knows whether it took place. */
  async function wasCommitted(mark: LoadMark): Promise<boolean> {
    await using other = await connectAnew();
    return await isCommitted(other, { schema, load: mark.load });
  }

  async function makeVisible(now: ExistingTable | undefined): Promise<Counts> {
    const counts: Counts = { inserted: rows, updated: 0, deleted: 0, unchanged: 0, filtered: 0, bytes: null };
    const whole = quoteTable(schema, target.table.name);
    if (target.schema.length === 0) {
      return {
        ...counts,
        deleted: now && target.write === "replace" ? await session.change(`DELETE FROM ${whole}`) : 0,
      };
    }
    if (target.write === "merge") {
      const merged = await mergeStaged({ session, staged, whole: now ? whole : undefined, existing: now, target });
      if (now) await session.query(`DROP TABLE ${staged}`);
      else await becomeTable();
      return { ...counts, ...merged };
    }
    if (!now || (target.write === "replace" && !now.hasDependents)) {
      if (now) await session.query(`DROP TABLE ${whole}`);
      await becomeTable();
      return counts;
    }
    const columns = fitColumns(now, target).map(quoteName).join(", ");
    if (target.write === "replace") await session.query(`DELETE FROM ${whole}`);
    await session.query(
      `INSERT INTO ${whole} (${columns}) SELECT ${
        target.schema.map(({ name }) => quoteName(name)).join(", ")
      } FROM ${staged}`,
    );
    await session.query(`DROP TABLE ${staged}`);
    return counts;
  }

  /** The staging table takes the name of the target, with its key and indexes. */
  async function becomeTable(): Promise<void> {
    const list = (columns: readonly string[]) => columns.map(quoteName).join(", ");
    const { primaryKey = target.key, indexes = [], comment } = target.options;
    await session.query(`ALTER TABLE ${staged} RESET (autovacuum_enabled)`);
    await session.query(`ALTER TABLE ${staged} RENAME TO ${quoteName(target.table.name)}`);
    const whole = quoteTable(schema, target.table.name);
    if (primaryKey.length) await session.query(`ALTER TABLE ${whole} ADD PRIMARY KEY (${list(primaryKey)})`);
    for (const columns of indexes) await session.query(`CREATE INDEX ON ${whole} (${list(columns)})`);
    if (comment) await session.query(`COMMENT ON TABLE ${whole} IS ${quoteText(comment)}`);
  }
}

/** Staging tables of runs that are no more: those whose run holds no lock of it. */
async function removeDead(
  session: PgSession,
  { schema, run }: { readonly schema: string; readonly run: string },
): Promise<void> {
  const rows = await session.query(
    `SELECT c.relname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${
      quoteText(schema)
    } ` +
      `AND c.relname ~ '^_dteg_stage_' AND c.relname !~ ${quoteText(`^_dteg_stage_${run}_`)} ` +
      `AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_activity a WHERE a.application_name LIKE '% ' || split_part(c.relname, '_', 4))`,
  );
  for (const { name } of rows) await session.query(`DROP TABLE IF EXISTS ${quoteTable(schema, name ?? "")}`);
}
