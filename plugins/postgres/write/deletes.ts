import { DELETED_AT, type GoneKeys, quoteName, quoteText, type Target } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import type { ColumnFit } from "./column_fit.ts";
import type { ExistingTable } from "./existing_table.ts";
import { joinOn } from "./merge.ts";

const AT = quoteName(DELETED_AT);

/** Gives a table, quoted, the column of `delete: mark`, unless it has one. */
export async function addMark(
  session: PgSession,
  table: string,
  { target: { deletes }, existing }: { readonly target: Target; readonly existing?: ExistingTable },
): Promise<void> {
  if (deletes?.how !== "mark" || existing?.columns.some(({ name }) => name === DELETED_AT)) return;
  await session.query(`ALTER TABLE ${table} ADD COLUMN ${AT} timestamp with time zone`);
}

/** A merge that took place. */
interface Merged {
  readonly session: PgSession;
  readonly staged: string;
  readonly whole: string;
  readonly target: Target;
  readonly key: readonly string[];
  readonly fits: readonly ColumnFit[];
  readonly existing: ExistingTable;
}

/** Takes away or marks the rows that the source no longer has, inside the transaction that is open; gives their number. */
export async function deleteRows(merged: Merged, gone: GoneKeys | undefined): Promise<number> {
  const { session, staged, whole, target, target: { deletes }, key, fits, existing } = merged;
  if (!deletes || target.write !== "merge") return 0;
  const on = joinOn({ key, fits });
  const isThere = deletes.how === "mark" ? ` AND t.${AT} IS NULL` : "";
  const take = deletes.how === "mark" ? `UPDATE ${whole} t SET ${AT} = pg_catalog.now()` : `DELETE FROM ${whole} t`;
  if (deletes.how === "mark") { // what came back
    await session.query(`UPDATE ${whole} t SET ${AT} = NULL FROM ${staged} s WHERE ${on} AND t.${AT} IS NOT NULL`);
  }
  if (deletes.areAbsent) {
    return await session.change(
      `${take} WHERE NOT EXISTS (SELECT 1 FROM ${staged} s WHERE ${on})${isThere}${isWithin(target)}`,
    );
  }
  const types = key.map((name) => existing.columns.find((column) => column.name === name)?.typeName ?? "text");
  const same = key.map((name, index) => `t.${quoteName(name)} = v.k${index}::${types[index]}`).join(" AND ");
  const names = key.map((_, index) => `k${index}`).join(", ");
  let count = 0;
  for await (const keys of gone ?? []) {
    if (keys.length === 0) continue;
    const rows = keys.map((texts) => `(${texts.map((text) => `${quoteText(text)}::text`).join(", ")})`).join(", ");
    const from = deletes.how === "mark" ? "FROM" : "USING";
    count += await session.change(`${take} ${from} (VALUES ${rows}) v(${names}) WHERE ${same}${isThere}`);
  }
  return count;
}

/** Takes away what an append's interval holds, inside the transaction that is open, before its rows come; gives their number. */
export async function clearInterval(
  { session, whole, target }: Pick<Merged, "session" | "whole" | "target">,
): Promise<number> {
  return target.deletes?.within ? await session.change(`DELETE FROM ${whole} t WHERE true${isWithin(target)}`) : 0;
}

/** The condition, with its AND, that the cursor of a row `t` is in the interval of a backfill; nothing where there is none. */
function isWithin({ deletes, cursor, schema }: Target): string {
  const column = schema.find(({ name }) => name === cursor);
  if (!deletes?.within || !column) return "";
  const { start, end } = deletes.within(column), at = `t.${quoteName(column.name)}`;
  const bound = (text: string) => {
    if (column.type.kind === "timestamptz") return `${quoteText(text)}::timestamptz`;
    return column.type.kind === "timestamp" || column.type.kind === "date" ? `${quoteText(text)}::timestamp` : text;
  };
  return (start === undefined ? "" : ` AND ${at} >= ${bound(start)}`) +
    (end === undefined ? "" : ` AND ${at} < ${bound(end)}`);
}
