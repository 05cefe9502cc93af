import { type DataType, DELETED_AT, DtegError, type GoneKeys } from "../../../sdk/mod.ts";
import { quoteIdentifier, quoteString } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import type { ExistingTable } from "../table/existing_table.ts";
import { joinOn, keyFits, type Merge } from "./staged_merge.ts";

const AT = quoteIdentifier(DELETED_AT);

/** Gives a table, quoted, the column of `delete: mark`. It ends a transaction, so it comes before one. */
export async function addMark(
  session: MysqlSession,
  table: string,
  { deletes, existing }: { readonly deletes: Merge["target"]["deletes"]; readonly existing?: ExistingTable },
): Promise<void> {
  if (deletes?.how !== "mark" || existing?.columns.some(({ name }) => name === DELETED_AT)) return;
  await session.query(`ALTER TABLE ${table} ADD COLUMN ${AT} datetime(6) NULL`);
}

/** Takes away or marks the rows that the source no longer has, inside the transaction that is open; gives their number. */
export async function deleteRows(merge: Merge, gone: GoneKeys | undefined): Promise<number> {
  const { session, staged, whole, target: { deletes } } = merge;
  if (!deletes) return 0;
  const on = joinOn(merge), isMark = deletes.how === "mark";
  const take = isMark ? `UPDATE ${whole} t SET t.${AT} = UTC_TIMESTAMP(6)` : `DELETE t FROM ${whole} t`;
  const isThere = isMark ? ` AND t.${AT} IS NULL` : "";
  if (isMark) {
    await session.change(`UPDATE ${whole} t JOIN ${staged} s ON ${on} SET t.${AT} = NULL WHERE t.${AT} IS NOT NULL`);
  }
  if (deletes.areAbsent) {
    return await session.change(
      `${take} WHERE NOT EXISTS (SELECT 1 FROM ${staged} s WHERE ${on})${isThere}${isWithin(merge)}`,
    );
  }
  const columns = keyFits(merge).map(({ name, column: { type } }) => ({ ref: `t.${quoteIdentifier(name)}`, type }));
  let count = 0;
  for await (const keys of gone ?? []) {
    if (keys.length === 0) continue;
    const same = keys.map((texts) => `(${texts.map((text, index) => isKey(columns[index], text)).join(" AND ")})`);
    count += await session.change(`${take} WHERE (${same.join(" OR ")})${isThere}`);
  }
  return count;
}

/** A condition that an index can answer, and that takes nothing for the same but the same: collations fold case, and numbers are not texts. */
function isKey({ ref, type }: { readonly ref: string; readonly type: DataType }, text: string): string {
  switch (type.kind) {
    case "bytes":
      return `${ref} = x${quoteString(text.replace(/^\\x/, ""))}`;
    case "text":
    case "other":
    case "uuid":
      return `${ref} = ${quoteString(text)} AND CAST(${ref} AS CHAR CHARACTER SET utf8mb4) = ${
        quoteString(text)
      } COLLATE utf8mb4_bin`;
    case "date":
    case "time":
    case "timestamp":
    case "timestamptz":
      return `${ref} = ${quoteString(text.replace("T", " ").replace(/Z$/, ""))}`;
    default:
      if (!/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) {
        throw new DtegError("internal", `${JSON.stringify(text)} is no number, which a key was thought to be`);
      }
      return `${ref} = ${text}`;
  }
}

/** Takes away what an append's interval holds, inside the transaction that is open, before its rows come; gives their number. */
export async function clearInterval(merge: Pick<Merge, "session" | "whole" | "target" | "fits">): Promise<number> {
  const { session, whole, target } = merge;
  return target.deletes?.within ? await session.change(`DELETE t FROM ${whole} t WHERE true${isWithin(merge)}`) : 0;
}

/** The condition, with its AND, that the cursor of a row `t` is in the interval of a backfill; nothing where there is none. */
function isWithin({ target: { deletes, cursor }, fits }: Pick<Merge, "target" | "fits">): string {
  const fit = fits.find(({ column }) => column.name === cursor);
  if (!deletes?.within || !fit) return "";
  const { column, name, to } = fit;
  if (/char|text/i.test(to.native)) { // it would be compared as what it is not
    throw new DtegError(
      "stream.cursor",
      `column ${JSON.stringify(name)} of the table is ${to.native}: it has no intervals`,
      {
        column: name,
        hint: "give the table a column of the cursor's type",
      },
    );
  }
  const { start, end } = deletes.within(column), at = `t.${quoteIdentifier(name)}`;
  const isTime = column.type.kind === "timestamptz" || column.type.kind === "timestamp" || column.type.kind === "date";
  const bound = (text: string) => isTime ? `CAST(${quoteString(text.replace("+00", ""))} AS DATETIME(6))` : text;
  return (start === undefined ? "" : ` AND ${at} >= ${bound(start)}`) +
    (end === undefined ? "" : ` AND ${at} < ${bound(end)}`);
}
