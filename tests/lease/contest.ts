import assert from "node:assert/strict";
import { start } from "../e2e/binary.ts";
import { cacheFolder } from "../e2e/user.ts";

/** A target that two runs want. */
export interface Contested {
  /** What `--to` and `--into` say. */
  readonly to: readonly string[];
  /** True while somebody holds its lease. */
  isHeld(): Promise<boolean>;
  /** True while rows of a load are on their way into it. */
  isMoving(): Promise<boolean>;
  /** Makes the lease run out, as half a minute would. */
  runOut(): Promise<void>;
  /** Whole rows, sorted, one a line: `1,a`. */
  rows(): Promise<string>;
  /** What no run may leave. */
  debris(): Promise<string>;
}

/** How a run ended. */
export interface Ended {
  readonly code: number;
  readonly result: unknown;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly told: string;
}

/** A run that was stopped while its rows moved. */
export interface OpenRun {
  readonly pid: number;
  /** SIGCONT lets it go on. */
  signal(name: Deno.Signal): void;
  readonly ended: Promise<Ended>;
}

/** Rows enough to catch a load of them in its middle. */
const MANY = 300_000;
const FEW = 3;
const STEP = 25; // milliseconds that a run goes on before it is looked at
const TRIES = 500;

const rowsOf = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${index + 1},${word}`).join("\n");

/** A folder that runs happen in. */
export interface Arena {
  readonly folder: string;
  /** Starts a run, and stops it in the middle of its load. */
  open(target: Contested, word: string): Promise<OpenRun>;
  /** What `dteg clean` of the target finds. */
  clean(target: Contested, more?: readonly string[]): Promise<readonly string[]>;
  /** Runs a load of a file to its end. */
  run(target: Contested, word: string, more?: readonly string[]): Promise<Ended>;
}

export async function inArena(test: (arena: Arena) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dteg-lease-" });
  await Deno.mkdir(`${folder}/tmp`);
  const env = { HOME: folder, TMPDIR: `${folder}/tmp`, DTEG_CACHE_DIR: cacheFolder() };
  const started: Deno.ChildProcess[] = [];
  const launch = (args: readonly string[]) => {
    const child = start([...args, "--json"], { cwd: folder, env });
    started.push(child);
    return child;
  };
  const write = async (word: string, count: number) => {
    const name = `in${started.length}.csv`;
    await Deno.writeTextFile(`${folder}/${name}`, `id,v\n${rowsOf(word, count)}\n`);
    return name;
  };
  try {
    await test({
      folder,
      async open({ to, isMoving }, word) {
        const child = launch(["run", "--from", await write(word, MANY), ...to]);
        const ended = endOf(child);
        let isOver = false;
        ended.then(() => isOver = true);
        for (let tries = 0; !isOver && tries < TRIES; tries++) {
          await new Promise((resolve) => setTimeout(resolve, STEP));
          if (!isOver) child.kill("SIGSTOP");
          if (await isMoving()) break;
          if (!isOver) child.kill("SIGCONT");
        }
        assert.ok(!isOver, "the load was over before it was caught");
        return {
          pid: child.pid,
          signal: (name) => child.kill(name),
          ended,
        };
      },
      async clean({ to }, more = []) {
        const { code, result, told } = await endOf(launch(["clean", ...to.slice(0, 2), ...more]));
        assert.equal(code, 0, told);
        const { found } = result as { found: readonly { readonly target: string; readonly what: string }[] };
        return found.map(({ target, what }) => target === "this machine" ? target : what);
      },
      async run({ to }, word, more = []) {
        return await endOf(launch(["run", "--from", await write(word, FEW), ...to, ...more]));
      },
    });
  } finally {
    for (const child of started) {
      try {
        child.kill("SIGKILL");
      } catch {
        // it has ended
      }
    }
    await Deno.remove(folder, { recursive: true });
  }
}

async function endOf(child: Deno.ChildProcess): Promise<Ended> {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  const told = decoder.decode(stdout) + decoder.decode(stderr);
  const { error = null, result = null } = stdout.length > 0 ? JSON.parse(decoder.decode(stdout)) : {};
  return { code, error, result, told };
}

/** The rules that hold for every kind of target with a lease. */
export async function contest(t: Deno.TestContext, openTarget: (folder: string) => Promise<Contested>): Promise<void> {
  const step = (rule: string, test: (arena: Arena, target: Contested) => Promise<void>) =>
    t.step(rule, () =>
      inArena(async (arena) => {
        const target = await openTarget(arena.folder);
        await test(arena, target);
        assert.equal(await target.debris(), "");
        assert.equal(await target.isHeld(), false);
      }));

  await step("a run that stood still and was overtaken writes nothing", async (arena, target) => {
    const first = await arena.open(target, "first");
    const waiting = arena.run(target, "second", ["--wait", "60s"]);
    await target.runOut();
    const second = await waiting;
    assert.equal(second.code, 0, second.told);
    first.signal("SIGCONT");
    const { code, error, told } = await first.ended;
    assert.equal(error?.code, "state.fenced", told);
    assert.equal(code, 1);
    assert.equal(await target.rows(), rowsOf("second", FEW));
  });

  await step("a second run of a busy target fails at once, or waits", async (arena, target) => {
    const first = await arena.open(target, "first");
    const refused = await arena.run(target, "second");
    assert.equal(refused.error?.code, "state.busy", refused.told);
    assert.equal(refused.code, 3);
    assert.match(refused.error.message, new RegExp(`by run r\\w{13} on \\S+ \\(process ${first.pid}, since `));
    const waiting = arena.run(target, "second", ["--wait", "60s"]);
    first.signal("SIGCONT");
    const { code, told } = await first.ended;
    assert.equal(code, 0, told);
    const second = await waiting;
    assert.equal(second.code, 0, second.told);
    assert.equal(await target.rows(), rowsOf("second", FEW));
  });

  await step("the lease of a killed run keeps nobody waiting", async (arena, target) => {
    const first = await arena.open(target, "first");
    first.signal("SIGKILL");
    await first.ended;
    const second = await arena.run(target, "second");
    assert.equal(second.code, 0, second.told);
    assert.equal(await target.rows(), rowsOf("second", FEW));
  });

  await step(
    "what a killed run left goes by `dteg clean`, which touches nothing of a live one",
    async (arena, target) => {
      const first = await arena.open(target, "first");
      assert.deepEqual(await arena.clean(target), []);
      first.signal("SIGKILL");
      await first.ended;
      const found = await arena.clean(target, ["--dry-run"]);
      assert.equal(await target.isHeld(), true);
      assert.ok(found.some((what) => /lease/.test(what)), found.join());
      const left = found.filter((what) => what !== "this machine"); // its folder goes with any command
      assert.deepEqual(await arena.clean(target), left);
      assert.deepEqual(await arena.clean(target), []);
    },
  );
}
