import { DtegError, formatName } from "../../../sdk/mod.ts";
import { quoteIdentifier } from "../backticks.ts";
import { isText, nativeType } from "../table/native_type.ts";
import { joinOn, keyFits, type Merge } from "./staged_merge.ts";

/** Collations that tell all texts apart, trailing blanks too. */
const EXACT = /^(?:utf8mb4_nopad_bin|utf8mb4_0900_bin|binary)$/;

/** Refuses a merge by a text key that the table's collation would take for another one: of the load, or of a row that is there. */
export async function refuseFolding(merge: Merge): Promise<void> {
  const { session, staged, whole, key, target } = merge;
  const keys = keyFits(merge);
  const folding = keys.filter(({ to }) => isText(nativeType(to.native)) && !EXACT.test(to.collation ?? "binary"));
  if (folding.length === 0) return;
  const shown = (of: "s" | "t") =>
    `CONCAT_WS(', ', ${
      keys.map(({ name, column }) => `${of}.${quoteIdentifier(of === "s" ? column.name : name)}`).join(", ")
    })`;
  const groups = keys.map(({ value }) => value).join(", ");
  const collations = folding.map(({ name, to }) => `column ${JSON.stringify(name)} has the collation ${to.collation}`)
    .join(", ");
  const refuse = (one: string | null, other: string | null, where: string) => {
    throw new DtegError(
      "data.key_not_unique",
      `the key (${key.join(", ")}) does not tell rows apart in ${formatName(target.table)}, where ${collations}: ` +
        `${JSON.stringify(one)} and ${JSON.stringify(other)}${where} are the same there; nothing was loaded`,
      {
        column: folding[0].column.name,
        hint: `give the column a collation that tells them apart: ALTER TABLE … MODIFY ${
          quoteIdentifier(folding[0].name)
        } ${folding[0].to.native} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
      },
    );
  };
  const [twins] = await session.query(
    `SELECT MIN(BINARY ${shown("s")}) AS one, MAX(BINARY ${
      shown("s")
    }) AS other FROM ${staged} s GROUP BY ${groups} HAVING COUNT(*) > 1 LIMIT 1`,
  );
  if (twins) refuse(twins.one, twins.other, "");
  const differs = folding.map(({ same }) => `NOT (${same})`).join(" OR ");
  const [pair] = await session.query(
    `SELECT ${shown("s")} AS one, ${shown("t")} AS other FROM ${whole} t JOIN ${staged} s ON ${
      joinOn(merge)
    } WHERE ${differs} LIMIT 1`,
  );
  if (pair) refuse(pair.one, pair.other, ", which the table has,");
}
