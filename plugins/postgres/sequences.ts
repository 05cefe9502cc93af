import { formatName, type Log, quoteName, quoteTable, quoteText, type TableName } from "../../sdk/mod.ts";
import type { PgSession } from "./session.ts";

interface Loaded {
  readonly session: PgSession;
  readonly table: TableName;
  readonly oid: string;
  /** The staging table, quoted. */
  readonly staged: string;
  /** The loaded columns, and SQL of their values from the staging table `s`. */
  readonly fits: readonly { readonly name: string; readonly value: string }[];
  readonly log: Log;
}

const OWNED = "SELECT a.attname AS name, n.nspname AS schema, s.relname AS sequence, " +
  "CASE WHEN pg_catalog.has_sequence_privilege(s.oid, 'SELECT') THEN coalesce(pg_catalog.pg_sequence_last_value(s.oid), q.seqstart - 1)::text END AS last " +
  "FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S' " +
  "JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid AND q.seqincrement > 0 JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace " +
  "JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid " +
  "WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')";

/** A load into a serial or identity column leaves its sequence behind: says so, with the statement that mends it. */
export async function warnOfSequences({ session, table, oid, staged, fits, log }: Loaded): Promise<void> {
  const owned = await session.query(`${OWNED} AND d.refobjid = ${quoteText(oid)}::oid`);
  for (const { name, schema, sequence, last } of owned) {
    const fit = fits.find((candidate) => candidate.name === name);
    if (!fit || last === null) continue;
    const [{ most }] = await session.query(`SELECT max(${fit.value})::text AS most FROM ${staged} s`);
    if (most === null || BigInt(most) <= BigInt(last)) continue;
    const called = quoteText(quoteTable(schema ?? undefined, sequence ?? ""));
    const whole = quoteTable(table.schema, table.name);
    log.warn(
      `the sequence of column ${name} of ${formatName(table)} stands at ${last}, and the load brought ${most}: ` +
        `before rows get their number from it, run SELECT setval(${called}, (SELECT max(${
          quoteName(fit.name)
        }) FROM ${whole}))`,
    );
  }
}
