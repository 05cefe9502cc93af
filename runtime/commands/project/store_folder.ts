import { dirname, join } from "node:path";
import { stateFolder } from "../../config/folders.ts";

/** Where runs are recorded: `.dteg` of the nearest project upwards, else the user's state folder. */
export async function storeFolder(
  current: string,
  { env }: { readonly env: Readonly<Record<string, string>> },
): Promise<string> {
  for (let at = current;; at = dirname(at)) {
    if (await isFile(join(at, "dteg.yaml"))) return join(at, ".dteg");
    if (at === dirname(at)) return await stateFolder(env);
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    const cannotBe = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    if (cannotBe || error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}
