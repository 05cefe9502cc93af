// `./task chaos -- --rounds 500 [--pair pg-my] [--seed N] [--rows 50000] [--wound TEXT]`: loads that are wounded, and made right by a plain rerun.
import { parseArgs } from "node:util";
import { binaryPath } from "../e2e/binary.ts";
import { openGround } from "./ground.ts";
import { lazyServers, type PairName, PAIRS } from "./pair.ts";
import { recordRounds } from "./results.ts";
import { measureUsual, round, type RoundResult } from "./round.ts";

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      rounds: { type: "string", default: "10" },
      pair: { type: "string", multiple: true, default: Object.keys(PAIRS) },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1e9)) },
      rows: { type: "string", default: "20000" },
      wound: { type: "string" },
      record: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds), seed = Number(values.seed), most = Number(values.rows);
  console.log(`${binaryPath()}: ${rounds} rounds a pair from seed ${seed}, at most ${most} rows`);
  let faults = 0;
  await using servers = lazyServers();
  for (const name of values.pair as PairName[]) {
    await using ground = await openGround(name, { servers, most });
    const usuals = await measureUsual(ground);
    const done: RoundResult[] = [];
    const failed: number[] = [];
    const began = performance.now();
    for (let one = 0; one < rounds; one++) {
      try {
        const at = performance.now();
        const result = await round(ground, {
          seed: seed + one,
          usuals,
          only: (wound) => wound.includes(values.wound ?? ""),
        });
        if (!result) {
          console.log(`${name} ${seed + one}: no wound landed`);
          continue;
        }
        done.push(result);
        console.log(`${name} ${seed + one}: ${told(result)} (${((performance.now() - at) / 1000).toFixed(1)} s)`);
      } catch (error) {
        failed.push(seed + one);
        faults++;
        console.log(`${name} ${seed + one}: FAULT ${error instanceof Error ? error.message : error}`);
      }
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(`${name}: ${done.length + failed.length} rounds in ${seconds} s, ${failed.length} faults`);
    if (values.record) await recordRounds({ pair: name, seed, rounds: done, failed, most });
  }
  return faults === 0 ? 0 : 1;
}

function told({ wound, mode, wentWell, code, message }: RoundResult): string {
  return `${wound}, ${mode}: ${code === null ? (wentWell ? "ok" : "killed") : `${code}: ${message}`}`;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
