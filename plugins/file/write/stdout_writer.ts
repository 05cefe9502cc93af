import { type Batch, DtegError, type Writer } from "../../../sdk/mod.ts";
import { copyOut, type WriterOptions } from "./copy_out.ts";
import { fileError } from "../paths.ts";
import { removeIfThere } from "../replace_file.ts";
import { untilAborted } from "../until_aborted.ts";

/** Sends rows to standard output once all of them are known to be right: what is sent cannot be taken back. */
export function stdoutWriter(options: WriterOptions): Writer {
  const path = `${options.host.tempDir}/stdout-${options.target.load}`;
  let rows = 0;
  return {
    async write(_part: string, batch: Batch) {
      if (batch.kind !== "scan") throw new DtegError("internal", `standard output takes queries, not ${batch.kind}`);
      await removeIfThere(path);
      rows = await copyOut(path, batch, options);
      return { rows };
    },
    async commit() {
      const bytes = await send(path, options);
      return { inserted: rows, updated: 0, deleted: 0, unchanged: 0, filtered: 0, bytes };
    },
    discard: () => removeIfThere(path),
    [Symbol.asyncDispose]: () => removeIfThere(path),
  };
}

async function send(path: string, { host }: WriterOptions): Promise<number> {
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 16);
  let sent = 0;
  try {
    for (let count; (count = await file.read(buffer)) !== null;) {
      for (let at = 0; at < count;) {
        at += await untilAborted(Deno.stdout.write(buffer.subarray(at, count)), host.signal);
      }
      sent += count;
    }
  } catch (error) {
    host.signal.throwIfAborted();
    if (!(error instanceof Deno.errors.BrokenPipe)) throw stdoutError(error);
    host.log.warn(`who reads standard output closed it after ${sent} bytes: only a part of the rows went there`);
  }
  return sent;
}

/** There is no file to name, only what the shell sends the output to. */
function stdoutError(error: unknown): DtegError {
  const { code, cause } = fileError(error, { action: "write", path: "-" });
  const reason = error instanceof Error ? error.message : String(error);
  return new DtegError(code, `cannot write to standard output: ${reason}`, {
    cause,
    hint: "what it is sent to holds only a part of the rows: see to it, then run again",
  });
}
