import { DtegError, type LoadMark, type Target } from "../../../sdk/mod.ts";
import { quotePlace } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import type { MysqlTable } from "../table/existing_table.ts";
import { tableOptions } from "../table/dress.ts";
import type { Dialect } from "../table/type_table.ts";
import { markOf, replacedOf, stagingOf } from "./stage_table.ts";
import { keepSwapped } from "../state/kept_versions.ts";
import { announce, settleLoad } from "../state/state_table.ts";

interface Swap {
  readonly table: MysqlTable;
  readonly mark: LoadMark;
  /** There is a table of this name. */
  readonly isThere: boolean;
  readonly dialect: Dialect;
}

/**
 * The staging table takes the name of the target, and the target, or an empty table where there is none, a name that tells of it: one
 * RENAME, which the server does as a whole or not at all. State says before what will hold then, since each change of names is a
 * transaction of its own.
 */
export async function swapTables(session: MysqlSession, { table, mark, isThere, dialect }: Swap): Promise<void> {
  const { schema } = table;
  const of = { schema, run: mark.run, load: mark.load };
  const before = isThere ? table : markOf(of);
  if (!isThere) {
    await session.query(
      `CREATE TABLE IF NOT EXISTS ${quotePlace(schema, before.name)} (of_load tinyint NULL) ${tableOptions(dialect)}`,
    );
  }
  await announce(session, schema, mark);
  const place = ({ name }: MysqlTable) => quotePlace(schema, name);
  try {
    await session.query(
      `RENAME TABLE ${place(before)} TO ${place(replacedOf(of))}, ${place(stagingOf(of))} TO ${place(table)}`,
    );
  } catch (error) {
    // nothing took place; where the connection is lost that is not known, and asked later
    if (!isLost(error)) await settleLoad(session, { schema, load: mark.load }).catch(() => {}); // the next run settles it
    throw error;
  }
}

/** Makes what took place last, and drops the replaced table, or keeps it under another name. */
export async function endSwap(
  session: MysqlSession,
  mark: LoadMark,
  to: { readonly target: Pick<Target, "keep"> & { readonly table: MysqlTable }; readonly isThere: boolean },
): Promise<void> {
  const { schema } = to.target.table;
  await settleLoad(session, { schema, load: mark.load });
  await keepSwapped(session, replacedOf({ schema, run: mark.run, load: mark.load }), to);
}

const isLost = (error: unknown) => error instanceof DtegError && error.code === "connection.lost";
