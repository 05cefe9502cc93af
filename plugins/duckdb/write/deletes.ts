import { DELETED_AT, type DuckSession, type GoneKeys, quoteName, quoteText, type Target } from "../../../sdk/mod.ts";
import type { ExistingTable } from "./existing_table.ts";

const AT = quoteName(DELETED_AT);

/** Gives a table, quoted, the column of `delete: mark`, unless it has one. */
export async function addMark(
  session: DuckSession,
  table: string,
  { deletes }: Pick<Target, "deletes">,
): Promise<void> {
  if (deletes?.how !== "mark") return;
  await session.run(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${AT} TIMESTAMP WITH TIME ZONE`);
}

/** A merge that takes place. */
interface Merging {
  readonly session: DuckSession;
  readonly staged: string;
  readonly whole: string;
  readonly target: Target;
  readonly key: readonly string[];
  readonly existing: ExistingTable;
}

/** Takes away or marks the rows that the source no longer has, inside the transaction that is open; gives their number. */
export async function deleteRows(merging: Merging, gone: GoneKeys | undefined): Promise<number> {
  const { session, staged, whole, target, target: { deletes }, key, existing } = merging;
  if (!deletes || target.write !== "merge") return 0;
  const on = key.map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`).join(" AND ");
  const isMark = deletes.how === "mark", isThere = isMark ? ` AND t.${AT} IS NULL` : "";
  const take = isMark ? `UPDATE ${whole} t SET ${AT} = now()` : `DELETE FROM ${whole} t`;
  if (deletes.areAbsent) {
    return await session.run(`${take} WHERE NOT EXISTS (FROM ${staged} s WHERE ${on})${isThere}${isWithin(target)}`);
  }
  const natives = key.map((name) =>
    existing.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.native ?? "VARCHAR"
  );
  const same = key.map((name, index) => {
    const text = `v.k${index}`;
    const value = natives[index] === "BLOB" ? `unhex(substr(${text}, 3))` : `CAST(${text} AS ${natives[index]})`;
    return `t.${quoteName(name)} = ${value}`;
  }).join(" AND ");
  let count = 0;
  for await (const keys of gone ?? []) {
    if (keys.length === 0) continue;
    const rows = keys.map((texts) => `(${texts.map(quoteText).join(", ")})`).join(", ");
    const list = `(VALUES ${rows}) v(${key.map((_, index) => `k${index}`).join(", ")})`;
    count += await session.run(`${take} ${isMark ? "FROM" : "USING"} ${list} WHERE ${same}${isThere}`);
  }
  return count;
}

/** Rows that came back are no longer marked. */
export async function reviveRows({ session, staged, whole, target: { deletes }, key }: Merging): Promise<void> {
  if (deletes?.how !== "mark") return;
  const on = key.map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`).join(" AND ");
  await session.run(`UPDATE ${whole} t SET ${AT} = NULL FROM ${staged} s WHERE ${on} AND t.${AT} IS NOT NULL`);
}

/** Takes away what an append's interval holds, inside the transaction that is open, before its rows come; gives their number. */
export async function clearInterval(
  { session, whole, target }: Pick<Merging, "session" | "whole" | "target">,
): Promise<number> {
  return target.deletes?.within ? await session.run(`DELETE FROM ${whole} t WHERE true${isWithin(target)}`) : 0;
}

/** The condition, with its AND, that the cursor of a row `t` is in the interval of a backfill; nothing where there is none. */
function isWithin({ deletes, cursor, schema }: Target): string {
  const column = schema.find(({ name }) => name === cursor);
  if (!deletes?.within || !column) return "";
  const { start, end } = deletes.within(column), at = `t.${quoteName(column.name)}`;
  const bound = (text: string) => {
    if (column.type.kind === "timestamptz") return `TIMESTAMPTZ ${quoteText(text)}`;
    return column.type.kind === "timestamp" || column.type.kind === "date" ? `TIMESTAMP ${quoteText(text)}` : text;
  };
  return (start === undefined ? "" : ` AND ${at} >= ${bound(start)}`) +
    (end === undefined ? "" : ` AND ${at} < ${bound(end)}`);
}
