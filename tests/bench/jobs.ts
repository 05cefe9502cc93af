import type { AloneJob } from "./duckdb_alone.ts";
import { checksumOf, ORDER_TYPES, type Orders } from "./orders.ts";

/** A load that dteg and DuckDB alone both do. */
export interface Job {
  readonly name: string;
  readonly target: "parquet" | "duckdb";
  /** Whether dteg is told the types; DuckDB alone always is. */
  readonly types: "given" | "guessed";
}

export const JOBS: readonly Job[] = [
  { name: "CSV to Parquet (zstd), types given", target: "parquet", types: "given" },
  { name: "CSV to Parquet (zstd), types guessed", target: "parquet", types: "guessed" },
  { name: "CSV to DuckDB, types given", target: "duckdb", types: "given" },
  { name: "CSV to DuckDB, types guessed", target: "duckdb", types: "guessed" },
];

/** What all jobs share. */
export interface Setting {
  readonly folder: string;
  readonly binary: string;
  readonly orders: Orders;
  readonly threads: number;
  /** Bytes that DuckDB may hold, alone and in dteg. */
  readonly memory: number;
}

/** A command and the file that it makes. */
export interface Command {
  readonly words: readonly string[];
  readonly output: string;
  readonly cwd: string;
}

/** What dteg takes beside DuckDB's share of --max-memory. */
const BESIDE_DUCKDB = 150e6;

/** dteg's command for a job. */
export async function dtegCommand({ target, types }: Job, setting: Setting): Promise<Command> {
  const { folder, binary, orders, threads, memory } = setting;
  const output = `${folder}/dteg.${target}`;
  const pipeline = {
    version: 1,
    name: `${target}_${types}`,
    source: { use: "file", config: { path: orders.path } },
    streams: [{
      name: orders.path.replace(/^.*\/|\.csv$/g, ""),
      into: "orders",
      ...(types === "given" && { columns: Object.fromEntries(columnTypes()) }),
    }],
    destination: { use: target === "parquet" ? "file" : "duckdb", config: { path: output } },
  };
  const path = `${folder}/${pipeline.name}.yaml`;
  await Deno.writeTextFile(path, JSON.stringify(pipeline, null, 2)); // JSON is YAML
  const limits = ["--threads", String(threads), "--max-memory", String(Math.round(memory + BESIDE_DUCKDB))];
  return { words: [binary, "run", path, "--quiet", ...limits], output, cwd: folder };
}

const columnTypes = () => Object.entries(ORDER_TYPES).map(([name, type]) => [name, { type }]);

/** The command of DuckDB alone for a job. */
export function aloneCommand({ target }: Job, { folder, orders, threads, memory }: Setting): Command {
  const output = `${folder}/alone.${target}`;
  const job: AloneJob = { from: orders.path, to: output, types: ORDER_TYPES, threads, memory };
  const script = new URL("duckdb_alone.ts", import.meta.url).pathname;
  return { words: [Deno.execPath(), "run", "-A", "--no-check", script, JSON.stringify(job)], output, cwd: folder };
}

/** Removes what an earlier round made, and what stands beside it. */
export async function clear({ output, cwd }: Command): Promise<void> {
  const name = output.slice(output.lastIndexOf("/") + 1);
  for (const path of [output, `${output}.wal`, `${cwd}/.${name}.dteg.json`]) {
    await Deno.remove(path, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/** Throws when the output does not hold all orders exactly. */
export async function checkOutput({ target }: Job, { output }: Command, { orders }: Setting): Promise<void> {
  const found = target === "parquet"
    ? await checksumOf(`read_parquet('${output}')`)
    : await checksumOf("made.orders", { attach: output });
  if (found !== orders.checksum) throw new Error(`${output} holds ${found}, wanted ${orders.checksum}`);
}
