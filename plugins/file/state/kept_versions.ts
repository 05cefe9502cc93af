import { basename, dirname, join } from "node:path";
import { DtegError, requireNow, type Target, type Undoing } from "../../../sdk/mod.ts";
import { readManifest, writeManifest } from "../manifest.ts";
import { fileError, statOf } from "../paths.ts";
import { removeIfThere, syncFile } from "../replace_file.ts";
import { inFolderAlone } from "../write/folder_lock.ts";
import { type Place, streamFolder } from "../write/place.ts";
import { hashFile, marksOf, standingOf, writeRecords } from "../write/sidecar.ts";
import { removeUnnamed } from "./unnamed_files.ts";

/** Where the content of one file stays under a name: hidden, beside it. */
const keptPath = (path: string, name: string) => join(dirname(path), `.${name}`);

/** Keeps the file that a replace will put another one in the place of. */
export async function keepFile(path: string, { name }: Target["keep"]): Promise<void> {
  if (name === undefined || !statOf(path)) return;
  const kept = keptPath(path, name);
  await removeIfThere(kept);
  try {
    await Deno.link(path, kept);
  } catch { // a file system without hard links
    await Deno.copyFile(path, kept).catch((error) => {
      throw fileError(error, { action: "write", path: kept });
    });
    await syncFile(kept);
  }
}

/** Removes files that are kept no longer. */
export async function dropKept(path: string, { drop }: Target["keep"]): Promise<void> {
  for (const name of drop) await removeIfThere(keptPath(path, name));
}

/** Takes back the last load of a file or folder, with its state, in one rename. */
export async function undoFile(place: Place, undoing: Undoing): Promise<void> {
  if (place.kind === "stdout") throw impossible("standard output", "what is sent is gone");
  if (place.kind === "folder") return await undoFolder(streamFolder(place.path, undoing.table), undoing);
  const { path } = place, { then } = undoing;
  await inFolderAlone(dirname(path), async () => {
    const standing = await standingOf(path);
    requireNow(undoing, standing.kind === "ours" ? standing.record : undefined);
    if (undoing.from.kind === "rows" || standing.kind !== "ours") {
      throw impossible(path, "one file is replaced as a whole");
    }
    const kept = keptPath(path, undoing.from.name);
    if (!statOf(kept)) throw impossible(path, `"${basename(kept)}", which was kept, is gone`);
    const hash = await hashFile(kept);
    if (then?.hash !== undefined && then.hash !== hash) throw impossible(path, `"${basename(kept)}" was changed since`);
    await writeRecords(path, [
      standing.record,
      ...(then ? [{ ...then, ...marksOf(kept), hash, token: standing.record.token }] : []),
    ]);
    try {
      await Deno.rename(kept, path);
      await syncFile(dirname(path));
    } catch (error) {
      throw fileError(error, { action: "write", path });
    }
  });
}

async function undoFolder(folder: string, undoing: Undoing): Promise<void> {
  await inFolderAlone(folder, async () => {
    const manifest = readManifest(folder);
    requireNow(undoing, manifest);
    const { now, then } = undoing;
    if (!manifest || !now || !then) throw impossible(folder, "what was there before was not loaded by dteg");
    const { [undoing.from.kind === "version" ? undoing.from.name : ""]: back, ...kept } = manifest.kept ?? {};
    const isOfLoad = (path: string) => path.startsWith(`part-${now.load}-`);
    const files = undoing.from.kind === "rows" ? manifest.files.filter(({ path }) => !isOfLoad(path)) : back;
    const lost = files?.find(({ path }) => !statOf(join(folder, path)));
    if (!files || lost) throw impossible(folder, `${lost ? `"${lost.path}"` : "what was kept"} is gone`);
    const { hash: _, ...mark } = then;
    const { token } = manifest;
    await writeManifest(folder, { ...mark, version: 1, files, kept, ...(token && { token }) });
    await removeUnnamed(folder, [...files, ...Object.values(kept).flat()]);
  });
}

const impossible = (path: string, reason: string) =>
  new DtegError("undo.impossible", `cannot take back the load of "${path}": ${reason}`, {
    path,
    hint: "nothing is changed",
  });
