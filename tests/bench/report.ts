import { formatBytes, formatCount } from "../../runtime/commands/view/numbers.ts";
import type { Job } from "./jobs.ts";
import { type Measured, medianOf } from "./measure.ts";
import type { StartFigures } from "./start_figures.ts";

/** What all rounds of a job took. */
export interface JobResult {
  readonly job: Job;
  readonly dteg: readonly Measured[];
  readonly alone: readonly Measured[];
}

/** All that a bench found. */
export interface BenchReport {
  readonly date: string;
  readonly machine: string;
  readonly versions: string;
  readonly rows: number;
  readonly bytes: number;
  readonly rounds: number;
  readonly threads: number;
  /** Load of the machine before the bench began, beside what it did itself. */
  readonly load: number;
  readonly results: readonly JobResult[];
  readonly start: StartFigures;
}

/** What may be reached at most, as a share of DuckDB alone. */
const TARGETS: Readonly<Record<string, number>> = { "parquet given": 1.15, "parquet guessed": 1.5 };

/** The page of the bench. */
export function benchPage(report: BenchReport): string {
  const { date, machine, versions, rows, bytes, rounds, threads, load, results, start } = report;
  return `# Benchmarks

Made by \`./task bench\` on ${date}: ${machine}; ${versions}. The machine's load was ${load.toFixed(1)} before it began
(0: nobody else was at work).

## Loads

A CSV of ${formatCount(rows)} orders (${
    formatBytes(bytes)
  }): a bigint key, decimals, text with quotes, line breaks, other alphabets, NULL and
empty text, truth values, moments with microseconds, JSON. dteg is the compiled binary; DuckDB alone is a script of thirty lines over
the same DuckDB, with the types given, ${threads} threads and the same memory limit. They take turns, ${rounds} rounds each; numbers are medians, and the fastest round tells more where
others use the machine too. After the last round every output is compared with the generator by count and by an order-independent hash of all values.

${table(results)}

CPU and memory are those of the whole process tree, read from \`/proc\` a hundred times a second. dteg does more for a load than DuckDB
alone: it proves that no text changes by becoming a value, waits until the file is on the disk, takes its SHA-256, and records the run.

## Start

| | time | CPU | memory |
| --- | ---: | ---: | ---: |
${startRow("`dteg version`", start.version)}
${startRow("CSV of ten rows to Parquet", start.tenRows)}
${startRow("the same at the very first use, libraries unpacked first", start.firstUse)}

The binary has ${formatBytes(start.size)}.

## Do it again

\`\`\`sh no-run
./task bench                                   # writes this page
./task bench -- --rows 200000 --rounds 1       # a quick look; prints only
./task bench -- --only postgres                # one part: files, postgres, or mysql
DTEG_BIN=/path/to/dteg ./task bench            # another binary
\`\`\`
`;
}

function table(results: readonly JobResult[]): string {
  const head = "| dteg / DuckDB alone | time | | wanted | fastest round | | CPU | | memory | |\n" +
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |";
  const lines = results.map(({ job, dteg, alone }) => {
    const target = TARGETS[`${job.target} ${job.types}`];
    const [ours, theirs] = [medianOf(dteg), medianOf(alone)];
    const [best, bestAlone] = [dteg, alone].map((all) => Math.min(...all.map(({ seconds }) => seconds)));
    const cells = [
      job.name,
      ...pair(ours.seconds, theirs.seconds, (seconds) => `${seconds.toFixed(2)} s`),
      target ? `≤ ${target.toFixed(2)}x` : "",
      ...pair(best, bestAlone, (seconds) => `${seconds.toFixed(2)} s`),
      ...pair(ours.cpu, theirs.cpu, (seconds) => `${seconds.toFixed(1)} s`),
      ...pair(ours.memory, theirs.memory, formatBytes),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [head, ...lines].join("\n");
}

const pair = (ours: number, theirs: number, text: (value: number) => string) => [
  `${text(ours)} / ${text(theirs)}`,
  `${(ours / theirs).toFixed(2)}x`,
];

function startRow(name: string, { seconds, cpu, memory }: Measured): string {
  return `| ${name} | ${seconds.toFixed(2)} s | ${cpu.toFixed(2)} s | ${formatBytes(memory)} |`;
}
