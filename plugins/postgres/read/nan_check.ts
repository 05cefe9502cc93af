import { DtegError, type DuckSession, quoteName, quoteText } from "../../../sdk/mod.ts";
import { takeSession } from "../pool.ts";
import { isBoundedNumeric } from "../type_map.ts";
import { type Reading, restOf } from "./reading.ts";

/** Counts the zeros that scans of this session read. */
const ZEROS = "dteg_zeros";

/** Makes what {@linkcode countingZeros} counts with. */
export async function openZeroCount(duck: DuckSession): Promise<void> {
  await duck.run(`CREATE TEMP SEQUENCE IF NOT EXISTS ${ZEROS}`);
}

/** The value of `ref`; a zero is counted on its way. */
export function countingZeros(ref: string): string {
  return `CASE WHEN ${ref} = 0 THEN CASE WHEN nextval('temp.${ZEROS}') > 0 THEN ${ref} END ELSE ${ref} END`;
}

interface Scanning extends Reading {
  readonly duck: DuckSession;
  readonly catalog: string;
}

/**
 * A numeric can be NaN, which a scan of the extension reads as 0 without a word. So where a scan has read a zero, the same snapshot is
 * asked for NaN, and the scan counts only when there is none. A transaction of DuckDB is open.
 */
export async function withoutNan<T>(scanning: Scanning, scan: () => Promise<T>): Promise<T> {
  const { columns, duck } = scanning;
  const numerics = columns.filter(isBoundedNumeric);
  if (numerics.length === 0) return await scan();
  const before = await zerosOf(duck);
  const result = await scan();
  if (await zerosOf(duck) !== before) await refuseNan(scanning, numerics);
  return result;
}

async function zerosOf(duck: DuckSession): Promise<string> {
  const [{ n }] = await duck.all(
    `SELECT coalesce(last_value, 0)::VARCHAR AS n FROM duckdb_sequences() WHERE sequence_name = '${ZEROS}' AND temporary`,
  );
  return String(n);
}

async function refuseNan(scanning: Scanning, numerics: Reading["columns"]): Promise<void> {
  const { parameters, host, duck, catalog } = scanning;
  const list = numerics.map(({ name }) => quoteName(name)).join(", ");
  const counts = numerics.map(({ name }, index) =>
    `count(*) FILTER (WHERE ${quoteName(name)} = 'NaN')::text AS n${index}`
  ).join(", ");
  await using session = await takeSession(parameters, host);
  const [{ id }] = await duck.all(
    `SELECT id FROM postgres_query(${quoteText(catalog)}, 'SELECT pg_catalog.pg_export_snapshot() AS id')`,
  );
  const [row] = await session.transaction(async () => {
    await session.query(`SET TRANSACTION SNAPSHOT ${quoteText(String(id))}`);
    return await session.query(`SELECT ${counts} FROM (SELECT ${list} ${restOf(scanning)}) n`);
  }, { mode: "ISOLATION LEVEL REPEATABLE READ, READ ONLY" });
  const at = numerics.findIndex((_, index) => row[`n${index}`] !== "0");
  if (at < 0) return;
  const { name } = numerics[at];
  throw new DtegError(
    "data.value",
    `column "${name}" holds NaN in ${
      row[`n${at}`] === "1" ? "1 row" : `${row[`n${at}`]} rows`
    }, which no decimal of the target can be`,
    { column: name, hint: `declare it as text: columns: { ${name}: { type: text } }` },
  );
}
