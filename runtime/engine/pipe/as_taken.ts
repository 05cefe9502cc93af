import type { Batch, BytesBatch, Destination, FilesBatch, ScanBatch } from "../../../sdk/mod.ts";
import type { PipelineStream } from "../../config/pipeline.ts";
import { lossRules } from "../check/loss_rules.ts";
import { isChanged } from "../plan/accepted.ts";
import { bytesScan } from "./bytes_scan.ts";

/** A batch as it can go on: bytes that the destination does not take, or whose values are looked at or become others, as a query of the stage. */
export function asTaken(
  batch: Batch,
  { accepts }: Pick<Destination, "accepts">,
  { stream, tempDir, memory, isStaged = false }: {
    readonly stream: Pick<PipelineStream, "columns" | "write" | "rows" | "onLoss" | "verify">;
    readonly tempDir: string;
    /** Bytes that DuckDB may hold. */
    readonly memory?: number;
    /** The stage has to look at the rows. */
    readonly isStaged?: boolean;
  },
): FilesBatch | ScanBatch | BytesBatch {
  if (batch.kind !== "bytes") return batch;
  const loss = lossRules(stream);
  const isLookedAt = isStaged || isChanged(stream) || batch.format === "csv" && !loss.isPlain; // pgcopy is exact
  if (accepts.includes(batch.format) && !isLookedAt) return batch;
  return bytesScan(batch, { tempDir, memory, ...(!loss.isPlain && { onLoss: loss.source }) });
}
