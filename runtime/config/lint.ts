import { basename, extname, resolve } from "node:path";
import { DtegError } from "../../sdk/mod.ts";
import { readTree } from "./read.ts";
import { assemble, type Loaded, throwMasked } from "./resolve/assemble.ts";
import type { EndContext } from "./resolve/end.ts";
import { hidePasswords } from "./url.ts";

/** What a pipeline file is read with. */
export interface LoadOptions extends Omit<EndContext, "strictSecrets"> {
  /** A secret that is not set is an error, not a warning. */
  readonly strictSecrets?: boolean;
}

/** The pipeline of a file, ready to run. Throws the first fault of the file; the others are in its `others`. */
export async function loadPipeline(path: string, options: LoadOptions): Promise<Loaded> {
  const { environment, strictSecrets = true, secrets } = options;
  try {
    const tree = await readTree(resolve(environment.folder, path), { name: path });
    return await assemble(tree, { ...options, strictSecrets, name: () => basename(path, extname(path)) });
  } catch (error) {
    if (!(error instanceof DtegError)) throw error;
    throwMasked(
      [error, ...error.others].map((one) =>
        one.with({ excerpt: one.excerpt && hidePasswords(one.excerpt), others: [] })
      ),
      secrets,
    );
    throw error;
  }
}

/** All that `validate` does: as {@linkcode loadPipeline}, but secrets that are not set are warnings. */
export function lintPipeline(path: string, options: Omit<LoadOptions, "strictSecrets">): Promise<Loaded> {
  return loadPipeline(path, { ...options, strictSecrets: false });
}
