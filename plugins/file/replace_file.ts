import { dirname } from "node:path";
import { fileError } from "./paths.ts";
import { stagedPath } from "./write/staged_file.ts";

/** Writes a small file beside and renames it: readers see the old or the new one, and after a crash it is one of both. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temp = stagedPath(path, { load: crypto.randomUUID().slice(0, 8), kind: "file" }); // what a dead run leaves is known by it
  try {
    await Deno.writeTextFile(temp, text, { createNew: true });
    await syncFile(temp);
    await Deno.rename(temp, path);
    await syncFile(dirname(path));
  } catch (error) {
    await removeIfThere(temp);
    throw fileError(error, { action: "write", path });
  }
}

/** Waits until a file, or the entries of a folder, are on the disk. */
export async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true });
  await file.sync();
}

/** Removes a file; one that is not there is fine. */
export async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw fileError(error, { action: "remove", path });
  }
}
