import { DtegError, formatName, quoteText, type WriteMode } from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import { type ExistingTable, findExisting, type PgTable } from "../write/existing_table.ts";
import { STATE_TABLE } from "../write/state_table.ts";

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
};

/** Refuses a load that the user has no right to, before a row moves. */
export async function requireRights(session: PgSession, { table, write, kept }: Wish): Promise<void> {
  const state = { schema: table.schema, name: STATE_TABLE };
  const stateTable = await findExisting(session, state);
  const wishes = [
    ...(kept ? NEEDED[write].map((right) => onTable(right, table, kept)) : []),
    ...(stateTable ? ["SELECT", "INSERT", "UPDATE"].map((right) => onTable(right, state, stateTable)) : []),
    {
      right: `CREATE ON SCHEMA ${formatName({ name: table.schema })}`,
      test: `has_schema_privilege(${quoteText(table.schema)}, 'CREATE')`,
    },
  ];
  const tests = wishes.map(({ test }, index) => `pg_catalog.${test}::text AS r${index}`).join(", ");
  const [row] = await session.query(`SELECT current_user AS login, ${tests}`);
  const at = wishes.findIndex((_, index) => row[`r${index}`] === "false");
  if (at < 0) return;
  throw new DtegError(
    "connection.forbidden",
    `the user "${row.login}" has no right to ${wishes[at].right} in ${session.label}`,
    { hint: `GRANT ${wishes[at].right} TO "${row.login}", or use another user` },
  );
}

function onTable(right: string, table: PgTable, { oid }: ExistingTable) {
  const test = right === "DELETE" ? "has_table_privilege" : "has_any_column_privilege";
  return { right: `${right} ON ${formatName(table)}`, test: `${test}(${quoteText(oid)}::oid, ${quoteText(right)})` };
}
