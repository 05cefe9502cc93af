import { parseName, type ScanBatch, type Source } from "../../../sdk/mod.ts";
import type { PipelineStream } from "../../config/pipeline.ts";
import type { CsvReading } from "../csv/csv_call.ts";
import { bytesScan } from "../pipe/bytes_scan.ts";
import { resolveFiles } from "../files/resolve_files.ts";
import type { LentHost } from "../host.ts";
import { declaredTypes, isTyped } from "../plan/declared_types.ts";
import { streamFault } from "./stream_fault.ts";

/** What of a stream decides what is read. */
export type StreamToRead =
  & Pick<PipelineStream, "settings" | "columns" | "where" | "sql">
  & { readonly name: string };

/** A stream as a query. */
export interface ReadStream {
  readonly scan: ScanBatch;
  /** Its conditions are not in the query yet. */
  readonly isWhole: boolean;
  /** Size of what is read in bytes, where known. */
  readonly bytes?: number;
}

/** A stream by its name alone. */
export const plainStream = (name: string): StreamToRead => ({ name, settings: {}, columns: [] });

/** Opens a stream to be looked at: its first rows decide about the types of files. */
export async function openStream(
  { source, host }: { readonly source: Source; readonly host: LentHost },
  stream: StreamToRead,
  { limit, reading = "in parts" }: { readonly limit?: number; readonly reading?: CsvReading } = {},
): Promise<ReadStream> {
  try {
    await using reader = await source.open({
      stream: stream.sql === undefined ? parseName(stream.name) : { sql: stream.sql },
      columns: [],
      drop: [],
      text: [],
      where: stream.where,
      limit,
      accepts: ["scan", "csv", "ndjson", "json", "parquet"],
      settings: stream.settings,
      parts: 1,
    });
    const { bytes } = reader;
    const batch = await reader.read(reader.parts[0]);
    if (batch.kind === "scan") return { scan: batch, isWhole: false, bytes };
    if (batch.kind === "bytes") {
      return { scan: bytesScan(batch, { tempDir: host.tempDir }), isWhole: false, bytes };
    }
    const { scan } = await resolveFiles(await host.duckdb(), {
      batch,
      ...declaredTypes(stream, { isTyped: isTyped(batch) }),
      guess: "first rows",
      reading,
      tempDir: host.tempDir,
      log: host.log,
    });
    return { scan, isWhole: true, bytes };
  } catch (error) {
    throw await streamFault(error, { source, stream });
  }
}
