import { fileError } from "../paths.ts";

/** Runs `step` while no other process commits into the folder: what is read of it holds until what follows is written. */
export async function inFolderAlone<T>(folder: string, step: () => Promise<T>): Promise<T> {
  using handle = await openFolder(folder);
  await handle.lock(true); // gone with the handle, and with the process
  return await step();
}

async function openFolder(folder: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(folder);
  } catch (error) {
    throw fileError(error, { action: "write", path: folder });
  }
}
