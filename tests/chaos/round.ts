import assert from "node:assert/strict";
import { endOf, type Victim } from "../harness/crash.ts";
import { randomOf } from "../harness/random.ts";
import { lookAllTheTime, startVictim, temporaryFiles } from "../harness/victim.ts";
import { NONE } from "./ends/end.ts";
import { type Mode, type Pair, pipelineOf } from "./pair.ts";
import { digestOf, twoVersions } from "./rows.ts";
import { type Ended, type Scene, type Strike, type Usual, WOUNDS } from "./wounds.ts";

const LOOK_EVERY = 100; // milliseconds
const TRIES = 6;
const FIRST_LOAD = 0.4; // share of the rounds that have no table yet
const IDLE_RUN = 0.25; // share of the rounds that end with a run that finds nothing new

/** What a round came to. */
export interface RoundResult {
  readonly wound: string;
  readonly mode: string;
  /** True where the wounded run did its load all the same. */
  readonly wentWell: boolean;
  /** The error of the wounded run. */
  readonly code: string | null;
  readonly message: string | null;
  readonly rows: number;
}

/** A place where rounds are done. */
export interface Ground {
  readonly pair: Pair;
  readonly folder: string;
  readonly most: number;
}

/** What undisturbed loads are, by mode. */
export type Usuals = ReadonlyMap<string, Usual & { readonly rows: number }>;

const start = ({ pair, folder }: Ground, mode: Mode): Victim => {
  Deno.writeTextFileSync(`${folder}/chaos.yaml`, pipelineOf(pair, mode));
  return startVictim(folder, ["chaos.yaml", "-y"]);
};

/** A run that must go well. */
async function goes(ground: Ground, mode: Mode, place: string): Promise<Ended> {
  const end = await endOf(start(ground, mode), place);
  assert.equal(end.code, 0, `${place}: ${end.stdout}${end.stderr}`);
  return end;
}

/** Does each mode once without a wound, and measures it. */
export async function measureUsual(ground: Ground): Promise<Usuals> {
  const { pair, most } = ground;
  const found = new Map<string, Usual & { readonly rows: number }>();
  await pair.source.put(twoVersions(0, { change: "all is another", most: 100 }).before);
  await goes(ground, pair.modes[0], "the first load"); // it unpacks libraries
  for (const mode of pair.modes) {
    const { before, after } = twoVersions(1, { change: mode.change, most });
    await pair.target.clear();
    await pair.source.put(before);
    await goes(ground, mode, `${mode.name}, before`);
    await pair.source.put(after);
    for (const { wire } of [pair.source, pair.target]) wire?.arm();
    const events = countEvents(pair.target.files);
    const began = performance.now();
    await goes(ground, mode, `${mode.name}, after`);
    found.set(mode.name, {
      milliseconds: performance.now() - began,
      source: pair.source.wire?.seen() ?? { bytes: 0, statements: [] },
      target: pair.target.wire?.seen() ?? { bytes: 0, statements: [] },
      fileEvents: events.stop(),
      rows: after.length,
    });
    assert.equal(await pair.target.digest(), digestOf(after), `${mode.name}, without a wound`);
  }
  return found;
}

/** How often files in a folder change. */
function countEvents(files: string | undefined): { stop(): number } {
  if (files === undefined) return { stop: () => 0 };
  const watcher = Deno.watchFs(files);
  let seen = 0;
  (async () => {
    for await (const _ of watcher) seen++;
  })();
  return {
    stop() {
      watcher.close();
      return seen;
    },
  };
}

/**
 * One load that is wounded, and made right by a plain rerun. Throws an AssertionError that names seed and place where it is not; undefined
 * where no wound landed: that is no round.
 */
export async function round(
  ground: Ground,
  { seed, usuals, only }: {
    readonly seed: number;
    readonly usuals: Usuals;
    readonly only?: (wound: string) => boolean;
  },
): Promise<RoundResult | undefined> {
  const { pair, folder, most } = ground;
  const random = randomOf(seed);
  random(); // near seeds begin alike
  const mode = pair.modes[Math.floor(random() * pair.modes.length)];
  const { before, after } = twoVersions(seed, { change: mode.change, most });
  const isFirst = random() < FIRST_LOAD;
  const [old, wanted] = [isFirst ? NONE : digestOf(before), digestOf(after)];
  const measured = usuals.get(mode.name);
  assert.ok(measured);
  const usual = inProportion(measured, after.length / measured.rows);
  for (let tries = 1; tries <= TRIES; tries++) {
    const name = chosenWound(random, only);
    for (const { wire } of [pair.source, pair.target]) wire?.arm();
    await pair.target.clear();
    if (!isFirst) {
      await pair.source.put(before);
      await goes(ground, mode, `seed ${seed}: the load before`);
    }
    await pair.source.put(after);
    const scene: Scene = { pair, folder, usual, random, tries, start: () => start(ground, mode) };
    const strike = await WOUNDS[name](scene);
    if (!strike) { // this pair has nothing that it could hurt
      tries--;
      continue;
    }
    const place = `seed ${seed} (${mode.name}, ${isFirst ? "first load" : "later load"}): ${strike.place}`;
    const { landed, end } = await hurt(ground, { mode, strike, place, old, wanted });
    if (!landed) continue;
    if (random() < IDLE_RUN && mode.change !== "all is another") {
      const { stdout } = await goes(ground, mode, `${place}: a run that finds nothing new`);
      assert.equal(await pair.target.digest(), wanted, `${place}: after a run that finds nothing new: ${stdout}`);
    }
    return { wound: name, mode: mode.name, wentWell: end.code === 0, ...errorOf(end), rows: after.length };
  }
}

function chosenWound(random: () => number, only: (wound: string) => boolean = () => true): string {
  const names = Object.keys(WOUNDS).filter(only);
  assert.ok(names.length > 0, "no wound is called so");
  return names[Math.floor(random() * names.length)];
}

async function hurt(
  ground: Ground,
  { mode, strike, place, old, wanted }: {
    readonly mode: Mode;
    readonly strike: Strike;
    readonly place: string;
    readonly old: string;
    readonly wanted: string;
  },
): Promise<{ readonly landed: boolean; readonly end: Ended }> {
  const { pair: { source, target }, folder } = ground;
  const { look } = target;
  const reader = look && lookAllTheTime(async () => {
    const seen = await look();
    return seen === undefined ? undefined : [seen];
  }, { every: LOOK_EVERY });
  const victim = start(ground, mode);
  const during = strike.during?.(victim);
  const end = await endOf(victim, place);
  await during;
  const landed = strike.landed(end);
  await strike.heal?.();
  for (const { wire } of [source, target]) wire?.arm();
  const told = `${end.code}: ${end.stdout}${end.stderr}`;
  const { code } = errorOf(end);
  if (code !== null && !/^connection\./.test(code)) {
    assert.match(code, strike.codes ?? /^$/, `${place}: an error of another class: ${told}`);
  }
  const wounded = await target.digest();
  assert.ok(
    [old, wanted].includes(wounded),
    `${place}: the target is ${wounded}, neither ${old} nor ${wanted}: ${told}`,
  );
  if (end.code === 0) assert.equal(wounded, wanted, `${place}: a load that went well`);
  const again = await goes(ground, mode, `${place}: the rerun after ${told}`);
  for (const seen of await reader?.stop() ?? []) {
    assert.ok([old, wanted].includes(seen), `${place}: a reader saw ${seen}, neither ${old} nor ${wanted}`);
  }
  assert.equal(await target.digest(), wanted, `${place}: after the rerun: ${again.stdout}; before it: ${told}`);
  assert.deepEqual([...await target.debris(), ...temporaryFiles(folder)], [], `${place}: left over`);
  return { landed, end };
}

function inProportion(usual: Usual, share: number): Usual {
  const wire = ({ bytes, statements }: Usual["source"]) => ({ bytes: bytes * share, statements });
  return { ...usual, source: wire(usual.source), target: wire(usual.target) };
}

function errorOf({ stdout }: Ended): Pick<RoundResult, "code" | "message"> {
  const told = stdout.startsWith("{") ? JSON.parse(stdout).error : null; // one that was killed tells nothing
  return { code: told?.code ?? null, message: told?.message ?? null };
}
