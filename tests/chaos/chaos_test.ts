import { existsSync } from "node:fs";
import { binaryPath } from "../e2e/binary.ts";
import { seedOf } from "../harness/crash.ts";
import { openGround } from "./ground.ts";
import { lazyServers, type PairName, PAIRS } from "./pair.ts";
import { measureUsual, round } from "./round.ts";

const ROUNDS = 10;
const MOST = 3000; // rows

Deno.test({
  name: "a load that is wounded anywhere is made right by a plain rerun, and no reader sees half of it",
  ignore: !existsSync(binaryPath()),
  async fn(t) {
    const seed = seedOf("chaos");
    await using servers = lazyServers();
    for (const [at, name] of (Object.keys(PAIRS) as PairName[]).entries()) {
      await t.step(PAIRS[name].title, async () => {
        await using ground = await openGround(name, { servers, most: MOST });
        const usuals = await measureUsual(ground);
        const wounds: string[] = [];
        for (let one = seed + at * 1000; wounds.length < ROUNDS; one++) {
          const result = await round(ground, { seed: one, usuals });
          if (result) wounds.push(result.wound);
        }
        console.log(`  ${wounds.join(", ")}`);
      });
    }
  },
});
