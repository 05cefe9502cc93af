import assert from "node:assert/strict";
import { type Mutation, MUTATIONS } from "./mutations.ts";

const root = new URL("../../", import.meta.url).pathname;
const COPIED = ["deno.json", "deno.lock", "sdk", "plugins", "runtime", "tests/engine"];

/** A copy of what the tests need, to be spoiled. */
async function copyTree(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "dteg-mutation-" });
  for (const name of COPIED) await copy(name, path);
  await Deno.symlink(`${root}node_modules`, `${path}/node_modules`);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function copy(name: string, target: string): Promise<void> {
  const { isDirectory } = await Deno.stat(`${root}${name}`);
  if (!isDirectory) return await Deno.copyFile(`${root}${name}`, `${target}/${name}`);
  await Deno.mkdir(`${target}/${name}`, { recursive: true });
  for await (const entry of Deno.readDir(`${root}${name}`)) await copy(`${name}/${entry.name}`, target);
}

/** What the test that must see the fault says; `undefined` when it did not run. */
async function verdict(tree: string, { testFile, test }: Mutation): Promise<"ok" | "FAILED" | undefined> {
  const pattern = test.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const command = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--frozen", `--filter=/^${pattern}$/`, testFile],
    cwd: tree,
    env: { NO_COLOR: "1", DTEG_LONG: "" },
    stdout: "piped",
    stderr: "piped",
  });
  const output = new TextDecoder().decode((await command.output()).stdout);
  const line = output.split("\n").find((candidate) => candidate.startsWith(`${test} ... `));
  const word = line && /^(ok|FAILED)/.exec(line.slice(test.length + 5))?.[1];
  return word as "ok" | "FAILED" | undefined;
}

for (const mutation of MUTATIONS) {
  Deno.test(`the suite goes red when ${mutation.name}`, async () => {
    const { file, find, replace } = mutation;
    const source = await Deno.readTextFile(`${root}${file}`);
    assert.equal(source.split(find).length, 2, `${file} does not hold ${find} exactly once: mend the mutation`);
    await using tree = await copyTree();
    await Deno.writeTextFile(`${tree.path}/${file}`, source.replace(find, () => replace));
    assert.equal(await verdict(tree.path, mutation), "FAILED", `${mutation.test}: did not see the fault`);
  });
}
