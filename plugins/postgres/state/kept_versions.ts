import {
  DtegError,
  formatName,
  quoteName,
  quoteTable,
  quoteText,
  requireNow,
  type Target,
  type Undoing,
} from "../../../sdk/mod.ts";
import type { PgSession } from "../session.ts";
import { removeState } from "./state_changes.ts";
import { holdName, makeStateTable, readState, writeState } from "./state_table.ts";
import { findExisting, type PgTable } from "../write/existing_table.ts";

/** Keeps what a replace takes away: under another name where the table itself goes, else as a copy. What is kept no longer is dropped. */
export async function keepReplaced(
  session: PgSession,
  { table: { schema, name }, keep }: Pick<Target, "keep"> & { readonly table: PgTable },
  { as }: { readonly as: "renamed" | "copy" | "nothing" },
): Promise<void> {
  for (const old of keep.drop) await session.query(`DROP TABLE IF EXISTS ${quoteTable(schema, old)}`);
  const whole = quoteTable(schema, name);
  if (as === "nothing") return;
  if (keep.name === undefined) {
    if (as === "renamed") await session.query(`DROP TABLE ${whole}`);
  } else if (as === "renamed") await session.query(`ALTER TABLE ${whole} RENAME TO ${quoteName(keep.name)}`);
  else await session.query(`CREATE TABLE ${quoteTable(schema, keep.name)} AS SELECT * FROM ${whole}`);
}

type Undo = Undoing & { readonly table: PgTable };

/** Takes back the last load of a table, with its state, in one transaction. */
export async function undoLoad(session: PgSession, undoing: Undo): Promise<void> {
  const { table, now, then } = undoing;
  const whole = quoteTable(table.schema, table.name), label = formatName(table);
  await makeStateTable(session, table.schema);
  await session.transaction(async () => {
    await session.query("SET LOCAL row_security = off"); // a policy that hides rows stops it
    await holdName(session, `table ${label}`);
    requireNow(undoing, await readState(session, table, now));
    if (undoing.from.kind === "rows") {
      await session.query(
        `DELETE FROM ${whole} WHERE ${quoteName(undoing.from.column)} = ${quoteText(undoing.from.run)}`,
      );
    } else await putBack(session, table, undoing.from.name);
    if (now) await removeState(session, table.schema, now);
    if (then) await writeState(session, table.schema, then);
  }).catch((error) => {
    if (!(error instanceof DtegError) || error.failure !== "data" || error.code.startsWith("state.")) throw error;
    throw impossible(table, error.message);
  });
}

async function putBack(session: PgSession, table: PgTable, version: string): Promise<void> {
  const whole = quoteTable(table.schema, table.name), kept = quoteTable(table.schema, version);
  const before = await findExisting(session, { schema: table.schema, name: version });
  if (!before) throw impossible(table, `${kept}, which was kept, is gone`);
  if (await findExisting(session, table)) await session.query(`LOCK TABLE ${whole} IN ACCESS EXCLUSIVE MODE`);
  const existing = await findExisting(session, table);
  if (!existing?.hasDependents) {
    if (existing) await session.query(`DROP TABLE ${whole}`);
    await session.query(`ALTER TABLE ${kept} RENAME TO ${quoteName(table.name)}`);
    return;
  }
  const columns = before.columns.filter(({ name }) =>
    existing.columns.some((column) => column.name === name && column.filled !== "computed")
  );
  const lost = before.columns.find(({ name }) => !existing.columns.some((column) => column.name === name));
  if (lost) {
    throw impossible(table, `views, keys or rights hang on it, and it has no column ${JSON.stringify(lost.name)} now`);
  }
  const list = columns.map(({ name }) => quoteName(name)).join(", ");
  const isIdentity = existing.columns.some(({ filled }) => filled === "identity");
  await session.query(`DELETE FROM ${whole}`);
  await session.query(
    `INSERT INTO ${whole} (${list})${isIdentity ? " OVERRIDING SYSTEM VALUE" : ""} SELECT ${list} FROM ${kept}`,
  );
  await session.query(`DROP TABLE ${kept}`);
}

const impossible = (table: PgTable, reason: string) =>
  new DtegError("undo.impossible", `cannot take back the load of ${formatName(table)}: ${reason}`, {
    hint: "nothing is changed",
  });
