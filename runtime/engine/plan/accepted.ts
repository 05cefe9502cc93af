import type { Destination, Format } from "../../../sdk/mod.ts";
import type { PipelineStream } from "../../config/pipeline.ts";

/** What the stage can take in. */
const STAGED: readonly Format[] = ["scan", "csv", "ndjson", "json", "parquet"];

type Changing = Pick<PipelineStream, "columns" | "write" | "rows" | "contract" | "verify">;

/** Whether the stage has to change values of a stream: then nothing goes around it. */
export function isChanged({ columns, write, rows, contract, verify }: Changing): boolean {
  if (["reject", "ignore"].some((word) => word === contract?.columns || word === contract?.types)) return true;
  const needsKeys = (write === "merge" || write === "scd2") && rows === "reject"; // rows without one are set aside
  return needsKeys || verify === true || columns.some(({ type, mask }) => type !== undefined || mask !== undefined);
}

/** Formats in which a source may hand a stream over, best first. `isStaged`: its rows have to go through the stage. */
export function acceptedFormats(
  stream: Changing,
  { destination: { accepts }, isStaged = false }: { readonly destination: Destination; readonly isStaged?: boolean },
): readonly Format[] {
  return isChanged(stream) || isStaged ? STAGED : [...accepts, ...STAGED];
}
