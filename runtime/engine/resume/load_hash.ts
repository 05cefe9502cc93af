import { createHash } from "node:crypto";
import type { LoadColumn, Log, Reader, Schema } from "../../../sdk/mod.ts";
import type { StreamJob } from "../stream_job.ts";

interface Resumed {
  readonly reader: Reader;
  /** What is written. */
  readonly schema: Schema;
  readonly added: readonly LoadColumn[];
  readonly log: Log;
}

/**
 * The hash of all that makes two loads of a stream the same: what is read, in which parts, how it is changed and where it goes. Absent where
 * a load cannot be gone on with: parts of two runs would be no one picture, or the source is not read in parts that stay the same.
 */
export function loadHash(job: StreamJob, { reader, schema, added, log }: Resumed): string | undefined {
  const { stream, pipeline, target } = job;
  if (stream.resume === undefined) return undefined;
  const isOnePicture = stream.cursor === undefined && added.length === 0 && stream.verify !== true &&
    stream.write !== "scd2";
  if (reader.fingerprint === undefined || !isOnePicture) {
    log.info(`${target} cannot be gone on with after a crash: a load of it starts over`);
    return undefined;
  }
  const same = [pipeline.name, pipeline.source.label, stream, target, reader.fingerprint, schema];
  return createHash("sha256").update(JSON.stringify(same)).digest("hex").slice(0, 32);
}
