import { dirname } from "node:path";
import { type Batch, DtegError, type LoadMark, type Writer } from "../../../sdk/mod.ts";
import { copyOut, type WriterOptions } from "./copy_out.ts";
import { fileError, makeFolder } from "../paths.ts";
import { requireLease } from "./file_lease.ts";
import { inFolderAlone } from "./folder_lock.ts";
import { stagedPath } from "./staged_file.ts";
import { removeIfThere, syncFile } from "../replace_file.ts";
import { dropKept, keepFile } from "../state/kept_versions.ts";
import { hashFile, marksOf, standingOf, writeRecords } from "./sidecar.ts";

/** Replaces one file: written beside, put on the disk, its record written, renamed. */
export function fileWriter(path: string, options: WriterOptions): Writer {
  const staged = stagedPath(path, { load: options.target.load, kind: "file" });
  let rows = 0, isStaged = false;
  return {
    async write(_part: string, batch: Batch) {
      if (batch.kind !== "scan") throw new DtegError("internal", `a file takes queries, not ${batch.kind}`);
      await makeFolder(dirname(path));
      isStaged = true;
      rows = await copyOut(staged, batch, options);
      return { rows };
    },
    async commit(mark: LoadMark) {
      const [hash] = await Promise.all([hashFile(staged), syncFile(staged)]); // the disk is busy while the content is hashed
      const { target: { lease } } = options;
      const record = { ...mark, ...marksOf(staged), hash, ...(lease && { token: lease.token }) };
      await inFolderAlone(dirname(path), async () => {
        requireLease({ kind: "file", path }, options.target);
        const before = await standingOf(path);
        await keepFile(path, options.target.keep);
        await writeRecords(path, before.kind === "ours" ? [before.record, record] : [record]);
        try {
          await Deno.rename(staged, path);
          isStaged = false;
          await syncFile(dirname(path));
        } catch (error) {
          throw fileError(error, { action: "write", path });
        }
      });
      await dropKept(path, options.target.keep);
      return { inserted: rows, updated: 0, deleted: 0, unchanged: 0, filtered: 0, bytes: record.size };
    },
    discard: () => removeIfThere(staged),
    async [Symbol.asyncDispose]() {
      if (isStaged) await removeIfThere(staged);
    },
  };
}
