import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url).pathname;
const COPIED = ["deno.json", "deno.lock", "main.ts", "sdk", "plugins", "runtime", "tests"];

/** A fault put into the source on purpose. */
export interface Spoiling {
  readonly file: string;
  /** A text that the file holds exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A copy of the source with a fault in it; `dteg` in it runs it as the binary does. Throws an AssertionError where the file does not hold the text exactly once. */
export async function spoiledTree({ file, find, replace }: Spoiling): Promise<
  AsyncDisposable & { readonly path: string }
> {
  const source = await Deno.readTextFile(`${root}${file}`);
  assert.equal(source.split(find).length, 2, `${file} does not hold ${find} exactly once: mend the mutation`);
  const path = await Deno.makeTempDir({ prefix: "dteg-mutation-" });
  for (const name of COPIED) await copy(name, path);
  await Deno.symlink(`${root}node_modules`, `${path}/node_modules`);
  await Deno.writeTextFile(`${path}/${file}`, source.replace(find, () => replace));
  await Deno.writeTextFile(
    `${path}/dteg`,
    `#!/bin/sh\nexec "${Deno.execPath()}" run -A --no-check --frozen --quiet "${path}/main.ts" "$@"\n`,
  );
  await Deno.chmod(`${path}/dteg`, 0o755);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function copy(name: string, target: string): Promise<void> {
  const { isDirectory } = await Deno.stat(`${root}${name}`);
  if (!isDirectory) return await Deno.copyFile(`${root}${name}`, `${target}/${name}`);
  await Deno.mkdir(`${target}/${name}`, { recursive: true });
  for await (const entry of Deno.readDir(`${root}${name}`)) await copy(`${name}/${entry.name}`, target);
}
