import { resolve } from "node:path";
import { DtegError, type ErrorCode, systemReason } from "../../sdk/mod.ts";

/** Environment variables, as they are. */
export type Env = Readonly<Record<string, string>>;

interface Place {
  /** Folders from the outermost that must be private to the one that is wanted. */
  readonly folders: readonly string[];
  /** A folder that must be there already; without it the place is passed over. */
  readonly within?: string;
  /** The user's own folder, whose rights are left as they are as long as nobody else may write. */
  readonly given?: boolean;
}

interface Purpose {
  readonly code: ErrorCode;
  readonly what: string;
  readonly hint: string;
}

const CACHE: Purpose = {
  code: "environment.cache",
  what: "for unpacked libraries",
  hint: "set DTEG_CACHE_DIR to a folder of your own that can be written and executed from",
};
const STATE: Purpose = {
  code: "environment.store",
  what: "for the record of runs",
  hint: "set XDG_STATE_HOME to a folder of your own that can be written, or run in a project folder",
};

/**
 * The folder for what can be made again: $DTEG_CACHE_DIR, $XDG_CACHE_HOME/dteg, ~/.cache/dteg, else $TMPDIR/dteg-UID.
 * It exists, belongs to this user, is no link, and nobody else may write to it: a planted library would be executed.
 */
export function cacheFolder(env: Env): Promise<string> {
  if (env.DTEG_CACHE_DIR) return firstUsable([{ folders: [resolve(env.DTEG_CACHE_DIR)], given: true }], CACHE);
  return firstUsable([
    ...under(env.XDG_CACHE_HOME, "dteg"),
    ...underHome(env, ".cache/dteg"),
    { folders: [ownTemp(env)] },
  ], CACHE);
}

/** The folder for what must be kept: $XDG_STATE_HOME/dteg, ~/.local/state/dteg, else $TMPDIR/dteg-UID/state. As private as {@linkcode cacheFolder}. */
export function stateFolder(env: Env): Promise<string> {
  return firstUsable([
    ...under(env.XDG_STATE_HOME, "dteg"),
    ...underHome(env, ".local/state/dteg"),
    { folders: [ownTemp(env), `${ownTemp(env)}/state`] },
  ], STATE);
}

function under(parent: string | undefined, name: string): readonly Place[] {
  return parent?.startsWith("/") ? [{ folders: [resolve(parent, name)] }] : []; // XDG: a relative path is to be ignored
}

function underHome(env: Env, name: string): readonly Place[] {
  return env.HOME?.startsWith("/") ? [{ folders: [resolve(env.HOME, name)], within: env.HOME }] : [];
}

function ownTemp(env: Env): string {
  return resolve(env.TMPDIR || "/tmp", `dteg-${Deno.uid()}`);
}

async function firstUsable(places: readonly Place[], purpose: Purpose): Promise<string> {
  const refused: string[] = [];
  let cause: unknown;
  for (const place of places) {
    const folder = place.folders.at(-1)!;
    try {
      await prepare(place);
      return folder;
    } catch (error) {
      cause = error;
      refused.push(`${JSON.stringify(folder)}: ${systemReason(error)}`);
    }
  }
  throw new DtegError(purpose.code, `cannot use a folder ${purpose.what}: ${refused.join("; ")}`, {
    hint: purpose.hint,
    cause,
  });
}

async function prepare({ folders, within, given }: Place): Promise<void> {
  if (within !== undefined && !(await Deno.stat(within)).isDirectory) throw new Error(`"${within}" is no folder`);
  for (const folder of folders) {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    const mode = await checkOwn(folder);
    if (!given && mode !== 0o700) await Deno.chmod(folder, 0o700);
  }
  await Deno.remove(await Deno.makeTempFile({ dir: folders.at(-1), prefix: ".probe-" }));
}

/** Throws unless the path is a folder of this user, no link, that nobody else may write to. Gives its mode. */
export async function checkOwn(folder: string): Promise<number> {
  const info = await Deno.lstat(folder);
  const mode = (info.mode ?? 0) & 0o777;
  if (info.isSymlink) throw new Error("it is a link, a real folder is wanted");
  if (!info.isDirectory) throw new Error("it is no folder");
  if (info.uid !== Deno.uid()) throw new Error(`it belongs to user id ${info.uid}, wanted ${Deno.uid()}`);
  if ((mode & 0o022) !== 0) throw new Error(`others may write to it (mode 0${mode.toString(8)}, wanted 0700)`);
  return mode;
}
