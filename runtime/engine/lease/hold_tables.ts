import type { Lease, TableName } from "../../../sdk/mod.ts";
import type { End } from "../../config/pipeline.ts";
import { openDestination } from "../ask/open_end.ts";
import type { RunContext } from "../run_context.ts";
import { inTurn, RENEW_EVERY, renewAll, takeLease, type Turns } from "./hold_targets.ts";
import { leaseOwner } from "./lease_owner.ts";
import { untilFree } from "./until_free.ts";

/**
 * Holds the leases of tables for what is done to them outside of a run, on a connection of its own. Throws `state.busy` where a run has
 * one of them. Disposed they are free.
 */
export async function holdTables(
  tables: readonly TableName[],
  { end, context }: { readonly end: End; readonly context: RunContext },
): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const { destination } = opened.use(await openDestination(end, context));
  if (!destination.lease) return opened.move();
  const named = new Map(tables.map((table) => [context.mask(destination.label(table)), table]));
  const owner = leaseOwner(context.run);
  const leases: Lease[] = [], turns: Turns = { last: Promise.resolve() };
  const renewing = setInterval(() => void renewAll(leases), RENEW_EVERY);
  opened.defer(() => clearInterval(renewing));
  for (const [target, table] of [...named].toSorted(([a], [b]) => a < b ? -1 : 1)) {
    const take = () => takeLease({ table, target }, { destination, owner });
    const lease = await untilFree(take, { context, pipeline: end.label });
    leases.push(opened.use(inTurn(lease, { turns, signal: context.signal })));
  }
  return opened.move();
}
