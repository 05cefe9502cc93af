import assert from "node:assert/strict";
import { randomOf } from "./random.ts";

/** A run of dteg under way. */
export interface Victim {
  readonly pid: number;
  readonly ended: Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}

/** Something that can be hurt in the middle of a load. */
export interface CrashCase {
  /** Puts source and target as they are before each round. */
  prepare(): Promise<void>;
  start(): Victim;
  /** What each wound is called, and how it is done. A server is up again when the promise resolves. */
  readonly wounds: Readonly<Record<string, (victim: Victim) => Promise<void>>>;
  /** Whole rows of the target as a multiset: one text that is the same for the same rows. */
  target(): Promise<string>;
  /** What the target is before a load, and after it. */
  before(): Promise<string>;
  after(): Promise<string>;
  /** What a second load makes of a target that the first one has reached; absent: the same, since the load can be repeated. */
  twice?(): Promise<string>;
  /** Looks at the target all the time, and gives what it saw; absent where a reader cannot look while a load runs. */
  readonly watch?: () => { stop(): Promise<ReadonlySet<string>> };
  /** What no run may leave. */
  debris(): Promise<readonly string[]>;
}

export interface CrashOptions {
  readonly rounds: number;
  readonly seed: number;
}

const EARLIEST = 0.25; // of a load's time: before it the process only starts
const TRIES = 5;
const LONGEST = 60_000; // milliseconds that a run may take to its end

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/**
 * Wounds a load at random moments. A load that goes well all the same has loaded once. After a plain rerun the target is the source,
 * nothing is left over, and a reader has seen only the target before or after a load. A wound that came after the end does not count and
 * is done again.
 */
export async function crashRounds(crash: CrashCase, { rounds, seed }: CrashOptions): Promise<void> {
  const random = randomOf(seed);
  await wholeLoad(crash); // the first one unpacks libraries
  let usual = await wholeLoad(crash);
  const [before, after] = [await crash.before(), await crash.after()];
  const twice = await crash.twice?.() ?? after;
  assert.notEqual(before, after);
  assert.equal(await crash.target(), after, "without a wound");
  const names = Object.keys(crash.wounds);
  let survived = 0;
  for (let round = 0; round < rounds; round++) {
    const name = names[Math.floor(random() * names.length)];
    for (let tries = 1, landed = false, ended = false; !landed; tries++) {
      assert.ok(tries <= TRIES, `round ${round}: ${TRIES} times the load ended before the wound`);
      const at = usual * (EARLIEST + random() * (1 - EARLIEST) / tries);
      const place = `seed ${seed}, round ${round}: ${name} after ${Math.round(at)} ms`;
      const done = await woundOnce(crash, { wound: crash.wounds[name], at, place, before, after, twice });
      ({ landed, ended } = done);
      if (!landed) usual = Math.min(usual, at);
      survived += landed && ended ? 1 : 0;
    }
  }
  console.log(`  ${rounds} rounds: ${survived} loads went well in spite of their wound`);
}

/** A load that nobody disturbs, and how long it takes in milliseconds. */
async function wholeLoad(crash: CrashCase): Promise<number> {
  await crash.prepare();
  const began = performance.now();
  const { code, stdout, stderr } = await crash.start().ended;
  assert.equal(code, 0, stdout + stderr);
  return performance.now() - began;
}

interface Round {
  readonly wound: (victim: Victim) => Promise<void>;
  readonly at: number;
  readonly place: string;
  readonly before: string;
  readonly after: string;
  readonly twice: string;
}

interface Wounded {
  /** The wound came before the end. */
  readonly landed: boolean;
  /** The load went well. */
  readonly ended: boolean;
}

async function woundOnce(crash: CrashCase, { wound, at, place, before, after, twice }: Round): Promise<Wounded> {
  await crash.prepare();
  const reader = crash.watch?.();
  const victim = crash.start();
  let hasEnded = false;
  victim.ended.then(() => hasEnded = true);
  await pause(at);
  const landed = !hasEnded;
  if (landed) await wound(victim);
  const { code, stdout, stderr } = await endOf(victim, place);
  if (landed && code === 1) assert.doesNotMatch(stdout, /"code": ?"internal"/, `${place}: ${stdout}${stderr}`);
  const wounded = await crash.target();
  assert.ok(wounded === before || wounded === after, `${place}: the target is neither the old nor the new one`);
  if (code === 0) assert.equal(wounded, after, `${place}: a load that went well`);
  const again = await endOf(crash.start(), `${place}: the rerun`);
  assert.equal(again.code, 0, `${place}: the rerun failed: ${again.stdout}${again.stderr}`);
  for (const seen of await reader?.stop() ?? []) {
    const isWhole = [before, after, twice].includes(seen);
    assert.ok(isWhole, `${place}: a reader saw ${seen}; before ${before}, after ${after}`);
  }
  assert.equal(await crash.target(), wounded === before ? after : twice, `${place}: after the rerun`);
  assert.deepEqual(await crash.debris(), [], place);
  return { landed, ended: code === 0 };
}

/** The end of a run; one that hangs is a fault, and does not hold up the test. */
export async function endOf(victim: Victim, place: string) {
  let hangs = false;
  const timer = setTimeout(() => {
    hangs = true;
    killProcess(victim);
  }, LONGEST);
  const end = await victim.ended;
  clearTimeout(timer);
  assert.ok(!hangs, `${place}: no end after ${LONGEST / 1000} s: ${end.stdout}${end.stderr}`);
  return end;
}

/** kill -9. */
export const killProcess = ({ pid }: Victim): Promise<void> => {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // it has ended in this moment
  }
  return Promise.resolve();
};

/** The seed of a test: DTEG_SEED, else one of its own that is printed. */
export function seedOf(name: string): number {
  const seed = Number(Deno.env.get("DTEG_SEED") ?? Math.floor(Math.random() * 1e9));
  console.log(`${name}: DTEG_SEED=${seed}`);
  return seed;
}
