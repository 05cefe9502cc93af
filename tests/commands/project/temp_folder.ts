import { dirname, join } from "node:path";

/** A folder of a test, removed at its end. */
export async function tempFolder(
  files: Readonly<Record<string, string>> = {},
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "dteg-test-" });
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(path, name)), { recursive: true });
    await Deno.writeTextFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Each file under a folder with its text, by path. */
export async function filesOf(folder: string, inside = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(join(folder, inside))) {
    const path = join(inside, name);
    if (isDirectory) Object.assign(found, await filesOf(folder, path));
    else found[path] = await Deno.readTextFile(join(folder, path));
  }
  return found;
}
