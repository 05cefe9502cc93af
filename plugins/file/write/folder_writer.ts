import { join } from "node:path";
import { type Batch, type Counts, DtegError, type LoadMark, type Target, type Writer } from "../../../sdk/mod.ts";
import { splitName } from "../format.ts";
import { copyOut, type WriterOptions } from "./copy_out.ts";
import { requireLease } from "./file_lease.ts";
import { inFolderAlone } from "./folder_lock.ts";
import { type Manifest, readManifest, writeManifest } from "../manifest.ts";
import { fileError, makeFolder } from "../paths.ts";
import { removeUnnamed } from "../state/unnamed_files.ts";
import { stagedPath } from "./staged_file.ts";
import { removeIfThere, syncFile } from "../replace_file.ts";

const PACKED: Readonly<Record<string, string>> = { none: "", gzip: ".gz", zstd: ".zst" };

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
      if (batch.schema.length === 0) return { rows: 0 }; // no columns: nothing that a file could hold
      isStaged = true;
      rows = await copyOut(staged, batch, options);
      await syncFile(staged);
      return { rows };
    },
    commit: (mark: LoadMark) => inFolderAlone(folder, () => commit(mark)),
    discard: () => removeIfThere(staged),
    async [Symbol.asyncDispose]() {
      if (isStaged) await removeIfThere(staged);
    },
  };

  async function commit(mark: LoadMark): Promise<Counts> {
    requireLease({ kind: "folder", path: folder }, target);
    const before = readManifest(folder);
    const stay = target.write === "append" ? before?.files ?? [] : [];
    const kept = keptFiles(before, target.keep);
    const files = isStaged ? [...stay, { path: name, rows, bytes: (await Deno.stat(staged)).size }] : stay;
    if (isStaged) {
      try {
        await Deno.rename(staged, join(folder, name));
        isStaged = false;
        await syncFile(folder);
      } catch (error) {
        throw fileError(error, { action: "write", path: join(folder, name) });
      }
    }
    const { lease } = target;
    await writeManifest(folder, { version: 1, ...mark, files, kept, ...(lease && { token: lease.token }) });
    await removeUnnamed(folder, [...files, ...Object.values(kept).flat()]);
    const bytes = files.at(-1)?.path === name ? files.at(-1)?.bytes ?? 0 : 0;
    return { inserted: rows, updated: 0, deleted: 0, unchanged: 0, filtered: 0, bytes };
  }
}

/** The files of contents that stay for `dteg undo`, by their names. */
function keptFiles(before: Manifest | undefined, { name, drop }: Target["keep"]): NonNullable<Manifest["kept"]> {
  const older = Object.entries(before?.kept ?? {}).filter(([one]) => !drop.includes(one));
  return { ...Object.fromEntries(older), ...(name !== undefined && { [name]: before?.files ?? [] }) };
}

/** Rows are added in the format that the folder's files have: one stream is of one format. */
export function refuseOtherFormat(
  folder: string,
  { target, writing, config }: Pick<WriterOptions, "target" | "writing" | "config">,
): void {
  if (target.write !== "append") return;
  const other = readManifest(folder)?.files.find(({ path }) => splitName(path).format !== writing.format);
  if (!other) return;
  throw new DtegError(
    "file.mixed_formats",
    `cannot append ${writing.format} to "${folder}": its files are ${splitName(other.path).format}`,
    { path: config.path, hint: `write ${splitName(other.path).format}, or use --write replace` },
  );
}
