import { dirname, join } from "node:path";
import type { Destination } from "../../../sdk/mod.ts";
import { readFolder, statOf } from "../paths.ts";
import { deadLease, type LeasedPlace } from "../write/file_lease.ts";
import { inFolderAlone } from "../write/folder_lock.ts";
import type { Place } from "../write/place.ts";
import { deadFiles, remove } from "../write/staged_file.ts";

type Request = Parameters<NonNullable<Destination["leftovers"]>>[0];

/** Hidden files and leases of dead runs: beside a file, or in the folders of the streams of a folder. */
export async function leftovers(place: Place, request: Request): Promise<readonly string[]> {
  if (place.kind === "stdout" || !statOf(place.kind === "file" ? dirname(place.path) : place.path)) return [];
  if (place.kind === "file") return await inPlace(place, request);
  const folders = readFolder(place.path).filter(({ isFolder }) => isFolder).map(({ name }) => join(place.path, name));
  const found = await Promise.all(folders.sort().map((path) => inPlace({ kind: "folder", path }, request)));
  return found.flat();
}

async function inPlace(place: LeasedPlace, request: Request): Promise<readonly string[]> {
  const folder = place.kind === "file" ? dirname(place.path) : place.path;
  return await inFolderAlone(folder, () => {
    const lease = deadLease(place, request);
    const paths = [...deadFiles(folder), ...lease === undefined ? [] : [lease]];
    if (request.remove) paths.forEach(remove);
    return Promise.resolve(paths.map((path) => `file ${path}`));
  });
}
