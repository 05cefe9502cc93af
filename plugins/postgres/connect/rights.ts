import { DtegError, formatName, quoteName, quoteText, type WriteMode } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import { type ExistingTable, findExisting, type PgTable } from "../write/existing_table.ts";
import { STATE_TABLE } from "../state/state_table.ts";

interface Wish {
  readonly table: PgTable;
  readonly write: WriteMode;
  /** The table, where rows come into one that stays. */
  readonly kept?: ExistingTable;
}

const NEEDED: Readonly<Record<WriteMode, readonly string[]>> = {
  append: ["INSERT"],
  replace: ["INSERT", "DELETE"],
  merge: ["SELECT", "INSERT", "UPDATE"],
  scd2: ["SELECT", "INSERT", "UPDATE"],
};

/** Refuses a load that the user has no right to, before a row moves; the schema need not be there yet. */
export async function requireRights(session: PgSession, { table, write, kept }: Wish): Promise<void> {
  const state = { schema: table.schema, name: STATE_TABLE };
  const [{ there }] = await session.query(
    `SELECT (to_regnamespace(${quoteText(quoteName(table.schema))}) IS NOT NULL)::text AS there`,
  );
  const stateTable = await findExisting(session, state);
  const wishes = [
    ...(kept ? NEEDED[write].map((right) => onTable(right, table, kept)) : []),
    ...(stateTable ? ["SELECT", "INSERT", "UPDATE"].map((right) => onTable(right, state, stateTable)) : []),
    ...(there === "true" ? ["USAGE", "CREATE"].map((right) => onSchema(right, table)) : [NEW_SCHEMA]),
  ];
  const tests = wishes.map(({ test }, index) => `pg_catalog.${test}::text AS r${index}`).join(", ");
  const [row] = await session.query(
    `SELECT current_user AS login, pg_catalog.current_database() AS database, ${tests}`,
  );
  const missing = wishes.filter((_, index) => row[`r${index}`] === "false").map(({ right }) => right);
  if (missing.length === 0) return;
  const right = missing[0].replace(/DATABASE$/, `DATABASE ${formatName({ name: String(row.database) })}`);
  const why = / ON SCHEMA /.test(right) ? ", where a load has its staging tables and its state" : "";
  const all = [right, ...missing.slice(1)].map((one) => `GRANT ${one} TO "${row.login}"`).join("; ");
  throw new DtegError(
    "connection.forbidden",
    `the user "${row.login}" has no right to ${right} in ${session.label}${why}`,
    { hint: `${all}, or use another user` },
  );
}

/** A schema that the load makes. */
const NEW_SCHEMA = {
  right: "CREATE ON DATABASE",
  test: "has_database_privilege(pg_catalog.current_database(), 'CREATE')",
};

function onSchema(right: string, { schema }: PgTable) {
  return {
    right: `${right} ON SCHEMA ${formatName({ name: schema })}`,
    test: `has_schema_privilege(${quoteText(schema)}, ${quoteText(right)})`,
  };
}

function onTable(right: string, table: PgTable, { oid }: ExistingTable) {
  const test = right === "DELETE" ? "has_table_privilege" : "has_any_column_privilege";
  return { right: `${right} ON ${formatName(table)}`, test: `${test}(${quoteText(oid)}::oid, ${quoteText(right)})` };
}
