import assert from "node:assert/strict";
import { DELIVERY_MUTATIONS } from "./delivery_mutations.ts";
import { type Mutation, MUTATIONS } from "./mutations.ts";
import { spoiledTree } from "./spoiled_tree.ts";

/** What the test that must see the fault says; `undefined` when it did not run. */
async function verdict(tree: string, { testFile, test }: Mutation): Promise<"ok" | "FAILED" | undefined> {
  const pattern = test.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const command = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--frozen", `--filter=/^${pattern}$/`, testFile],
    cwd: tree,
    env: { NO_COLOR: "1", DTEG_LONG: "", DTEG_BIN: `${tree}/dteg` },
    stdout: "piped",
    stderr: "piped",
  });
  const output = new TextDecoder().decode((await command.output()).stdout);
  const words = output.split("\n").flatMap((line) =>
    line.startsWith(`${test} ... `) ? /^(ok|FAILED)/.exec(line.slice(test.length + 5))?.[1] ?? [] : []
  );
  return words.at(-1) as "ok" | "FAILED" | undefined;
}

for (const mutation of [...MUTATIONS, ...DELIVERY_MUTATIONS]) {
  Deno.test(`the suite goes red when ${mutation.name}`, async () => {
    await using tree = await spoiledTree(mutation);
    assert.equal(await verdict(tree.path, mutation), "FAILED", `${mutation.test}: did not see the fault`);
  });
}
