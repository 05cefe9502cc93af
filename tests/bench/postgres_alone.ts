// DuckDB alone with its postgres extension: `deno run postgres_alone.ts JOB`, where JOB is JSON.
import { DuckDBInstance } from "@duckdb/node-api";

/** Statements for DuckDB with servers attached: the source as `src`, the target as `dst`. */
export interface PostgresAloneJob {
  readonly extension: string;
  readonly src: string;
  readonly dst: string;
  readonly statements: readonly string[];
  readonly threads: number;
  /** Bytes. */
  readonly memory: number;
  readonly spill: string;
}

async function work({ extension, src, dst, statements, threads, memory, spill }: PostgresAloneJob): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(threads),
    memory_limit: `${Math.floor(memory / 1e6)}MB`,
    temp_directory: spill,
  });
  const connection = await instance.connect();
  await connection.run(`LOAD '${extension}'`);
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`ATTACH '${src}' AS src (TYPE postgres, READ_ONLY)`);
  await connection.run(`ATTACH '${dst}' AS dst (TYPE postgres)`);
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

if (import.meta.main) await work(JSON.parse(Deno.args[0]));
