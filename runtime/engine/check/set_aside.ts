import { DtegError, quoteName, refusedName, type Row, type ScanBatch } from "../../../sdk/mod.ts";
import type { MaxRejects } from "../../config/pipeline.ts";
import { columnAliases } from "../move/column_refs.ts";
import type { StageSession } from "../move/session.ts";
import type { Shape } from "../plan/shape.ts";
import type { Flaw } from "./judged_query.ts";
import type { Action } from "./loss_rules.ts";
import { PART, RECORD, ROW } from "./origin.ts";

/** Values of a column that a load changed. */
export interface Change {
  readonly column: string;
  /** They became the nearest value, or NULL, or were not loaded. */
  readonly to: "nearest" | "null" | "nothing";
  readonly values: number;
}

/** A row with faults, as the stage has it. */
export interface FaultyRow {
  readonly part: string | null;
  readonly record: number | null;
  /** The row as it came: JSON of texts by column. */
  readonly row: string;
  /** What is wrong with it; at least one. */
  readonly faults: readonly (Flaw & { readonly value: string })[];
}

/** Rows that were read to the end and looked at. Disposed it gives its room back. */
export interface StagedRows extends AsyncDisposable {
  /** The rows that are right, or were made right. */
  readonly batch: ScanBatch;
  readonly rows: number;
  readonly rejected: number;
  readonly changes: readonly Change[];
  /** The rows that are to be set aside, those of files in their order. */
  eachRejected(take: (row: FaultyRow) => void): Promise<void>;
}

/**
 * Reads a query to its end into the stage, since what is to be set aside, and how much of it there is, is known only then, and a source may
 * give its rows only once.
 */
export async function stageRows(
  session: StageSession,
  { batch, flaws }: Shape & { readonly batch: ScanBatch },
  { load }: { readonly load: string },
): Promise<StagedRows> {
  const table = quoteName(`dteg_rows_${load}`);
  const drop = () => session.run(`DROP TABLE IF EXISTS ${table}`);
  const told = flaws.map((flaw, index) => ({ ...flaw, at: quoteName(refusedName(index)) }));
  const open = told.find(({ action }) => action === "fail" || action === "near or reject");
  if (open) throw new DtegError("internal", `nobody decides what becomes of a fault in column ${open.column}`);
  const rejecting = told.filter(({ action }) => action === "reject");
  const isRejected = rejecting.map(({ at }) => `${at} IS NOT NULL`).join(" OR ") || "false";
  const { within: _, refused: __, ...rest } = batch;
  const list = columnAliases(batch.schema).map(quoteName).join(", ");
  try {
    await session.runScan(batch, (query) => `CREATE OR REPLACE TEMP TABLE ${table} AS ${query}`);
    const changing = told.filter(({ action }) => action === "allow" || action === "null" || action === "ignore");
    const counts = changing.map(({ at }, index) => `, count(${at}) FILTER (NOT (${isRejected})) AS c${index}`).join("");
    const [row] = await session.all(
      `SELECT count(*) AS n, count(*) FILTER (${isRejected}) AS rejected${counts} FROM ${table}`,
    );
    return {
      batch: { ...rest, query: `SELECT ${list} FROM ${table} WHERE NOT (${isRejected})` },
      rows: Number(row.n),
      rejected: Number(row.rejected),
      changes: changesOf(changing, row),
      async eachRejected(take) {
        const texts = [PART, ROW].map(quoteName);
        const record = `CAST(${quoteName(RECORD)} AS VARCHAR)`;
        const faults = rejecting.map(({ at }) => at);
        await session.each(
          `SELECT ${[texts[0], record, texts[1], ...faults].join(", ")} FROM ${table} WHERE ${isRejected} ` +
            `ORDER BY ${texts[0]}, ${quoteName(RECORD)}`,
          (rows) => {
            for (const [part, record, row, ...values] of rows) {
              take({
                part,
                record: record === null ? null : Number(record),
                row: row ?? "{}",
                faults: rejecting.flatMap(({ at: _, ...flaw }, index) => {
                  const value = values[index];
                  return value === null ? [] : [{ ...flaw, value }];
                }),
              });
            }
            return true;
          },
        );
      },
      async [Symbol.asyncDispose]() {
        await drop().catch(() => 0); // an interrupted run: its stage goes as a whole
      },
    };
  } catch (error) {
    await drop().catch(() => 0); // the first error tells more
    throw error;
  }
}

const TO: Readonly<Partial<Record<Action, Change["to"]>>> = { allow: "nearest", ignore: "nothing" };

function changesOf(changing: readonly Flaw[], counts: Row): readonly Change[] {
  const changes = new Map<string, Change>();
  changing.forEach(({ column, action }, index) => {
    const to = TO[action] ?? "null";
    const values = Number(counts[`c${index}`]) + (changes.get(column)?.values ?? 0);
    if (values > 0) changes.set(column, { column, to, values });
  });
  return [...changes.values()];
}

/** What a report says of the values that a load changed. */
export function changeTexts(changes: readonly Change[]): readonly string[] {
  return changes.map(({ column, to, values }) => {
    const count = values === 1 ? "1 value" : `${values} values`;
    if (to === "nothing") {
      return `column ${column} is not in the target: ${count} not loaded (contract.columns: ignore)`;
    }
    return to === "null"
      ? `column ${column}: ${count} that did not fit became NULL (on_loss: null)`
      : `column ${column}: ${count} that did not fit became the nearest that does (on_loss: allow)`;
  });
}

/** Refuses a load that sets more rows aside than its stream allows. */
export function refuseTooMany(
  rejected: number,
  { read, most, stream }: { readonly read: number; readonly most?: MaxRejects; readonly stream: string },
): void {
  if (!most) return;
  const limit = most.kind === "count" ? most.rows : read * most.percent / 100;
  if (rejected <= limit) return;
  const rows = rejected === 1 ? "1 row" : `${rejected} rows`;
  throw new DtegError(
    "rejects.too_many",
    `${rows} of ${read} of stream ${stream} would be rejected, and max_rejects is ${
      most.kind === "count" ? most.rows : `${most.percent}%`
    }; nothing was loaded`,
    { hint: "mend the rows at their source, or raise `max_rejects`" },
  );
}
