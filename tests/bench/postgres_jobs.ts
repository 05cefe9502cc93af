import type { Setting } from "./jobs.ts";
import { checksumOf, ORDER_TYPES } from "./orders.ts";
import type { PostgresAloneJob } from "./postgres_alone.ts";
import { checksumInPostgres, pgColumns, type PostgresPlace } from "./postgres_place.ts";

/** Who does a job: dteg, the server's own client, or DuckDB alone with its extension. */
export type Tool = "dteg" | "psql" | "duckdb";

/** A load from or into PostgreSQL. */
export interface PostgresJob {
  readonly name: string;
  /** What is wanted of dteg: its time as a share of another's, and the most memory in MB. */
  readonly wanted: { readonly against: Tool; readonly times: number; readonly memory?: number };
  /** The commands; a job that a tool cannot do is left out. */
  readonly commands: Readonly<Partial<Record<Tool, readonly string[]>>>;
  /** Makes the target as it is before the load. */
  before(tool: Tool): Promise<void>;
  /** Throws when the target does not hold exactly what it must. */
  check(tool: Tool): Promise<void>;
}

const EXTENSION = new URL("../../.build/extensions/postgres_scanner.duckdb_extension", import.meta.url).pathname;

/** All jobs of a place. */
export async function postgresJobs(place: PostgresPlace, setting: Setting): Promise<readonly PostgresJob[]> {
  const { folder, orders } = setting;
  const { src, dst, server } = place;
  const copyOut = (table: string) => `psql -qX '${src}' -c 'COPY ${table} TO STDOUT (FORMAT binary)'`;
  const shell = (script: string) => ["bash", "-c", `set -eo pipefail; ${script}`];
  const alone = (...statements: readonly string[]) => aloneCommand({ src, dst, statements, setting });
  const addKey = "ALTER TABLE orders ADD PRIMARY KEY (id)";
  const dteg = (...args: readonly string[]) => dtegCommand(args, setting);

  const inFile = (suffix: "parquet" | "duckdb") => {
    const path = (tool: Tool) => `${folder}/pg_${tool}.${suffix}`;
    return {
      path,
      before: async (tool: Tool) => {
        for (const old of [path(tool), `${path(tool)}.wal`, `${folder}/.pg_${tool}.${suffix}.dteg.json`]) {
          await Deno.remove(old).catch((error) => {
            if (!(error instanceof Deno.errors.NotFound)) throw error;
          });
        }
        await server.psql("CHECKPOINT");
      },
      check: async (tool: Tool) => {
        if (tool === "psql") return;
        const found = suffix === "parquet"
          ? await checksumOf(`read_parquet('${path(tool)}')`)
          : await checksumOf("made.public.orders", { attach: path(tool) });
        same(found, { wanted: orders.checksum, where: path(tool) });
      },
    };
  };
  const parquet = inFile("parquet"), duckdb = inFile("duckdb");

  const inServer = {
    before: async () => {
      await server.psql("DROP TABLE IF EXISTS orders; DROP TABLE IF EXISTS _dteg_state; CHECKPOINT", { db: "dst" });
    },
    check: async (tool: Tool) => {
      const found = await checksumInPostgres(server, { db: "dst", table: "orders" });
      same(found, { wanted: place.whole, where: `the table of ${tool}` });
    },
  };

  const names = Object.keys(ORDER_TYPES);
  const csvPipeline = await typedPipeline(place, setting);
  return [
    {
      name: "PostgreSQL to Parquet (zstd)",
      wanted: { against: "duckdb", times: 0.85, memory: 400 },
      commands: {
        psql: shell(`${copyOut("orders")} > /dev/null`),
        duckdb: alone(`COPY src.public.orders TO '${parquet.path("duckdb")}' (FORMAT parquet, COMPRESSION zstd)`),
        dteg: dteg("--from", src, "--stream", "public.orders", "--to", parquet.path("dteg")),
      },
      ...parquet,
    },
    {
      name: "PostgreSQL to DuckDB",
      wanted: { against: "duckdb", times: 1.1 },
      commands: {
        duckdb: alone(
          `ATTACH '${duckdb.path("duckdb")}' AS made`,
          "CREATE SCHEMA made.public",
          "CREATE TABLE made.public.orders AS SELECT * REPLACE (CAST(attributes AS JSON) AS attributes) FROM src.public.orders",
          "DETACH made",
        ),
        dteg: dteg("--from", src, "--stream", "public.orders", "--to", `duckdb://${duckdb.path("dteg")}`),
      },
      ...duckdb,
    },
    {
      name: "PostgreSQL to PostgreSQL, replace, with key",
      wanted: { against: "psql", times: 0.85, memory: 200 },
      commands: {
        psql: shell(
          `psql -qX '${dst}' -c 'CREATE TABLE orders (${pgColumns("json")})'; ${
            copyOut("orders")
          } | psql -qX '${dst}' -c 'COPY orders FROM STDIN (FORMAT binary)'; psql -qX '${dst}' -c '${addKey}'`,
        ),
        duckdb: alone(
          "CREATE TABLE dst.public.orders AS FROM src.public.orders",
          `CALL postgres_execute('dst', '${addKey}')`,
        ),
        dteg: dteg("--from", src, "--stream", "public.orders", "--to", dst, "--write", "replace", "--key", "id"),
      },
      ...inServer,
    },
    {
      name: "CSV to PostgreSQL, with key",
      wanted: { against: "psql", times: 1.1 },
      commands: {
        psql: shell(
          `psql -qX '${dst}' -c 'CREATE TABLE orders (${pgColumns("jsonb")})' ` +
            `-c "\\copy orders FROM '${orders.path}' (FORMAT csv, HEADER)" -c '${addKey}'`,
        ),
        duckdb: alone(
          `CREATE TABLE dst.public.orders AS FROM read_csv('${orders.path}', auto_detect = false, header = true, delim = ',', ` +
            `quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, columns = {${
              Object.entries(ORDER_TYPES).map(([name, type]) => `'${name}': '${type}'`).join(", ")
            }})`,
          `CALL postgres_execute('dst', '${addKey}')`,
        ),
        dteg: dteg(csvPipeline),
      },
      ...inServer,
    },
    {
      name: `merge of ${place.base / 10} updates and ${place.base / 20} inserts into ${place.base} rows`,
      wanted: { against: "psql", times: 1.3 },
      commands: {
        psql: shell(
          `${copyOut("changes")} | psql -qX '${dst}' -c 'CREATE TEMP TABLE s (LIKE orders)' ` +
            `-c 'COPY s FROM STDIN (FORMAT binary)' -c 'MERGE INTO orders t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET ${
              names.slice(1).map((name) => `${name} = s.${name}`).join(", ")
            } WHEN NOT MATCHED THEN INSERT VALUES (${names.map((name) => `s.${name}`).join(", ")})'`,
        ),
        dteg: dteg(
          ...["--from", src, "--stream", "public.changes", "--to", dst, "--into", "public.orders"],
          ...["--write", "merge", "--key", "id"],
        ),
      },
      before: async () => {
        await inServer.before();
        await server.psql(
          `CREATE TABLE orders (${pgColumns("json")});
          \\copy orders FROM PROGRAM 'psql -qX ''${src}'' -c "COPY base TO STDOUT"'
          ${addKey};
          VACUUM ANALYZE orders;
          CHECKPOINT;`,
          { db: "dst" },
        );
      },
      check: async (tool) => {
        const found = await checksumInPostgres(server, { db: "dst", table: "orders" });
        same(found, { wanted: place.merged, where: `the merged table of ${tool}` });
      },
    },
  ];
}

function same(found: string, { wanted, where }: { readonly wanted: string; readonly where: string }): void {
  if (found !== wanted) throw new Error(`${where} holds ${found}, wanted ${wanted}`);
}

/** What dteg takes beside DuckDB's share of --max-memory. */
const BESIDE_DUCKDB = 180e6;

function dtegCommand(args: readonly string[], { binary, threads, memory }: Setting): readonly string[] {
  const limits = ["--threads", String(threads), "--max-memory", String(Math.round(memory + BESIDE_DUCKDB))];
  return [binary, "run", ...args, "--yes", "--quiet", ...limits];
}

function aloneCommand(
  { setting: { threads, memory, folder }, ...rest }: Pick<PostgresAloneJob, "src" | "dst" | "statements"> & {
    readonly setting: Setting;
  },
): readonly string[] {
  const job: PostgresAloneJob = { ...rest, extension: EXTENSION, threads, memory, spill: `${folder}/spill` };
  const script = new URL("postgres_alone.ts", import.meta.url).pathname;
  return [Deno.execPath(), "run", "-A", "--no-check", script, JSON.stringify(job)];
}

/** A pipeline file that loads the CSV with the types given. */
async function typedPipeline({ dst }: PostgresPlace, { folder, orders }: Setting): Promise<string> {
  const columns = Object.fromEntries(Object.entries(ORDER_TYPES).map(([name, type]) => [name, { type }]));
  const stream = {
    name: orders.path.replace(/^.*\/|\.csv$/g, ""),
    into: "orders",
    write: "replace",
    key: "id",
    columns,
  };
  const pipeline = {
    version: 1,
    name: "csv_to_postgres",
    source: { use: "file", config: { path: orders.path } },
    streams: [stream],
    destination: { use: "postgres", config: { url: dst } },
  };
  const path = `${folder}/csv_to_postgres.yaml`;
  await Deno.writeTextFile(path, JSON.stringify(pipeline, null, 2)); // JSON is YAML
  return path;
}
