import { pythonWith } from "../python_packages.ts";

const WHEELS = [
  "dlt[duckdb,postgres,parquet,sql-database]==1.31.0",
  "SQLAlchemy==2.0.58", // its next one asks for another driver than dlt brings
  "connectorx==0.4.6",
  "duckdb==1.5.5",
  "psycopg2-binary==2.9.13",
  "adbc-driver-manager==1.13.0",
  "adbc-driver-postgresql==1.13.0",
];

/** A load that dlt does. */
export interface DltJob {
  /** URL of the source's database. */
  readonly source: string;
  readonly table: string;
  readonly to: "parquet" | "duckdb" | "postgres";
  /** A folder, a file, or the URL of a database. */
  readonly target: string;
  readonly into: string;
  readonly schema: string;
  readonly write: "replace" | "merge";
  readonly key?: string;
}

/** The command of a load by dlt; it begins with an empty folder of its own each time. */
export async function dltCommand(job: DltJob, { folder }: { readonly folder: string }): Promise<readonly string[]> {
  const python = await pythonWith(WHEELS, { folder: "peers" });
  const script = new URL("dlt_load.py", import.meta.url).pathname;
  const own = `${folder}/dlt`;
  const clean = `rm -rf "$0" && RUNTIME__DLTHUB_TELEMETRY=false exec "$@"`;
  return ["bash", "-c", clean, own, python, script, JSON.stringify({ ...job, folder: own })];
}
