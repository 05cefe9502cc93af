import { measure } from "../measure.ts";
import { makeFiles, type Shape, SHAPES, wantedOf } from "./memory_data.ts";
import { type End, ENDS, isTable, type MemoryPlace, openMemoryPlace, sourceWords, tableName } from "./memory_place.ts";
import { type Cell, LIMITS, memoryPage } from "./memory_page.ts";

/** What is to be measured. */
export interface MemoryBench {
  readonly folder: string;
  readonly binary: string;
  /** Share of each shape's rows, for a try: 1 is what the page is made of. */
  readonly share: number;
  /** `csv-duckdb,duckdb-*`, `fields:csv-*`; absent: all. */
  readonly pairs?: string;
}

interface Job {
  readonly shape: Shape;
  readonly rows: number;
  readonly from: End;
  readonly to: End;
}

/**
 * Runs each pair of ends at each limit, and gives the page when all is measured. What was measured before, by any binary, stays: the
 * bench goes on where it was stopped; `.build/bench/memory/cells_SHARE.json` taken away begins it anew, and `pairs` that are named are measured again.
 */
export async function benchMemory({ folder: parent, binary, share, pairs }: MemoryBench): Promise<string | undefined> {
  const folder = `${parent}/memory`;
  await Deno.mkdir(folder, { recursive: true });
  const kept = `${folder}/cells_${share}.json`;
  const cells: Record<string, Cell> = JSON.parse(await Deno.readTextFile(kept).catch(() => "{}"));
  const all = SHAPES.flatMap((shape) =>
    ENDS.flatMap((from) => ENDS.map((to) => ({ shape, rows: Math.max(100, Math.floor(shape.rows * share)), from, to })))
  );
  const wanted = pairs?.split(",").map(pairPattern);
  const picked = all.filter((job) => !wanted || wanted.some((pattern) => pattern.test(jobName(job))));
  await using place = await openMemoryPlace(new Set(picked.flatMap(({ from, to }) => [from, to])));
  const filled = new Set<string>();
  for (const job of picked) {
    for (const limit of LIMITS) {
      const name = `${jobName(job)} ${limit}`;
      if (!wanted && cells[`${name} replace`]) continue;
      await fill(job, { folder, binary, place, filled });
      for (const [write, cell] of await runPair(job, { folder, binary, place, limit })) {
        cells[`${name} ${write}`] = cell;
        console.log(`${name} ${write}: ${cell.error ?? `${cell.megabytes} MB, ${cell.seconds.toFixed(1)} s`}`);
      }
      await Deno.writeTextFile(kept, JSON.stringify(cells, null, 2));
    }
  }
  const isWhole = all.every((job) => LIMITS.every((limit) => cells[`${jobName(job)} ${limit} replace`]));
  return isWhole && share === 1 ? memoryPage(cells) : undefined;
}

const jobName = ({ shape, from, to }: Job) => `${shape.name}:${from}-${to}`;

function pairPattern(text: string): RegExp {
  const whole = text.includes(":") ? text : `*:${text}`;
  return new RegExp(`^${whole.replaceAll("*", "[a-z]+")}$`);
}

interface Setting {
  readonly folder: string;
  readonly binary: string;
  readonly place: MemoryPlace;
}

/** Makes what a job reads, once. */
async function fill(
  { shape, rows, from }: Job,
  { folder, binary, place, filled }: Setting & { readonly filled: Set<string> },
) {
  await makeFiles(shape, { folder, rows });
  if (!isTable(from) || from === "duckdb" || filled.has(`${shape.name} ${from}`)) return;
  filled.add(`${shape.name} ${from}`);
  for (const changed of [false, true]) {
    const state = { shape, rows, folder, changed };
    const words = [...sourceWords("csv", state, place), "--to", place.url(from, "src"), "--into", tableName(state)];
    await measure([binary, "run", ...words, "--key", "id", "--yes", "--quiet"], { cwd: folder });
  }
}

/** Replaces the target by the base; into a table then merges the changes. */
async function runPair(
  job: Job,
  { folder, binary, place, limit }: Setting & { readonly limit: string },
): Promise<readonly (readonly [string, Cell])[]> {
  const { shape, rows, from, to } = job;
  const out = `${folder}/out.${to}`;
  const isFile = !isTable(to) || to === "duckdb";
  const memory = limit === "unlimited" ? "16GB" : limit;
  const target = [
    ...(isFile ? ["--to", out] : ["--to", place.url(to, "dst")]),
    ...(isTable(to) ? ["--into", "t", "--key", "id"] : []),
  ];
  const cells: (readonly [string, Cell])[] = [];
  await clear(folder);
  for (const write of isTable(to) ? ["replace", "merge"] : ["replace"]) {
    const changed = write === "merge";
    const words = [...sourceWords(from, { shape, rows, folder, changed }, place), ...target, "--write", write];
    const isQuiet = await quiet();
    try {
      const command = [binary, "run", ...words, "--max-memory", memory, "--yes", "--quiet"];
      const taken = await measure(command, { cwd: folder, every: 30 });
      const query = `SELECT count(*), sum(n) FROM ${isTable(to) ? "t" : "out"}`;
      const found = await linesOf([
        binary,
        "query",
        query,
        "--on",
        isFile ? out : place.url(to, "dst"),
        "--format",
        "csv",
      ]);
      const holds = wantedOf(rows, { changed });
      if (found !== holds) throw new Error(`${jobName(job)} ${write}: the target holds ${found}, wanted ${holds}`);
      cells.push([write, { megabytes: Math.ceil(taken.memory / 1e6), seconds: taken.seconds, isQuiet }]);
    } catch (error) {
      const code = /(memory\.row_too_wide|environment\.memory)/.exec(String(error))?.[1];
      if (!code) throw error;
      cells.push([write, { megabytes: 0, seconds: 0, isQuiet, error: code }]);
      break; // there is nothing to merge into
    }
  }
  await clear(folder);
  return cells;
}

async function clear(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (/^\.?out\./.test(name)) await Deno.remove(`${folder}/${name}`, { recursive: true });
  }
}

async function linesOf([program, ...args]: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1)!;
}

/** Whether nobody else uses the machine: three looks of a second at /proc/stat. */
async function quiet(): Promise<boolean> {
  for (let look = 0; look < 3; look++) {
    const before = processorTimes();
    await new Promise((done) => setTimeout(done, 1000));
    const after = processorTimes();
    if ((after.idle - before.idle) / (after.all - before.all) > 0.9) return true;
  }
  return false;
}

function processorTimes(): { readonly idle: number; readonly all: number } {
  const times = Deno.readTextFileSync("/proc/stat").split("\n")[0].trim().split(/\s+/).slice(1, 9).map(Number);
  return { idle: times[3] + times[4], all: times.reduce((sum, time) => sum + time, 0) };
}
