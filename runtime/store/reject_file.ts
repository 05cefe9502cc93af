import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DtegError } from "../../sdk/mod.ts";
import type { Reject, RejectHead, RejectWriter } from "./reject.ts";

const CHUNK = 1 << 18;

/** The name of the files of a stream's rejected rows, without ending. */
export function fileStem({ pipeline, stream }: Pick<RejectHead, "pipeline" | "stream">): string {
  const words = `${pipeline}.${stream}`.replaceAll(/[^\w.-]+/g, "_").replace(/^\.+/, "").slice(0, 60);
  return `${words}-${createHash("sha256").update(JSON.stringify([pipeline, stream])).digest("hex").slice(0, 8)}`;
}

/** Files of a set by their stem: the rows, and what is known of them. */
export const rowsPath = (folder: string, stem: string) => join(folder, `${stem}.ndjson`);
export const headPath = (folder: string, stem: string) => join(folder, `${stem}.json`);
const PENDING = /^(.+)\.([0-9a-f]+)\.pending$/;
const pendingPath = (folder: string, stem: string, load: string) => join(folder, `${stem}.${load}.pending`);

/** Files of a load that was not settled: its stem and the load. */
export function pendingOf(name: string): { readonly stem: string; readonly load: string } | undefined {
  const [, stem, load] = PENDING.exec(name) ?? [];
  return stem === undefined ? undefined : { stem, load };
}

/** Begins the rows of a load, in the place of what the set had. `folder` is the run's. */
export function beginRejects(folder: string, head: RejectHead): RejectWriter {
  const stem = fileStem(head), pending = pendingPath(folder, stem, head.load);
  return guarded(folder, () => {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    writePrivate(`${pending}.json`, `${JSON.stringify(head)}\n`);
    const file = openSync(pending, "w", 0o600);
    let waiting = "", isOpen = true;
    const flush = () => {
      const bytes = new TextEncoder().encode(waiting);
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
      waiting = "";
    };
    const close = () => {
      if (isOpen) closeSync(file);
      isOpen = false;
    };
    return {
      add: (reject) =>
        guarded(folder, () => {
          waiting += `${JSON.stringify(reject)}\n`;
          if (waiting.length > CHUNK) flush();
        }),
      seal: () =>
        guarded(folder, () => {
          flush();
          fsyncSync(file);
          close();
          syncFolder(folder);
        }),
      commit: () => commitPending(folder, { stem, load: head.load }),
      discard() {
        close();
        removePending(folder, { stem, load: head.load });
      },
    };
  });
}

interface Pending {
  readonly stem: string;
  readonly load: string;
}

/** The rows of a load show from now on. */
export function commitPending(folder: string, { stem, load }: Pending): void {
  const pending = pendingPath(folder, stem, load);
  guarded(folder, () => {
    try {
      Deno.renameSync(`${pending}.json`, headPath(folder, stem));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // it was moved before a kill
    }
    Deno.renameSync(pending, rowsPath(folder, stem));
    syncFolder(folder);
  });
}

/** Takes away the rows of a load that did not come to its commit. */
export function removePending(folder: string, { stem, load }: Pending): void {
  const pending = pendingPath(folder, stem, load);
  guarded(folder, () => {
    for (const path of [pending, `${pending}.json`]) removeIfThere(path);
    try {
      Deno.removeSync(folder); // only where nothing else is in it
    } catch {
      // other streams have rows there
    }
  });
}

/** What is known of a load that was not settled; undefined where its file is not whole. */
export function pendingHead(folder: string, { stem, load }: Pending): RejectHead | undefined {
  return readHead(`${pendingPath(folder, stem, load)}.json`);
}

/** What is known of a set; undefined where there is none, or none that can be read. */
export function readHead(path: string): RejectHead | undefined {
  try {
    const head: RejectHead = JSON.parse(Deno.readTextFileSync(path));
    return head.version === 1 ? head : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The rows of a file, one after the other. */
export function* readRejects(path: string): Generator<Reject> {
  const file = openSync(path, "r");
  try {
    const decoder = new TextDecoder(), buffer = new Uint8Array(CHUNK);
    let rest = "";
    for (let count; (count = readSync(file, buffer)) > 0;) {
      const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield JSON.parse(line);
    }
  } finally {
    closeSync(file);
  }
}

function writePrivate(path: string, text: string): void {
  const file = openSync(path, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}

/** Removes a file, if it is there. */
export function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Does a step; what the disk refuses is an error that says which folder it was. */
export function guarded<T>(folder: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof DtegError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DtegError("environment.store", `cannot keep rejected rows in ${JSON.stringify(folder)}: ${reason}`, {
      hint: "check that the folder can be written by this user and has room",
      cause: error,
    });
  }
}
