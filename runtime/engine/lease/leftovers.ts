import type { End } from "../../config/pipeline.ts";
import { openDestination } from "../ask/open_end.ts";
import type { RunContext } from "../run_context.ts";
import { isDeadOwner } from "./lease_owner.ts";

/** What dead runs left in an end, in words; `remove` takes it away. */
export async function leftovers(
  end: End,
  context: RunContext,
  { remove }: { readonly remove: boolean },
): Promise<readonly string[]> {
  await using opened = await openDestination(end, context);
  const found = await opened.destination.leftovers?.({ isDead: isDeadOwner, remove });
  return (found ?? []).map(context.mask);
}
