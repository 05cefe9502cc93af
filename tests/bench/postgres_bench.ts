import { formatBytes, formatCount } from "../../runtime/commands/view/numbers.ts";
import type { Setting } from "./jobs.ts";
import { measure, type Measured, medianOf } from "./measure.ts";
import { type PostgresJob, postgresJobs, type Tool } from "./postgres_jobs.ts";
import { openPlace } from "./postgres_place.ts";

const TOOLS: Readonly<Record<Tool, string>> = { psql: "psql", duckdb: "DuckDB alone", dteg: "dteg" };

interface PostgresResult {
  readonly job: PostgresJob;
  readonly taken: Readonly<Partial<Record<Tool, Measured>>>;
}

/** Runs the loads from and into PostgreSQL, each tool in turn, and gives the part of the page about them. */
export async function benchPostgres(setting: Setting, { rounds }: { readonly rounds: number }): Promise<string> {
  console.log("filling PostgreSQL");
  await using place = await openPlace(setting);
  const load = Deno.loadavg()[0];
  const results: PostgresResult[] = [];
  for (const job of await postgresJobs(place, setting)) results.push(await compare(job, { setting, rounds }));
  const version = await place.server.psql("SHOW server_version");
  return part(results, { setting, rounds, version, load });
}

async function compare(
  job: PostgresJob,
  { setting: { folder }, rounds }: { readonly setting: Setting; readonly rounds: number },
): Promise<PostgresResult> {
  const tools = (Object.keys(TOOLS) as Tool[]).filter((tool) => job.commands[tool]);
  const all = new Map<Tool, Measured[]>(tools.map((tool) => [tool, []]));
  const env = { XDG_STATE_HOME: `${folder}/state` };
  for (let round = 1; round <= rounds; round++) {
    for (const tool of tools) {
      await job.before(tool);
      const taken = await measure(job.commands[tool]!, { cwd: folder, env });
      all.get(tool)!.push(taken);
      console.log(`${job.name}, round ${round}, ${TOOLS[tool]}: ${cell(taken)}`);
      if (round === rounds) await job.check(tool);
    }
  }
  for (const tool of tools) await job.before(tool);
  return { job, taken: Object.fromEntries([...all].map(([tool, measured]) => [tool, medianOf(measured)])) };
}

function part(
  results: readonly PostgresResult[],
  { setting: { orders, threads }, rounds, version, load }: {
    readonly setting: Setting;
    readonly rounds: number;
    readonly version: string;
    /** Load of the machine before, beside what the bench did itself. */
    readonly load: number;
  },
): string {
  const lines = results.map(({ job, taken }) => {
    const { against, times, memory } = job.wanted;
    const ratio = taken.dteg && taken[against] ? taken.dteg.seconds / taken[against].seconds : NaN;
    const wish = `≤ ${times.toFixed(2)}x ${TOOLS[against]}${memory ? `, ≤ ${memory} MB` : ""}`;
    const cells = (Object.keys(TOOLS) as Tool[]).map((tool) => cell(taken[tool]));
    return `| ${[job.name, ...cells, `${ratio.toFixed(2)}x`, wish].join(" | ")} |`;
  });
  return `## PostgreSQL

${
    formatCount(orders.rows)
  } orders of the same making in PostgreSQL ${version} on the same machine, with fsync off; the machine's load was
${
    load.toFixed(1)
  } before this began. Each cell: time / CPU of the client, without the server's / memory of the client. \`psql\` is the floor: \`COPY\` in
binary to nowhere, \`COPY | COPY\` and \`\\copy\` with the primary key added after, \`COPY\` and \`MERGE\`. DuckDB alone has its postgres
extension, ${threads} threads and the same memory limit; into DuckDB it makes the same types. They take turns, ${rounds} rounds; numbers are
medians. After the last round each output is compared by count and an order-independent hash of all values. Beside what DuckDB
alone does, dteg looks for NaN in numerics on the same snapshot, refuses moments that DuckDB cannot hold, and commits its state.

| | psql | DuckDB alone | dteg | dteg's time | wanted |
| --- | ---: | ---: | ---: | ---: | --- |
${lines.join("\n")}
`;
}

function cell(taken: Measured | undefined): string {
  if (!taken) return "";
  return `${taken.seconds.toFixed(2)} s / ${taken.cpu.toFixed(1)} s / ${formatBytes(taken.memory)}`;
}
