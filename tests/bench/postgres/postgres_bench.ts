import { formatCount } from "../../../runtime/commands/view/numbers.ts";
import type { Setting } from "../jobs.ts";
import { type ServerResult, takeTurns, type ToolNames, turnsTable } from "../turns.ts";
import { nothingNewJob } from "./nothing_new_job.ts";
import { postgresJobs } from "./postgres_jobs.ts";
import { proofJobs } from "./proof_jobs.ts";
import { openPlace } from "./postgres_place.ts";

const NAMES: ToolNames = { floor: "psql", duckdb: "DuckDB alone", dlt: "dlt", dteg: "dteg" };

/** Runs the loads from and into PostgreSQL, each tool in turn, and gives the part of the page about them. */
export async function benchPostgres(setting: Setting, { rounds }: { readonly rounds: number }): Promise<string> {
  console.log("filling PostgreSQL");
  await using place = await openPlace(setting);
  const load = Deno.loadavg()[0];
  const results: ServerResult[] = [];
  const jobs = [
    ...await postgresJobs(place, setting),
    ...await proofJobs(place, setting),
    await nothingNewJob(place, setting),
  ];
  for (const job of jobs) {
    results.push(await takeTurns(job, { names: NAMES, folder: setting.folder, rounds }));
  }
  const version = await place.server.psql("SHOW server_version");
  return part(results, { setting, rounds, version, load });
}

function part(
  results: readonly ServerResult[],
  { setting: { orders, threads }, rounds, version, load }: {
    readonly setting: Setting;
    readonly rounds: number;
    readonly version: string;
    /** Load of the machine before, beside what the bench did itself. */
    readonly load: number;
  },
): string {
  return `## PostgreSQL

${
    formatCount(orders.rows)
  } orders of the same making in PostgreSQL ${version} on the same machine, with fsync off; the machine's load was
${
    load.toFixed(1)
  } before this began. Each cell: time / CPU of the client, without the server's / memory of the client. \`psql\` is the floor: \`COPY\` in
binary to nowhere, \`COPY | COPY\` and \`\\copy\` with the primary key added after, \`COPY\` and \`MERGE\`;
of the proofs two sums of row hashes, and all keys of both sides to nowhere, side by side. DuckDB alone has its postgres
extension, ${threads} threads and the same memory limit; into DuckDB it makes the same types. They take turns, ${rounds} rounds; numbers are
medians. After the last round each output is compared by count and an order-independent hash of all values. dlt 1.31 (ConnectorX, Arrow
and ADBC, its quickest way) is measured once; "other values": what it brought is not equal to the source. Beside what DuckDB
alone does, dteg looks for NaN in numerics on the same snapshot, refuses moments that DuckDB cannot hold, and commits its state.

${turnsTable(results, NAMES)}
`;
}
