import { closeSync, constants, openSync, readSync } from "node:fs";
import { fileError } from "../paths.ts";

const PAUSE = 2;

/**
 * The bytes of a pipe or device that has a path. Opened so that nothing waits inside the system: a wait there could not be broken off.
 * A named pipe begins when somebody writes into it; one of `/dev/fd` has its writer already.
 */
export async function* readPipe(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw fileError(error, { action: "read", path });
  }
  let hasWriter = /^\/(dev|proc)\//.test(path);
  try {
    for (;;) {
      signal.throwIfAborted();
      const chunk = readNow(fd, path);
      if (chunk && (chunk.length > 0 || hasWriter)) {
        if (chunk.length === 0) return;
        yield chunk;
      } else await new Promise((resolve) => setTimeout(resolve, PAUSE));
      hasWriter ||= chunk === undefined || chunk.length > 0;
    }
  } finally {
    closeSync(fd);
  }
}

/** What is there now: undefined while a writer has nothing to give, no bytes where there is no writer. */
function readNow(fd: number, path: string): Uint8Array | undefined {
  const buffer = new Uint8Array(1 << 16);
  try {
    return buffer.subarray(0, readSync(fd, buffer));
  } catch (error) {
    if ((error as { code?: unknown }).code === "EAGAIN" || error instanceof Deno.errors.WouldBlock) return undefined;
    throw fileError(error, { action: "read", path });
  }
}
