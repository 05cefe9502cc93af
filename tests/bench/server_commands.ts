import type { ExtensionJob } from "./extension_alone.ts";
import type { Setting } from "./jobs.ts";

/** What dteg takes beside DuckDB's share of --max-memory. */
const BESIDE_DUCKDB = 180e6;

/** `dteg run` with these words behind it. */
export function runCommand(args: readonly string[], { binary, threads, memory }: Setting): readonly string[] {
  const limits = ["--threads", String(threads), "--max-memory", String(Math.round(memory + BESIDE_DUCKDB))];
  return [binary, "run", ...args, "--yes", "--quiet", ...limits];
}

/** DuckDB alone with its extensions. */
export function extensionCommand(
  job: Pick<ExtensionJob, "extensions" | "statements">,
  { threads, memory, folder }: Setting,
): readonly string[] {
  const whole: ExtensionJob = { ...job, threads, memory, spill: `${folder}/spill` };
  const script = new URL("extension_alone.ts", import.meta.url).pathname;
  return [Deno.execPath(), "run", "-A", "--no-check", script, JSON.stringify(whole)];
}

/** A script of bash that fails with any of its commands. */
export const shell = (script: string): readonly string[] => ["bash", "-c", `set -eo pipefail; ${script}`];
