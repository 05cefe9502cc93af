import { type Destination, formatName } from "../../../sdk/mod.ts";
import { quotePlace, quoteString } from "../backticks.ts";
import type { MysqlSession } from "../session.ts";
import { dead } from "../write/remove_dead.ts";
import { LEASE_TABLE } from "./lease.ts";

type Request = Parameters<NonNullable<Destination["leftovers"]>>[0];

/** Tables of dead loads, and their leases, in all databases that the user may see. A lease that ran out only just may be of a run that goes on. */
export async function leftovers(session: MysqlSession, { isDead, remove }: Request): Promise<readonly string[]> {
  const schemas = await session.query(
    `SELECT DISTINCT TABLE_SCHEMA AS name FROM information_schema.TABLES WHERE TABLE_NAME LIKE '\\_dteg\\_%' ORDER BY 1`,
  );
  const found: string[] = [];
  for (const { name } of schemas) {
    const schema = name ?? "";
    const tables = await dead(session, { schema, remove });
    found.push(...tables.map((table) => `table ${formatName({ schema, name: table })}`));
    const [lease] = await session.query(
      `SELECT 1 AS there FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${
        quoteString(schema)
      } AND TABLE_NAME = '${LEASE_TABLE}'`,
    );
    if (!lease) continue;
    const leases = quotePlace(schema, LEASE_TABLE);
    const held = await session.query(
      `SELECT target, owner, until < UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE AS is_over FROM ${leases} WHERE owner <> '' ORDER BY 1`,
    );
    for (const { target, owner, is_over } of held) {
      if (is_over !== "1" && !isDead(owner ?? "")) continue;
      found.push(`lease of ${formatName({ schema, name: target ?? "" })}`);
      // the names of its load stay: who takes the lease next sees to it that it cannot become visible
      if (remove) {
        await session.change(
          `UPDATE ${leases} SET owner = '', until = '1970-01-02' WHERE target = ${
            quoteString(target ?? "")
          } AND owner = ${quoteString(owner ?? "")}`,
        );
      }
    }
  }
  return found;
}
