import { join } from "node:path";
import { type Batch, DtegError, type LoadMark, type Writer } from "../../../sdk/mod.ts";
import { copyOut, type WriterOptions } from "./copy_out.ts";
import { makeFolder } from "./file_writer.ts";
import { readManifest, writeManifest } from "../manifest.ts";
import { fileError, readFolder } from "../paths.ts";
import { stagedPath } from "./place.ts";
import { removeIfThere, syncFile } from "../replace_file.ts";

const PACKED: Readonly<Record<string, string>> = { none: "", gzip: ".gz", zstd: ".zst" };
/** Files that a load made; others in the folder are never touched. */
const OURS = /^part-[0-9a-z]+-\d+\.[a-z]+(\.gz|\.zst)?$/;

/** Adds a file to a folder, or puts it in the place of those that dteg wrote there. The manifest makes it visible. */
export function folderWriter(folder: string, options: WriterOptions): Writer {
  const { target, writing } = options;
  const staged = stagedPath(folder, { load: target.load, kind: "folder" });
  const name = `part-${target.load}-0.${writing.format}${PACKED[writing.packing]}`;
  let rows = 0, isStaged = false;
  return {
    async write(_part: string, batch: Batch) {
      if (batch.kind !== "scan") throw new DtegError("internal", `a folder takes queries, not ${batch.kind}`);
      await makeFolder(folder);
      isStaged = true;
      rows = await copyOut(staged, batch, options);
      return { rows };
    },
    async commit(mark: LoadMark) {
      const before = readManifest(folder);
      await syncFile(staged);
      const bytes = (await Deno.stat(staged)).size;
      try {
        await Deno.rename(staged, join(folder, name));
        isStaged = false;
        await syncFile(folder);
      } catch (error) {
        throw fileError(error, { action: "write", path: join(folder, name) });
      }
      const kept = target.write === "append" ? before?.files ?? [] : [];
      await writeManifest(folder, { version: 1, ...mark, files: [...kept, { path: name, rows, bytes }] });
      await removeUnnamed(folder, new Set([...kept.map(({ path }) => path), name]));
      return { inserted: rows, updated: 0, deleted: 0, unchanged: 0, filtered: 0, bytes };
    },
    discard: () => removeIfThere(staged),
    async [Symbol.asyncDispose]() {
      if (isStaged) await removeIfThere(staged);
    },
  };
}

/** Removes files of earlier loads that the manifest no longer names. */
async function removeUnnamed(folder: string, named: ReadonlySet<string>): Promise<void> {
  for (const { name } of readFolder(folder)) {
    if (OURS.test(name) && !named.has(name)) await removeIfThere(join(folder, name));
  }
}
