import type { PipelineStream } from "../../config/pipeline.ts";

/** The condition of the rows that a stream brings, in the source's SQL: those that count as deleted are none. */
export function readCondition({ where, deletes }: Pick<PipelineStream, "where" | "deletes">): string | undefined {
  if (deletes?.when === undefined) return where;
  const isThere = `NOT coalesce((${deletes.when}\n), false)`;
  return where === undefined ? isThere : `(${where}\n) AND ${isThere}`;
}
