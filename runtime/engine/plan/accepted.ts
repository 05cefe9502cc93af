import type { Destination, Format } from "../../../sdk/mod.ts";
import type { PipelineStream } from "../../config/pipeline.ts";

/** What the stage can take in. */
const STAGED: readonly Format[] = ["scan", "csv", "ndjson", "json", "parquet"];

/** Formats in which a source may hand a stream over, best first. What the stage has to change goes no way around it. */
export function acceptedFormats(
  { columns }: Pick<PipelineStream, "columns">,
  { accepts }: Destination,
): readonly Format[] {
  const isChanged = columns.some(({ type, mask }) => type !== undefined || mask !== undefined);
  return isChanged ? STAGED : [...accepts, ...STAGED];
}
