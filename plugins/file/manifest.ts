import { join } from "node:path";
import { DtegError, type LoadMark } from "../../sdk/mod.ts";
import { fileError } from "./paths.ts";
import { replaceFile } from "./replace_file.ts";

const NAME = "_dteg_manifest.json";

/** A file of a folder that was loaded. */
export interface ManifestFile {
  /** From the folder. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** What commits a folder: a file that it does not name is no data. */
export interface Manifest extends LoadMark {
  readonly version: 1;
  readonly files: readonly ManifestFile[];
  /** Those that a replace put others in the place of, by the names that its state has for them. */
  readonly kept?: Readonly<Record<string, readonly ManifestFile[]>>;
  /** Of the lease that it was written under. */
  readonly token?: number;
}

/** The manifest of a folder, undefined where it has none. */
export function readManifest(folder: string): Manifest | undefined {
  const path = join(folder, NAME);
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw fileError(error, { action: "read", path });
  }
  return parse(text, path);
}

function parse(text: string, path: string): Manifest {
  const foreign = (cause?: unknown) =>
    new DtegError("state.foreign", `"${path}" is no manifest that this dteg can read`, {
      path,
      cause,
      hint: "move the folder away and load it anew",
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw foreign(error);
  }
  if (typeof value !== "object" || value === null || !("files" in value) || !Array.isArray(value.files)) {
    throw foreign();
  }
  const kept: readonly unknown[] = "kept" in value && value.kept instanceof Object
    ? Object.values(value.kept).flat()
    : [];
  const safe = [...value.files, ...kept].every((file: unknown) =>
    typeof file === "object" && file !== null && "path" in file && typeof file.path === "string" &&
    !/^\/|(^|\/)\.\.(\/|$)/.test(file.path)
  );
  if (!safe) throw foreign();
  return value as Manifest;
}

/** Makes a manifest visible in one act. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await replaceFile(join(folder, NAME), `${JSON.stringify(manifest, null, 2)}\n`);
}
