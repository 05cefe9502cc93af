import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { fileError, statOf } from "../paths.ts";

const DAY = 24 * 3600 * 1000;

/** A file of a load before it is committed: hidden, and named so that what a dead run left can be told. */
export function stagedPath(
  target: string,
  { load, kind }: { readonly load: string; readonly kind: "file" | "folder" },
): string {
  const name = `._dteg_${machine()}_${Deno.pid}_${load}`;
  return kind === "folder" ? join(target, name) : join(dirname(target), `${name}_${basename(target)}`);
}

/** Removes staged files of runs that are no more. */
export function removeDead(folder: string): void {
  deadFiles(folder).forEach(remove);
}

/** Paths of staged files of runs that are no more. What another machine or container left is taken for dead after a day. */
export function deadFiles(folder: string): readonly string[] {
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw fileError(error, { action: "read", path: folder });
  }
  return names.sort().flatMap((name) => {
    const [, where, pid] = /^\._dteg_([0-9a-f]{8})_(\d+)_/.exec(name) ?? [];
    if (pid === undefined) return [];
    const path = join(folder, name);
    const isDead = where === machine() ? statOf(`/proc/${pid}`) === undefined : age(path) > DAY;
    return isDead ? [path] : [];
  });
}

/** Process ids mean something among processes of one machine and one container. */
function machine(): string {
  const namespace = Deno.readLinkSync("/proc/self/ns/pid");
  return createHash("sha256").update(`${Deno.hostname()} ${namespace}`).digest("hex").slice(0, 8);
}

const age = (path: string) => Date.now() - (statOf(path)?.mtime?.getTime() ?? Date.now());

/** Removes a file that another run may have removed. */
export function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw fileError(error, { action: "remove", path }); // another run was quicker
  }
}
