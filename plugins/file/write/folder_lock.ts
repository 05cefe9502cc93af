import { fileError } from "../paths.ts";

/** How long somebody else's commit is waited for by who could do something else; milliseconds. */
const PATIENCE = 1000;
const PAUSE = 20;

/** Runs `step` while no other process commits into the folder: what is read of it holds until what follows is written. */
export async function inFolderAlone<T>(folder: string, step: () => Promise<T>): Promise<T> {
  using handle = await openFolder(folder);
  await handle.lock(true); // gone with the handle, and with the process
  return await step();
}

/** The same, but undefined where another process does not let go of the folder. */
export async function inFolderSoon<T>(folder: string, step: () => Promise<T>): Promise<T | undefined> {
  using handle = await openFolder(folder);
  for (const end = performance.now() + PATIENCE; !await handle.tryLock(true);) {
    if (performance.now() > end) return undefined;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return await step();
}

async function openFolder(folder: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(folder);
  } catch (error) {
    throw fileError(error, { action: "write", path: folder });
  }
}
