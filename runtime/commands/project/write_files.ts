import { dirname, join } from "node:path";
import { DtegError, systemReason } from "../../../sdk/mod.ts";

/** A file to write, its path from a folder. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Writes files that are not there yet, with their folders. When one fails, those that were made are taken away again. */
export async function writeAll(
  files: readonly NewFile[],
  { folder, shown = "" }: {
    readonly folder: string;
    /** The folder as messages name it. */
    readonly shown?: string;
  },
): Promise<void> {
  const made: string[] = [];
  try {
    for (const { path, text } of files) {
      await writeNew(join(folder, path), text, { name: join(shown, path) });
      made.push(join(folder, path));
    }
  } catch (error) {
    for (const path of made) await Deno.remove(path);
    throw error;
  }
}

/** Writes a file, over one that is there only when asked. */
export async function writeNew(
  path: string,
  text: string,
  { name, over = false }: { readonly name: string; readonly over?: boolean },
): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text, { createNew: !over });
  } catch (error) {
    throw writeError(error, name);
  }
}

/** Puts a text in the place of a file in one act; its rights stay. */
export async function replaceFile(path: string, text: string, { name }: { readonly name: string }): Promise<void> {
  const beside = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    const target = await Deno.realPath(path).catch(() => path); // a link stays a link
    const mode = (await Deno.stat(target).catch(() => undefined))?.mode ?? undefined;
    await Deno.writeTextFile(beside, text, { createNew: true, ...(mode && { mode: mode & 0o777 }) });
    await Deno.rename(beside, target);
  } catch (error) {
    await Deno.remove(beside).catch(() => undefined); // it may not be there
    throw writeError(error, name);
  }
}

function writeError(cause: unknown, name: string): DtegError {
  const quoted = JSON.stringify(name), reason = systemReason(cause);
  if (cause instanceof Deno.errors.PermissionDenied) {
    return new DtegError("file.permission", `the system refuses to write ${quoted}`, {
      hint: "check the rights of the folder",
      path: name,
      cause,
    });
  }
  if ((cause as { code?: unknown }).code === "ENOSPC") {
    return new DtegError("environment.disk_full", `cannot write ${quoted}: ${reason}`, {
      hint: "make room",
      path: name,
      cause,
    });
  }
  return new DtegError("file.unreadable", `cannot write ${quoted}: ${reason}`, { path: name, cause });
}
