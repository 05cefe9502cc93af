import { type CheckStep, DtegError, type Host, quoteTable } from "../../../sdk/mod.ts";
import type { Parameters } from "../parameters.ts";
import type { PgSession } from "../session.ts";
import { roleOf } from "./session_attrs.ts";

interface Checked {
  readonly parameters: Parameters;
  readonly host: Host;
  readonly step: CheckStep;
}

/** Connects, and looks whether there is something that the user may read. */
export async function checkReading({ parameters, host, step }: Checked): Promise<void> {
  const { connect } = await import("../session.ts");
  await using session = await connect(parameters, { signal: host.signal, step });
  step("read", parameters.database);
  const [row] = await session.query(
    "SELECT current_user AS login, count(*)::text AS n, count(*) FILTER (WHERE pg_catalog.has_schema_privilege(n.oid, 'USAGE') " +
      "AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT'))::text AS readable " +
      "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace " +
      "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'",
  );
  if (row.n === "0" || row.readable !== "0") return;
  throw new DtegError(
    "connection.forbidden",
    `cannot read from ${session.label}: the user "${row.login}" may read none of its ${row.n} tables`,
    { hint: `GRANT SELECT ON ALL TABLES IN SCHEMA … TO "${row.login}", and USAGE on the schema` },
  );
}

/** Refuses a server that cannot be written to. */
export async function requireWritable(session: PgSession): Promise<void> {
  const { isStandby, isReadOnly } = await roleOf(session);
  if (!isReadOnly) return;
  const why = isStandby ? "a standby, which only follows its primary" : "read-only (default_transaction_read_only)";
  throw new DtegError("target.read_only", `cannot write to ${session.label}: it is ${why}`, {
    hint: isStandby
      ? "connect to the primary, or name all hosts with target_session_attrs=read-write"
      : "take default_transaction_read_only off the user, the database or the URL's options, or connect to another server",
  });
}

/** Connects, and makes and fills a table in a transaction that is taken back. */
export async function checkWriting({ parameters, host, step }: Checked): Promise<void> {
  const { connect } = await import("../session.ts");
  await using session = await connect(parameters, { signal: host.signal, step });
  step("create", parameters.database);
  await requireWritable(session);
  const { schema, isNew } = await placeOfProbe(session, `_dteg_probe_${host.run}`);
  const probe = quoteTable(schema, `_dteg_probe_${host.run}`);
  await session.query("BEGIN");
  try {
    if (isNew) await session.query(`CREATE SCHEMA ${quoteTable(schema)}`);
    await session.query(`CREATE TABLE ${probe} (n integer)`);
    step("write", isNew ? parameters.database : `schema ${schema}`);
    await session.query(`INSERT INTO ${probe} VALUES (1)`);
  } finally {
    await session.query("ROLLBACK").catch(() => []); // a lost connection rolls back by itself
  }
}

/** Where a table can be made: in `public`, where loads go by default, else in a new schema, else in any other. */
async function placeOfProbe(
  session: PgSession,
  probe: string,
): Promise<{ readonly schema: string; readonly isNew: boolean }> {
  const [row] = await session.query(
    "SELECT current_user AS login, pg_catalog.current_database() AS database, " +
      "(SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.nspname !~ '^(pg_|information_schema$)' " +
      "AND pg_catalog.has_schema_privilege(n.oid, 'CREATE') ORDER BY n.nspname <> 'public', n.nspname LIMIT 1) AS schema, " +
      "pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')::text AS creates",
  );
  if (row.schema !== null && (row.schema === "public" || row.creates === "false")) {
    return { schema: row.schema, isNew: false };
  }
  if (row.creates === "true") return { schema: probe, isNew: true };
  throw new DtegError(
    "connection.forbidden",
    `cannot make a table in ${session.label}: the user "${row.login}" has no right to CREATE in any schema, nor on the database`,
    { hint: `GRANT CREATE ON SCHEMA … TO "${row.login}", or GRANT CREATE ON DATABASE ${row.database}` },
  );
}
