import { DtegError } from "../../../sdk/mod.ts";
import { checkOwn } from "../../config/folders.ts";
import { type PackedLibraries, unpackLibrary } from "./packed_library.ts";

const UNPACKING = ".unpack-";
const ABANDONED_MS = 3_600_000;

/**
 * The folder in `cache` with the unpacked libraries; unpacks them when they are not there. `beside` is the folder of the list.
 * Several first runs at once are right: each unpacks beside, and the first rename wins.
 */
export async function unpackedFolder(
  libraries: PackedLibraries,
  { cache, beside }: { readonly cache: string; readonly beside: string },
): Promise<string> {
  const folder = `${cache}/native-${libraries.hash.slice(0, 16)}`;
  try {
    if (await isReady(folder, libraries)) return folder;
    await removeAbandoned(cache);
    const temp = await Deno.makeTempDir({ dir: cache, prefix: UNPACKING }); // of one file system with its goal, mode 0700
    try {
      for (const library of libraries.files) await unpackLibrary(library, { folder: temp, beside });
      await moveInto(temp, { folder, libraries });
    } finally {
      await removeIfThere(temp);
    }
    return folder;
  } catch (error) {
    throw error instanceof DtegError ? error : cacheError(cache, error);
  }
}

/** The error of a cache folder that does not do, in the user's words. */
export function cacheError(folder: string, cause: unknown): DtegError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const why = /os error 28|os error 122|ENOSPC|EDQUOT/.test(text)
    ? "the disk is full"
    : /failed to map segment|cannot enable executable/.test(text)
    ? "it does not allow execution (mounted noexec)"
    : text;
  return new DtegError("environment.cache", `cannot unpack and load DuckDB's library in "${folder}": ${why}`, {
    hint: "set DTEG_CACHE_DIR to a folder of your own that has 80 MB free and can be written and executed from",
    cause,
  });
}

async function isReady(folder: string, { files }: PackedLibraries): Promise<boolean> {
  if (!await exists(folder)) return false;
  await checkOwn(folder);
  for (const { name, size } of files) {
    const path = `${folder}/${name}`;
    const info = await statIfThere(path);
    if (!info?.isFile || info.uid !== Deno.uid() || info.size !== size) return false;
  }
  return true;
}

async function moveInto(
  temp: string,
  { folder, libraries }: { folder: string; libraries: PackedLibraries },
): Promise<void> {
  try {
    await Deno.rename(temp, folder);
  } catch (error) {
    if (await isReady(folder, libraries)) return; // another first run was quicker
    if (!await exists(folder)) throw error;
    await removeIfThere(folder); // what is there is incomplete
    await Deno.rename(temp, folder);
  }
}

async function removeAbandoned(cache: string): Promise<void> {
  for await (const { name } of Deno.readDir(cache)) {
    if (!name.startsWith(UNPACKING)) continue;
    const path = `${cache}/${name}`;
    const mtime = (await statIfThere(path))?.mtime; // another first run may have ended meanwhile
    if (mtime && Date.now() - mtime.getTime() > ABANDONED_MS) await removeIfThere(path);
  }
}

const exists = async (path: string) => await statIfThere(path) !== undefined;

async function statIfThere(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  if (await exists(path)) await Deno.remove(path, { recursive: true });
}
