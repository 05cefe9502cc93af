// DuckDB alone: `deno run duckdb_alone.ts JOB`, where JOB is JSON. The same DuckDB, threads and memory as dteg has, and nothing else.
import { DuckDBInstance } from "@duckdb/node-api";

/** A load by DuckDB alone. */
export interface AloneJob {
  readonly from: string;
  /** Ends in .parquet or .duckdb. */
  readonly to: string;
  readonly types: Readonly<Record<string, string>>;
  readonly threads: number;
  /** Bytes. */
  readonly memory: number;
}

async function load({ from, to, types, threads, memory }: AloneJob): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(threads),
    memory_limit: `${Math.floor(memory / 1e6)}MB`,
    temp_directory: `${to}.spill`,
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const columns = Object.entries(types).map(([name, type]) => `'${name}': '${type}'`).join(", ");
  const query = `SELECT * FROM read_csv('${from}', auto_detect = false, header = true, delim = ',', quote = '"', ` +
    `escape = '"', nullstr = '', allow_quoted_nulls = false, columns = {${columns}})`;
  if (to.endsWith(".parquet")) {
    await connection.run(`COPY (${query}) TO '${to}' (FORMAT parquet, COMPRESSION zstd)`);
  } else {
    await connection.run(`ATTACH '${to}' AS made`);
    await connection.run(`CREATE TABLE made.orders AS ${query}`);
    await connection.run("DETACH made");
  }
  connection.closeSync();
  instance.closeSync();
}

if (import.meta.main) await load(JSON.parse(Deno.args[0]));
