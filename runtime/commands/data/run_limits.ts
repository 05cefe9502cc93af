import { join } from "node:path";
import type { Settings } from "../../config/pipeline.ts";
import { defaultLimits, type Limits } from "../../engine/limits.ts";
import type { App } from "../app.ts";
import { type Flag, flagValue, type Input } from "../command.ts";
import { FLAGS } from "../flags.ts";

/** The flags that {@linkcode limitsOf} reads. */
export const LIMIT_FLAGS: readonly Flag[] = [FLAGS.threads, FLAGS.maxMemory, FLAGS.maxTemp];

/** Limits of a run: flag, then pipeline, then what the machine has. Of several pipelines the largest counts. */
export function limitsOf(input: Input, settings: readonly Settings[] = []): Limits {
  const defaults = defaultLimits();
  const largest = (pick: (one: Settings) => number | undefined) => {
    const said = settings.map(pick).filter((value) => value !== undefined);
    return said.length ? Math.max(...said) : undefined;
  };
  return {
    threads: flagValue(input, FLAGS.threads) ?? largest(({ threads }) => threads) ?? defaults.threads,
    memory: flagValue(input, FLAGS.maxMemory) ?? largest(({ maxMemory }) => maxMemory) ?? defaults.memory,
    maxTemp: flagValue(input, FLAGS.maxTemp) ?? largest(({ maxTemp }) => maxTemp),
  };
}

/** Where temporary folders are made. */
export function tempParent({ env }: App): string {
  return join(env.TMPDIR || "/tmp");
}
