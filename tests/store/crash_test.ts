import assert from "node:assert/strict";
import { killChild } from "../harness/kill_child.ts";
import { openRunStore, type RunStore } from "../../runtime/store/run_store.ts";

const LOOP = new URL("record_loop.ts", import.meta.url).pathname;

function recorder(folder: string, ...args: readonly string[]): Deno.ChildProcess {
  const command = ["run", "--no-check", "-A", LOOP, folder, ...args];
  return new Deno.Command(Deno.execPath(), { args: command, stdout: "piped", stderr: "inherit" }).spawn();
}

function messages(store: RunStore, run: string): readonly string[] {
  return store.logs(run).flatMap((event) => event.kind === "log" ? [event.message] : []);
}

function upTo(count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => String(at + 1));
}

/** Kills the process at some moment after its first lines; gives the last line that it told whole. */
async function killWhileRecording(child: Deno.ChildProcess): Promise<number> {
  let text = "";
  let killer: ReturnType<typeof setTimeout> | undefined;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    killer ??= setTimeout(() => killChild(child), Math.random() * 60);
  }
  assert.equal((await child.status).signal, "SIGKILL");
  return Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
}

Deno.test("kill -9 at any moment loses nothing that was kept, and the run reads as lost", async () => {
  const folder = await Deno.makeTempDir();
  for (let round = 0; round < 10; round++) {
    const run = `rkill${round}`;
    const told = await killWhileRecording(recorder(folder, run));
    using store = openRunStore(folder);
    const kept = messages(store, run);
    assert(kept.length >= told && kept.length <= told + 1, `${kept.length} lines kept, ${told} told`);
    assert.deepEqual(kept, upTo(kept.length));
    assert.equal(store.show(run).status, "lost");
    assert.equal(store.list({ status: "lost" }).length, round + 1);
    assert.equal(store.list({ status: "running" }).length, 0);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("several processes make and use one store at once", async () => {
  const folder = await Deno.makeTempDir();
  const runs = ["ra", "rb", "rc"];
  const children = runs.map((run) => recorder(folder, run, "500"));
  const ends = await Promise.all(children.map((child) => child.output()));
  assert.deepEqual(ends.map(({ code }) => code), [0, 0, 0]);
  using store = openRunStore(folder);
  assert.deepEqual(store.list({ status: "ok" }).map(({ run }) => run), ["rc", "rb", "ra"]);
  for (const run of runs) assert.deepEqual(messages(store, run), upTo(500));
  await Deno.remove(folder, { recursive: true });
});
