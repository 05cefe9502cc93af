import { cronFault } from "./cron.ts";
import type { LaterWord } from "./note.ts";

type Words = Readonly<Record<string, LaterWord>>;

const words = (...names: readonly string[]): Words => Object.fromEntries(names.map((name) => [name, {}]));

/** Keys of a stream, and of `defaults`, that later versions build. */
export const LATER_IN_STREAM: Words = {
  ...words(
    "valid_from",
  ),
  ...words("null_keys", "rows", "checks"),
};

/** Keys of a pipeline that later versions build. */
export const LATER_IN_PIPELINE: Words = {
  ...words("models", "checks"),
  ...words("notify"),
  schedule: { form: scheduleFault },
};

/** Keys of `table` that later versions build. */
export const LATER_IN_TABLE: Words = words("partition_by", "cluster_by");

/** Connectors that later versions build. */
export const LATER_CONNECTORS: ReadonlySet<string> = new Set(
  ["rest", "http", "https", "s3", "bigquery", "snowflake"],
);

function scheduleFault(value: unknown): string | undefined {
  const cron = typeof value === "object" && value !== null && "cron" in value ? value.cron : undefined;
  if (typeof cron !== "string") return '"schedule" lacks the key "cron" with five fields in quotes';
  const fault = cronFault(cron);
  return fault && `cannot read the cron line ${JSON.stringify(cron)}: ${fault}`;
}
