import { type PairName, PAIRS } from "../tests/chaos/pair.ts";
import { readRounds, type Rounds } from "../tests/chaos/results.ts";
import { table } from "./markdown.ts";

/** What `./task chaos -- --record` added up, as parts of reliability.md. */
export async function roundParts(): Promise<Readonly<Record<string, string>>> {
  const all = await readRounds();
  return { rounds: roundTable(all), wounds: woundTable(all), seeds: seedList(all) };
}

const pairsOf = (all: readonly Rounds[]) =>
  (Object.keys(PAIRS) as PairName[]).map((pair) => ({ pair, lines: all.filter((line) => line.pair === pair) }));

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

function roundTable(all: readonly Rounds[]): string {
  return table(
    ["Pair", "Rounds", "Loads that went well in spite of the wound", "Rows at most", "Faults", "Dates"],
    pairsOf(all).map(({ pair, lines }) => [
      `${PAIRS[pair].title} (\`${pair}\`)`,
      String(sum(lines.map(({ rounds }) => rounds))),
      String(sum(lines.map(({ wentWell }) => wentWell))),
      Math.max(0, ...lines.map(({ rows }) => rows)).toLocaleString("en"),
      String(sum(lines.map(({ faults }) => faults.length))),
      [...new Set(lines.map(({ date }) => date))].toSorted().join(", ") || "none yet",
    ]),
  );
}

function woundTable(all: readonly Rounds[]): string {
  const names = [...new Set(all.flatMap(({ wounds }) => Object.keys(wounds)))].toSorted();
  const pairs = pairsOf(all);
  return table(
    ["Wound", ...pairs.map(({ pair }) => `\`${pair}\``)],
    names.map((name) => [name, ...pairs.map(({ lines }) => String(sum(lines.map(({ wounds }) => wounds[name] ?? 0))))]),
  );
}

/** Seeds of each pair: the first of each series, and how many came after it. */
function seedList(all: readonly Rounds[]): string {
  return pairsOf(all).filter(({ lines }) => lines.length > 0).map(({ pair, lines }) => {
    const series = lines.map(({ seed, rounds, faults }) =>
      `${seed} (${rounds}${faults.length > 0 ? `; faults at ${faults.join(", ")}` : ""})`
    );
    return `- \`${pair}\`: ${series.join(", ")}`;
  }).join("\n");
}
