import { basename, dirname, isAbsolute, join, normalize } from "node:path";
import { DtegError, nearest } from "../../sdk/mod.ts";

/** True for a path that holds pattern characters and does not exist as it is written. */
export function isPattern(path: string): boolean {
  return /[*?[{]/.test(path) && statOf(path) === undefined;
}

/** What stands at a path, undefined where nothing does. */
export function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    if (
      error instanceof Deno.errors.FilesystemLoop || (error instanceof Error && /name too long/i.test(error.message))
    ) return undefined;
    throw fileError(error, { action: "read", path });
  }
}

/** A path from a folder; absolute ones stay as they are. */
export function fromFolder(folder: string, path: string): string {
  const slash = path.endsWith("/") ? "/" : "";
  const whole = isAbsolute(path) ? normalize(path) : join(folder, path);
  return whole.endsWith("/") ? whole : whole + slash;
}

/** The last folder of a pattern that is fixed: `data/*.csv` gives `data`. */
export function fixedFolder(pattern: string): string {
  const parts = pattern.split("/");
  const first = parts.findIndex((part) => /[*?[{]/.test(part));
  return parts.slice(0, first).join("/") || (pattern.startsWith("/") ? "/" : ".");
}

/** The files that a pattern matches, sorted. Names that begin with `_` or `.` are matched only when the pattern says so. */
export function expandPattern(pattern: string): string[] {
  const root = fixedFolder(pattern);
  const rest = pattern.split("/").slice(
    root === "/" ? 1 : root === "." && !pattern.startsWith("./") ? 0 : root.split("/").length,
  );
  const found = new Set<string>();
  walk(root, rest, found);
  return [...found].sort();
}

function walk(folder: string, parts: readonly string[], found: Set<string>): void {
  const [part, ...rest] = parts;
  if (part === undefined) return;
  const entries = readFolder(folder);
  if (part === "**") {
    walk(folder, rest, found);
    for (const { name, isFolder } of entries) {
      if (isFolder && !/^[_.]/.test(name)) walk(join(folder, name), parts, found);
    }
    return;
  }
  const matches = segmentPattern(part);
  for (const { name, isFolder } of entries) {
    if (!matches.test(name) || (/^[_.]/.test(name) && !/^[_.]/.test(part))) continue;
    const path = join(folder, name);
    if (rest.length === 0) {
      if (!isFolder) found.add(path);
    } else if (isFolder) walk(path, rest, found);
  }
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** What a folder holds, links followed, sorted by name. */
export function readFolder(folder: string): Entry[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name, isDirectory, isSymlink }) => ({
      name,
      isFolder: isSymlink ? statOf(join(folder, name))?.isDirectory === true : isDirectory,
    })).sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw fileError(error, { action: "read", path: folder });
  }
}

/** One segment of a pattern: `*`, `?`, `[abc]`, `[!a-z]`, `{a,b}`. */
function segmentPattern(part: string): RegExp {
  let source = "", depth = 0;
  for (let at = 0; at < part.length; at++) {
    const char = part[at];
    const close = char === "[" ? part.indexOf("]", at + 2) : -1;
    if (char === "*") source += ".*";
    else if (char === "?") source += ".";
    else if (close > 0) {
      source += `[${part.slice(at + 1, close).replace(/^!/, "^").replaceAll("\\", "\\\\")}]`;
      at = close;
    } else if (char === "{" && part.includes("}", at)) {
      source += "(?:";
      depth++;
    } else if (char === "}" && depth > 0) {
      source += ")";
      depth--;
    } else if (char === "," && depth > 0) source += "|";
    else source += char.replace(/[\\^$.|?*+()[\]{}]/, "\\$&");
  }
  return new RegExp(`^${source}$`, "su");
}

/** A system error about a path as one of ours. */
export function fileError(
  error: unknown,
  { action, path }: { readonly action: string; readonly path: string },
): DtegError {
  if (error instanceof DtegError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const what = `cannot ${action} "${path}"`;
  if (error instanceof Deno.errors.NotFound || /ENOENT/.test(text)) {
    return new DtegError("file.not_found", `${what}: there is no such file or folder`, { path, cause: error });
  }
  if (error instanceof Deno.errors.PermissionDenied || /EACCES|EPERM/.test(text)) {
    return new DtegError("file.permission", `${what}: permission denied`, {
      path,
      cause: error,
      hint: "check the rights of the file and its folder",
    });
  }
  if (/No space left|ENOSPC/i.test(text)) {
    return new DtegError("environment.disk_full", `${what}: no space left on its disk`, {
      path,
      cause: error,
      hint: "make room, then run again",
    });
  }
  if (/Read-only file system|EROFS/i.test(text)) {
    return new DtegError("target.read_only", `${what}: its file system is read-only`, { path, cause: error });
  }
  return new DtegError("file.unreadable", `${what}: ${text}`, { path, cause: error });
}

/** A hint to the file that was most likely meant by a path that is not there; nothing where none is near. */
export function nearPath(path: string, written: string): string | undefined {
  const bare = path.replace(/\/+$/, "");
  const shown = written.replace(/\/+$/, "");
  if (written.endsWith("/") && statOf(bare)?.isFile) return `${shown} is a file: leave the / at the end out`;
  try {
    if (Deno.lstatSync(bare).isSymlink) return `it is a link to ${Deno.readLinkSync(bare)}, and nothing is there`;
  } catch { /* nothing of this name */ }
  try {
    const names = [...Deno.readDirSync(dirname(bare))].map(({ name, isDirectory }) => isDirectory ? `${name}/` : name);
    const near = nearest(basename(bare), names.filter((name) => !name.startsWith(".")));
    return near && `did you mean ${shown.slice(0, shown.length - basename(bare).length)}${near}?`;
  } catch {
    return undefined; // the folder is not there either, or may not be read
  }
}

/** Makes a folder and those above it. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw fileError(error, { action: "make the folder", path: folder });
  }
}
