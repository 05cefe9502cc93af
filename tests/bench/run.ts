// `./task bench`: dteg against DuckDB alone, and against the servers' own clients, in turn. Writes docs/benchmarks.md when all rows and rounds are run.
// `./task bench -- --only memory` measures --max-memory for each pair and writes docs/memory.md when the last is measured.
import { parseArgs } from "node:util";
import { aloneCommand, checkOutput, clear, dtegCommand, type Job, JOBS, type Setting } from "./jobs.ts";
import { measure, type Measured } from "./measure.ts";
import { makeOrders } from "./orders.ts";
import { benchMemory } from "./memory/memory_bench.ts";
import { benchMysql } from "./mysql/mysql_bench.ts";
import { partOf, withPart } from "./page_parts.ts";
import { benchPostgres } from "./postgres/postgres_bench.ts";
import { benchPage, type JobResult } from "./report.ts";
import { startFigures } from "./start_figures.ts";

const root = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const ROWS = 5_000_000;
/** Enough for loads into MariaDB, which are slower. */
const MYSQL_ROWS = 1_000_000;
const ROUNDS = 3;
const PARTS = ["files", "postgres", "mysql", "memory"];

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      rows: { type: "string", default: `${ROWS}` },
      rounds: { type: "string", default: `${ROUNDS}` },
      only: { type: "string" },
      pairs: { type: "string" }, // of the part memory: csv-duckdb,fields:duckdb-*
      share: { type: "string", default: "1" }, // of its rows
    },
  });
  const [rows, rounds] = [Number(values.rows), Number(values.rounds)];
  const { only } = values;
  if (only !== undefined && !PARTS.includes(only)) throw new Error(`--only ${only}: wanted ${PARTS.join(", ")}`);
  const isWanted = (part: string) => only === undefined || only === part;
  const folder = `${root}/.build/bench`;
  await Deno.mkdir(folder, { recursive: true });
  const binary = Deno.env.get("DTEG_BIN") ?? await buildBinary();
  if (only === "memory") { // takes hours: only where it is asked for
    const page = await benchMemory({ folder, binary, share: Number(values.share), pairs: values.pairs });
    if (page) await Deno.writeTextFile(`${root}/docs/memory.md`, page);
    return;
  }
  const load = Deno.loadavg()[0];
  const threads = navigator.hardwareConcurrency;
  const memory = Math.min(4e9, Deno.systemMemoryInfo().total / 2) - 150e6;
  const settingOf = async (rows: number): Promise<Setting> => {
    console.log(`making ${rows} orders`);
    return { folder, binary, orders: await makeOrders(folder, rows), threads, memory };
  };
  const round: Round = { rounds, isShort: rows < ROWS || rounds < ROUNDS };
  if (isWanted("files")) await benchFiles(await settingOf(rows), { ...round, load });
  if (isWanted("postgres")) await benchServer(await settingOf(rows), { ...round, bench: benchPostgres });
  if (isWanted("mysql")) {
    await benchServer(await settingOf(Math.min(rows, MYSQL_ROWS)), { ...round, bench: benchMysql });
  }
}

interface Round {
  readonly rounds: number;
  /** Fewer rows or rounds than the page is made of: printed only. */
  readonly isShort: boolean;
}

const PAGE = `${root}/docs/benchmarks.md`;
const SERVER_PARTS = ["## PostgreSQL", "## MariaDB"];

async function benchServer(
  setting: Setting,
  { rounds, isShort, bench }: Round & { readonly bench: typeof benchPostgres },
): Promise<void> {
  const part = await bench(setting, { rounds });
  console.log(part.slice(part.indexOf("| |")).trim());
  if (isShort) return;
  await Deno.writeTextFile(PAGE, withPart(await Deno.readTextFile(PAGE), part));
  console.log("written: docs/benchmarks.md");
}

async function benchFiles(
  setting: Setting,
  { rounds, load, isShort }: Round & { readonly load: number },
): Promise<void> {
  const { folder, binary, orders, threads } = setting;
  const results: JobResult[] = [];
  for (const job of JOBS) results.push(await compare(job, setting, { rounds }));
  const start = await startFigures(binary, { folder, rounds });
  const page = benchPage({
    date: new Date().toISOString().slice(0, 10),
    machine: machineText(),
    versions: await versionsText(binary),
    rows: orders.rows,
    bytes: orders.bytes,
    rounds,
    threads,
    load,
    results,
    start,
  });
  console.log(page.slice(page.indexOf("| dteg /"), page.indexOf("## Do it again")).trim());
  if (isShort) return;
  const old = await Deno.readTextFile(PAGE);
  const kept = SERVER_PARTS.flatMap((heading) => partOf(old, heading) ?? []);
  await Deno.writeTextFile(PAGE, kept.reduce(withPart, page));
  console.log("written: docs/benchmarks.md");
}

async function compare(job: Job, setting: Setting, { rounds }: { readonly rounds: number }): Promise<JobResult> {
  const commands = [await dtegCommand(job, setting), aloneCommand(job, setting)];
  const measured: Measured[][] = [[], []];
  for (let round = 1; round <= rounds; round++) {
    for (const [which, command] of commands.entries()) {
      await clear(command);
      const taken = await measure(command.words, { cwd: command.cwd });
      measured[which].push(taken);
      const who = which === 0 ? "dteg" : "DuckDB alone";
      console.log(
        `${job.name}, round ${round}, ${who}: ${taken.seconds.toFixed(2)} s, ${taken.cpu.toFixed(1)} CPU s, ${
          (taken.memory / 1e6).toFixed(0)
        } MB`,
      );
    }
  }
  for (const command of commands) {
    await checkOutput(job, command, setting);
    await clear(command);
  }
  return { job, dteg: measured[0], alone: measured[1] };
}

async function buildBinary(): Promise<string> {
  const args = ["run", "-A", "deploy/binary/build.ts", "--if-stale"];
  const { success } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).spawn().status;
  if (!success) throw new Error("the binary could not be built");
  return `${root}/dist/dteg`;
}

function machineText(): string {
  const processor = /model name\s*:\s*(.*)/.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  const memory = (Deno.systemMemoryInfo().total / 1e9).toFixed(0);
  return `${navigator.hardwareConcurrency} cores of ${processor}, ${memory} GB of memory, Linux ${Deno.osRelease()}`;
}

async function versionsText(binary: string): Promise<string> {
  const { stdout } = await new Deno.Command(binary, { args: ["version"] }).output();
  const { default: { imports } } = await import("../../deno.json", { with: { type: "json" } });
  const duckdb = imports["@duckdb/node-api"].split("@").at(-1);
  return `${new TextDecoder().decode(stdout).split("\n")[0]}, @duckdb/node-api ${duckdb}`;
}

if (import.meta.main) await main(Deno.args);
