import { type CheckStep, DtegError } from "../../../sdk/mod.ts";
import { quotePlace } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";

interface Checked {
  connect(step: CheckStep): Promise<MysqlSession>;
  readonly database: string | undefined;
  readonly run: string;
  readonly step: CheckStep;
}

/** Connects, makes a table, fills it and drops it: the server takes back no table that was made. */
export async function checkWriting({ connect, database, run, step }: Checked): Promise<void> {
  await using session = await connect(step);
  if (database === undefined) {
    throw new DtegError("target.name", `${session.label} names no database to load into`, {
      hint: "name it at the end of the URL: mysql://host/database",
    });
  }
  const probe = quotePlace(database, `_dteg_probe_${run}`);
  step("create", database);
  await session.query(`CREATE TABLE ${probe} (n int NULL) ENGINE=InnoDB`);
  try {
    step("write", database);
    await session.query(`INSERT INTO ${probe} VALUES (1)`);
  } finally {
    await session.query(`DROP TABLE ${probe}`).catch(() => {}); // what failed before tells more
  }
}
