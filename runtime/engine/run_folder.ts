import { DtegError } from "../../sdk/mod.ts";

const PREFIX = "dteg-run-";

/** The folder for a run's temporary files; removed at its end. */
export interface RunFolder extends AsyncDisposable {
  readonly path: string;
}

/** Makes the run's folder in `parent`, and removes those of runs that are dead. */
export async function makeRunFolder(parent: string, run: string): Promise<RunFolder> {
  await removeDead(parent);
  const path = `${parent}/${PREFIX}${Deno.pid}-${run}`;
  try {
    await Deno.mkdir(path, { mode: 0o700 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DtegError("file.permission", `cannot make the folder "${path}" for temporary files: ${reason}`, {
      path,
      cause,
      hint: "set TMPDIR to a folder that can be written",
    });
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await Deno.remove(path, { recursive: true });
    },
  };
}

async function removeDead(parent: string): Promise<void> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(parent)) if (isDirectory) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return;
    throw error;
  }
  for (const name of names) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (!pid || isAlive(pid)) continue;
    await removeOwn(`${parent}/${name}`);
  }
}

/** Removes a folder of ours; another run may be at it too. */
async function removeOwn(path: string): Promise<void> {
  try {
    const { uid } = await Deno.lstat(path);
    if (uid === Deno.uid()) await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function isAlive(pid: string): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}
