import type { Batch, Destination, FilesBatch, ScanBatch } from "../../../sdk/mod.ts";
import type { BytesBatch } from "../../../sdk/mod.ts";
import type { PipelineStream } from "../../config/pipeline.ts";
import { isChanged } from "../plan/accepted.ts";
import { bytesScan } from "./bytes_scan.ts";

/** A batch as it can go on: bytes that the destination does not take, or whose values become others, as a query of the stage. */
export function asTaken(
  batch: Batch,
  { accepts }: Pick<Destination, "accepts">,
  { stream, tempDir, isStaged = false }: {
    readonly stream: Pick<PipelineStream, "columns" | "write" | "rows">;
    readonly tempDir: string;
    /** The stage has to look at the rows. */
    readonly isStaged?: boolean;
  },
): FilesBatch | ScanBatch | BytesBatch {
  if (batch.kind !== "bytes") return batch;
  return accepts.includes(batch.format) && !isChanged(stream) && !isStaged ? batch : bytesScan(batch, { tempDir });
}
