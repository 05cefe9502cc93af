import { createHash } from "node:crypto";
import type { Pipeline } from "../../config/pipeline.ts";
import type { RunContext } from "../run_context.ts";

/** What does not say what is loaded: where files lie on this machine, and how fast it is to go. */
const ASIDE = ["path", "folder", "settings", "retry", "tags"];

/**
 * Hash of what a pipeline says, with its variables filled in, and of the flags of a run that change what it loads. Secrets are left out: nobody
 * can guess one by it.
 */
export function definitionOf(
  pipeline: Pipeline,
  { run, mask, limit, fullRefresh = false, interval }: Pick<
    RunContext,
    "run" | "mask" | "limit" | "fullRefresh" | "interval"
  >,
): string {
  const said = Object.entries(pipeline).filter(([key]) => !ASIDE.includes(key)).toSorted(([a], [b]) => a < b ? -1 : 1);
  const withoutFolders = (key: string, value: unknown) => key === "folder" ? undefined : value;
  const text = JSON.stringify([said, { limit, fullRefresh, interval }], withoutFolders);
  return createHash("sha256").update(mask(text).replaceAll(run, "run")).digest("hex").slice(0, 32);
}
