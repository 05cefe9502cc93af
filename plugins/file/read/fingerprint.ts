import { statSync } from "node:fs";
import { DtegError } from "../../../sdk/mod.ts";
import { fileError } from "../paths.ts";

/** What tells that a file is still the one that was opened. */
export interface Fingerprint {
  readonly path: string;
  readonly name: string;
  readonly mark: string;
  /** Size in bytes. */
  readonly size: number;
}

/** Takes the marks of a file: which file it is, its size, and when it was last changed, to the nanosecond. */
export function fingerprint(path: string, name: string): Fingerprint {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return { path, name, size: Number(size), mark: [dev, ino, size, mtimeNs, ctimeNs].join(" ") };
  } catch (error) {
    throw fileError(error, { action: "read", path: name });
  }
}

/** Throws `file.changed` when a file is no longer what it was. */
export function checkUnchanged({ path, name, mark }: Fingerprint): void {
  if (fingerprint(path, name).mark === mark) return;
  throw new DtegError("file.changed", `"${name}" was changed while it was read; nothing of it was loaded`, {
    path: name,
    hint: "run again when nothing writes to it",
  });
}
