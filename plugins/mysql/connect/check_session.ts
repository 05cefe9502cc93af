import { type CheckStep, DtegError, type Host } from "../../../sdk/mod.ts";
import { quoteIdentifier, quotePlace, quoteString } from "../backticks.ts";
import type { Parameters } from "../parameters.ts";
import type { MysqlSession } from "../session.ts";

interface Checked {
  readonly parameters: Parameters;
  readonly host: Host;
  readonly step: CheckStep;
}

/** Connects, and looks whether the server lets the user see its tables. */
export async function checkReading({ parameters, host, step }: Checked): Promise<void> {
  const { connect } = await import("../session.ts");
  await using session = await connect(parameters, { signal: host.signal, step });
  const { database } = parameters;
  step("read", database ?? "all databases");
  const where = database === undefined ? "" : ` WHERE TABLE_SCHEMA = ${quoteString(database)}`;
  await session.query(`SELECT count(*) AS n FROM information_schema.TABLES${where}`);
}

/** Refuses a server that cannot be written to. */
export async function requireWritable(session: MysqlSession): Promise<void> {
  const [row] = await session.query("SELECT @@global.read_only AS is_read_only");
  if (row.is_read_only === "0" || row.is_read_only === "OFF") return;
  const [right] = await session.query("SHOW GRANTS").then((grants) =>
    grants.filter((grant) =>
      /ALL PRIVILEGES ON \*\.\*|READ.ONLY ADMIN|CONNECTION_ADMIN|\bSUPER\b/.test(String(Object.values(grant)[0]))
    )
  );
  if (right) return; // such users write all the same
  throw new DtegError("target.read_only", `cannot write to ${session.label}: the server is read-only (read_only)`, {
    hint: "connect to the primary",
  });
}

/** Connects, and makes, fills and drops a table. */
export async function checkWriting({ parameters, host, step }: Checked): Promise<void> {
  const { connect } = await import("../session.ts");
  await using session = await connect(parameters, { signal: host.signal, step });
  const { database } = parameters;
  step("create", database ?? "the server");
  await requireWritable(session);
  const name = `_dteg_probe_${host.run}`;
  if (database === undefined) await session.change(`CREATE DATABASE ${quoteIdentifier(name)}`);
  const probe = quotePlace(database ?? name, name);
  try {
    await session.change(`CREATE TABLE ${probe} (n int)`);
    step("write", database ?? "the server");
    await session.change(`INSERT INTO ${probe} VALUES (1)`);
  } finally {
    await session.change(
      database === undefined ? `DROP DATABASE ${quoteIdentifier(name)}` : `DROP TABLE IF EXISTS ${probe}`,
    )
      .catch(() => 0); // the first error tells more
  }
}
