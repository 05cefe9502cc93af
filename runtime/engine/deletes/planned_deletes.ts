import { type Deletes, DtegError, type Reader } from "../../../sdk/mod.ts";
import { lossRules } from "../check/loss_rules.ts";
import type { CursorStart } from "../cursor/cursor_start.ts";
import type { StreamJob } from "../stream_job.ts";

/**
 * How the rows are found that the source no longer has. Those that the load does not bring are that only where it brings all that there is:
 * a row outside of `where`, before the cursor or set aside is still there.
 */
export function plannedDeletes(
  { stream }: Pick<StreamJob, "stream">,
  { reader, start, limit }: { readonly reader: Reader; readonly start?: CursorStart; readonly limit?: number },
): Deletes | undefined {
  const { deletes, where, sql } = stream;
  if (start?.read.interval) return { how: deletes?.how ?? "remove", areAbsent: true, within: start.read.interval };
  const keepsVersions = stream.write === "scd2";
  if (!(deletes || keepsVersions) || stream.isReplay || limit !== undefined) return undefined;
  const isAll = reader.complete && start?.read.since === undefined && where === undefined &&
    !lossRules(stream).keepsRows;
  if (!deletes) return isAll ? { how: "remove", areAbsent: true } : undefined; // versions of keys that are gone are closed
  if (!isAll && reader.readsOnce) {
    throw new DtegError("usage", `${stream.name} can be read once only, so that its keys cannot be compared`, {
      hint: sql === undefined ? "leave `where` and `cursor` out, or read from a file" : undefined,
    });
  }
  return { how: deletes.how, areAbsent: isAll && deletes.when === undefined };
}
