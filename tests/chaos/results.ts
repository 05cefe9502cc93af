import type { PairName } from "./pair.ts";
import type { RoundResult } from "./round.ts";

/** Rounds that were done at one time, as a line of results.ndjson. */
export interface Rounds {
  readonly date: string;
  readonly pair: PairName;
  readonly seed: number;
  readonly rounds: number;
  /** At most so many rows. */
  readonly rows: number;
  /** Seeds of the rounds that found a fault. */
  readonly faults: readonly number[];
  /** How many rounds a wound had. */
  readonly wounds: Readonly<Record<string, number>>;
  /** How many wounded runs did their load all the same. */
  readonly wentWell: number;
}

const FILE = new URL("results.ndjson", import.meta.url);

/** Adds a line to results.ndjson. */
export async function recordRounds(
  { pair, seed, rounds, failed, most }: {
    readonly pair: PairName;
    readonly seed: number;
    readonly rounds: readonly RoundResult[];
    readonly failed: readonly number[];
    readonly most: number;
  },
): Promise<void> {
  const wounds: Record<string, number> = {};
  for (const { wound } of rounds) wounds[wound] = (wounds[wound] ?? 0) + 1;
  const line: Rounds = {
    date: new Date().toISOString().slice(0, 10),
    pair,
    seed,
    rounds: rounds.length + failed.length,
    rows: most,
    faults: failed,
    wounds,
    wentWell: rounds.filter(({ wentWell }) => wentWell).length,
  };
  await Deno.writeTextFile(FILE, `${JSON.stringify(line)}\n`, { append: true, create: true });
}

/** What was recorded so far. */
export async function readRounds(): Promise<readonly Rounds[]> {
  const text = await Deno.readTextFile(FILE).catch(() => "");
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}
