import { DtegError, type DuckSession, quoteName, quoteText } from "../../../sdk/mod.ts";
import { takeSession } from "../pool.ts";
import { isBoundedNumeric } from "../type_map.ts";
import { type Reading, restOf } from "./reading.ts";

/**
 * A numeric can be NaN, which a scan of the extension reads as 0 without a word. So the same snapshot is asked for NaN beside the scan, on
 * a connection of its own, and the scan counts only when there is none. A transaction of DuckDB is open.
 */
export async function besideNanCheck<T>(
  { duck, catalog, ...reading }: Reading & { readonly duck: DuckSession; readonly catalog: string },
  scan: () => Promise<T>,
): Promise<T> {
  const { columns, parameters, host } = reading;
  const numerics = columns.filter(isBoundedNumeric);
  if (numerics.length === 0) return await scan();
  const list = numerics.map(({ name }) => quoteName(name)).join(", ");
  const counts = numerics.map(({ name }, index) =>
    `count(*) FILTER (WHERE ${quoteName(name)} = 'NaN')::text AS n${index}`
  ).join(", ");
  await using session = await takeSession(parameters, host);
  const [{ id }] = await duck.all(
    `SELECT id FROM postgres_query(${quoteText(catalog)}, 'SELECT pg_catalog.pg_export_snapshot() AS id')`,
  );
  const checking = session.transaction(async () => {
    await session.query(`SET TRANSACTION SNAPSHOT ${quoteText(String(id))}`);
    return await session.query(`SELECT ${counts} FROM (SELECT ${list} ${restOf(reading)}) n`);
  }, { mode: "ISOLATION LEVEL REPEATABLE READ, READ ONLY" });
  const [result, [row]] = await Promise.all([scan(), checking]);
  const at = numerics.findIndex((_, index) => row[`n${index}`] !== "0");
  if (at < 0) return result;
  const { name } = numerics[at];
  throw new DtegError(
    "data.value",
    `column "${name}" holds NaN in ${
      row[`n${at}`] === "1" ? "1 row" : `${row[`n${at}`]} rows`
    }, which no decimal of the target can be`,
    { column: name, hint: `declare it as text: columns: { ${name}: { type: text } }` },
  );
}
