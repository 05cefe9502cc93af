import { DtegError, formatName, quoteText } from "../../../sdk/mod.ts";
import { takeSession } from "../pool.ts";
import type { PgSession } from "../session.ts";
import type { Reading } from "./reading.ts";

/** The files of a table and of all that inherit from it. TRUNCATE and whatever rewrites a table give it new ones. */
const FILES = (oid: string) =>
  `WITH RECURSIVE t(oid) AS (SELECT ${
    quoteText(oid)
  }::oid UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN t ON i.inhparent = t.oid) ` +
  `SELECT string_agg(oid || '=' || coalesce(pg_catalog.pg_relation_filenode(oid), 0), ',' ORDER BY oid) AS files FROM t`;

/**
 * A snapshot hides no TRUNCATE, and no ALTER that rewrites a table: who comes to the table later, or has waited for its lock, finds it
 * empty. Opened before a read, it gives what tells after the read that it has seen one table all the time.
 */
export async function watchTable({ session, relation, parameters, host }: Reading): Promise<() => Promise<void>> {
  if (!relation || relation.kind === "v" || relation.kind === "f") return () => Promise.resolve();
  const filesBy = async (asked: PgSession) => (await asked.query(FILES(relation.oid)))[0].files;
  const before = await filesBy(session);
  return async () => {
    const after = await filesBy(session).catch(async () => {
      await using other = await takeSession(parameters, host); // it may have idled for too long
      return await filesBy(other);
    });
    if (after === before) return;
    throw new DtegError(
      "connection.conflict",
      `cannot read from ${session.label}: ${
        formatName(relation.name)
      } was emptied or rewritten by another session meanwhile`,
      { hint: "run again when it has its rows" },
    );
  };
}
