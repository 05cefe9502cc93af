import { DtegError, systemReason } from "../../sdk/mod.ts";

const PREFIX = "dteg-run-";

/** The folder for a run's temporary files; removed at its end. */
export interface RunFolder extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes the run's folder in `parent`, and removes those of runs that are dead. A run holds a lock on its folder as long as it lives, which
 * other containers that share `parent` see too; process ids they do not share.
 */
export async function makeRunFolder(parent: string, run: string): Promise<RunFolder> {
  await removeDead(parent);
  const path = `${parent}/${PREFIX}${run}`;
  const lock = await makeLocked(path);
  return {
    path,
    async [Symbol.asyncDispose]() {
      using _held = lock;
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** A folder that has its name only once it is locked: no other run can take it for dead in between. */
async function makeLocked(path: string): Promise<Deno.FsFile> {
  const unnamed = `${path.replace(PREFIX, "dteg-new-")}-${crypto.randomUUID().slice(0, 8)}`;
  try {
    await Deno.mkdir(unnamed, { mode: 0o700 });
    const lock = await Deno.open(unnamed);
    await lock.tryLock(true).catch(() => false); // a file system without locks: then nobody takes the folder for dead either
    await Deno.rename(unnamed, path);
    return lock;
  } catch (cause) {
    const reason = systemReason(cause);
    throw new DtegError("file.permission", `cannot make the folder "${path}" for temporary files: ${reason}`, {
      path,
      cause,
      hint: "set TMPDIR to a folder that can be written",
    });
  }
}

async function removeDead(parent: string): Promise<void> {
  for (const path of await runFolders(parent)) await removeIfDead(path);
}

/** The folders of dead runs, which the next one removes. */
export async function deadRunFolders(parent: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of await runFolders(parent)) if (await ifDead(path, () => Promise.resolve())) found.push(path);
  return found.sort();
}

async function runFolders(parent: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(parent)) if (isDirectory) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return [];
    throw error;
  }
  return names.filter((name) => name.startsWith(PREFIX)).map((name) => `${parent}/${name}`);
}

const removeIfDead = (path: string) => ifDead(path, () => Deno.remove(path, { recursive: true }));

/** Takes a step with a folder of this user that no process holds, and tells whether it was one; another run may be at it too. */
async function ifDead(path: string, step: () => Promise<void>): Promise<boolean> {
  try {
    const { uid, isDirectory } = await Deno.lstat(path);
    if (uid !== Deno.uid() || !isDirectory) return false;
    using handle = await Deno.open(path);
    if (!await handle.tryLock(true).catch(() => false)) return false;
    await step();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}
