import { join } from "node:path";
import type { ManifestFile } from "../manifest.ts";
import { readFolder } from "../paths.ts";
import { removeIfThere } from "../replace_file.ts";

/** Files that a load made; others in the folder are never touched. */
const OURS = /^part-[0-9a-f]{16}-\d+\.[a-z]+(\.gz|\.zst)?$/;

/** Removes files of earlier loads that the manifest no longer names. */
export async function removeUnnamed(folder: string, files: readonly ManifestFile[]): Promise<void> {
  const named = new Set(files.map(({ path }) => path));
  for (const { name } of readFolder(folder)) {
    if (OURS.test(name) && !named.has(name)) await removeIfThere(join(folder, name));
  }
}
