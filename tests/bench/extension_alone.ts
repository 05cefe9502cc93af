// DuckDB alone with its extensions for servers: `deno run extension_alone.ts JOB`, where JOB is JSON.
import { DuckDBInstance } from "@duckdb/node-api";

/** Statements for DuckDB, the first of which attach what they need. */
export interface ExtensionJob {
  /** Paths of extensions. */
  readonly extensions: readonly string[];
  readonly statements: readonly string[];
  readonly threads: number;
  /** Bytes. */
  readonly memory: number;
  readonly spill: string;
}

async function work({ extensions, statements, threads, memory, spill }: ExtensionJob): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(threads),
    memory_limit: `${Math.floor(memory / 1e6)}MB`,
    temp_directory: spill,
  });
  const connection = await instance.connect();
  for (const path of extensions) await connection.run(`LOAD '${path}'`);
  await connection.run("SET TimeZone = 'UTC'");
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

if (import.meta.main) await work(JSON.parse(Deno.args[0]));
