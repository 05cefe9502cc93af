import assert from "node:assert/strict";
import { makeRunFolder } from "../../runtime/engine/run_folder.ts";

async function inParent(test: (parent: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "dteg-folders-" });
  try {
    await test(parent);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const names = (parent: string) => [...Deno.readDirSync(parent)].map(({ name }) => name).sort();

Deno.test("a run's folder is private, and gone at its end with what is in it", () =>
  inParent(async (parent) => {
    {
      await using folder = await makeRunFolder(parent, "a");
      assert.equal(Deno.statSync(folder.path).mode! & 0o777, 0o700);
      Deno.writeTextFileSync(`${folder.path}/x`, "x");
    }
    assert.deepEqual(names(parent), []);
  }));

Deno.test("a live run's folder stays, whoever looks; that of a dead one goes with the next run", () =>
  inParent(async (parent) => {
    await using live = await makeRunFolder(parent, "live");
    const module = new URL("../../runtime/engine/run_folder.ts", import.meta.url).href;
    const code = `import { makeRunFolder } from ${JSON.stringify(module)};
      await makeRunFolder(${JSON.stringify(parent)}, "killed");
      console.log([...Deno.readDirSync(${JSON.stringify(parent)})].map(({ name }) => name).sort().join());
      Deno.kill(Deno.pid, "SIGKILL");`;
    // a pid namespace of its own where the machine lets us make one: there the live run's pid is not to be seen
    const [program, ...args] = Deno.uid() === 0 && await canUnshare()
      ? ["unshare", "--fork", "--pid", "--mount-proc", Deno.execPath()]
      : [Deno.execPath()];
    const { stdout } = await new Deno.Command(program, { args: [...args, "eval", code], stderr: "inherit" }).output();
    assert.equal(new TextDecoder().decode(stdout).trim(), "dteg-run-killed,dteg-run-live");
    await using next = await makeRunFolder(parent, "next");
    assert.deepEqual(names(parent), ["dteg-run-live", "dteg-run-next"]);
    assert.notEqual(next.path, live.path);
  }));

async function canUnshare(): Promise<boolean> {
  try {
    return (await new Deno.Command("unshare", { args: ["--fork", "--pid", "--mount-proc", "true"] }).output()).success;
  } catch {
    return false;
  }
}
