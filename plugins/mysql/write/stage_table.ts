import { quotePlace, quoteString } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import type { MysqlTable } from "../table/existing_table.ts";

/** What the tables of a load are called by. */
export interface LoadName {
  readonly schema: string;
  readonly run: string;
  readonly load: string;
}

const nameOf = (kind: "stage" | "mark" | "old") => ({ schema, run, load }: LoadName): MysqlTable => ({
  schema,
  name: `_dteg_${kind}_${run}_${load}`,
});

/** The table beside the target that a load goes to first. */
export const stagingOf = nameOf("stage");
/** An empty table that stands for the one that is replaced, where there is none. */
export const markOf = nameOf("mark");
/** The name that the replaced table gets in the act that makes a load visible, and only there. */
export const replacedOf = nameOf("old");

export async function hasTable(session: MysqlSession, { schema, name }: MysqlTable): Promise<boolean> {
  const rows = await session.query(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${
      quoteString(schema)
    } AND TABLE_NAME = ${quoteString(name)}`,
  );
  return rows.length > 0;
}

export async function dropTable(session: MysqlSession, { schema, name }: MysqlTable): Promise<void> {
  await session.query(`DROP TABLE IF EXISTS ${quotePlace(schema, name)}`);
}
