import { fileTarget } from "../file_target.ts";
import type { Setting } from "../jobs.ts";
import { dltCommand, type DltJob } from "../dlt_command.ts";
import { ORDER_TYPES } from "../orders.ts";
import { extensionCommand, runCommand, shell } from "../server_commands.ts";
import { sameSum, type ServerJob, type Tool } from "../turns.ts";
import { checksumInPostgres, pgColumns, type PostgresPlace } from "./postgres_place.ts";

const EXTENSION = new URL("../../../.build/extensions/postgres_scanner.duckdb_extension", import.meta.url).pathname;

/** All jobs of a place. */
export async function postgresJobs(place: PostgresPlace, setting: Setting): Promise<readonly ServerJob[]> {
  const { folder, orders } = setting;
  const { src, dst, server } = place;
  const copyOut = (table: string) => `psql -qX '${src}' -c 'COPY ${table} TO STDOUT (FORMAT binary)'`;
  const attach = [`ATTACH '${src}' AS src (TYPE postgres, READ_ONLY)`, `ATTACH '${dst}' AS dst (TYPE postgres)`];
  const alone = (...statements: readonly string[]) =>
    extensionCommand({ extensions: [EXTENSION], statements: [...attach, ...statements] }, setting);
  const addKey = "ALTER TABLE orders ADD PRIMARY KEY (id)";
  const dteg = (...args: readonly string[]) => runCommand(args, setting);

  const dlt = (job: Pick<DltJob, "table" | "to" | "target" | "write">) =>
    dltCommand({ source: src, into: "orders", schema: "public", key: "id", ...job }, setting);

  const inFile = (suffix: "parquet" | "duckdb") => {
    const target = fileTarget("pg", { suffix, table: "public.orders", folder, orders });
    const before = async (tool: Tool) => {
      await target.clear(tool);
      await server.psql("CHECKPOINT");
    };
    return { ...target, before };
  };
  const parquet = inFile("parquet"), duckdb = inFile("duckdb");

  const inServer = {
    before: async () => {
      await server.psql("DROP TABLE IF EXISTS orders; DROP TABLE IF EXISTS _dteg_state; CHECKPOINT", { db: "dst" });
    },
    check: async (tool: Tool) => {
      const found = await checksumInPostgres(server, { db: "dst", table: "orders" });
      sameSum(found, { wanted: place.whole, where: `the table of ${tool}` });
    },
  };

  const names = Object.keys(ORDER_TYPES);
  const csvPipeline = await typedPipeline(place, setting);
  return [
    {
      name: "PostgreSQL to Parquet (zstd)",
      wanted: { against: "duckdb", times: 0.85, memory: 400 },
      commands: {
        floor: shell(`${copyOut("orders")} > /dev/null`),
        duckdb: alone(`COPY src.public.orders TO '${parquet.path("duckdb")}' (FORMAT parquet, COMPRESSION zstd)`),
        dlt: await dlt({ table: "orders", to: "parquet", target: parquet.path("dlt"), write: "replace" }),
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
        dlt: await dlt({ table: "orders", to: "duckdb", target: duckdb.path("dlt"), write: "replace" }),
        dteg: dteg("--from", src, "--stream", "public.orders", "--to", `duckdb://${duckdb.path("dteg")}`),
      },
      ...duckdb,
    },
    {
      name: "PostgreSQL to PostgreSQL, replace, with key",
      wanted: { against: "floor", times: 0.85, memory: 200 },
      commands: {
        floor: shell(
          `psql -qX '${dst}' -c 'CREATE TABLE orders (${pgColumns("json")})'; ${
            copyOut("orders")
          } | psql -qX '${dst}' -c 'COPY orders FROM STDIN (FORMAT binary)'; psql -qX '${dst}' -c '${addKey}'`,
        ),
        duckdb: alone(
          "CREATE TABLE dst.public.orders AS FROM src.public.orders",
          `CALL postgres_execute('dst', '${addKey}')`,
        ),
        dlt: await dlt({ table: "orders", to: "postgres", target: dst, write: "replace" }),
        dteg: dteg("--from", src, "--stream", "public.orders", "--to", dst, "--write", "replace", "--key", "id"),
      },
      ...inServer,
    },
    {
      name: "CSV to PostgreSQL, with key",
      wanted: { against: "floor", times: 1.1 },
      commands: {
        floor: shell(
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
      wanted: { against: "floor", times: 1.3 },
      commands: {
        floor: shell(
          `${copyOut("changes")} | psql -qX '${dst}' -c 'CREATE TEMP TABLE s (LIKE orders)' ` +
            `-c 'COPY s FROM STDIN (FORMAT binary)' -c 'MERGE INTO orders t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET ${
              names.slice(1).map((name) => `${name} = s.${name}`).join(", ")
            } WHEN NOT MATCHED THEN INSERT VALUES (${names.map((name) => `s.${name}`).join(", ")})'`,
        ),
        dlt: await dlt({ table: "changes", to: "postgres", target: dst, write: "merge" }),
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
        sameSum(found, { wanted: place.merged, where: `the merged table of ${tool}` });
      },
    },
  ];
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
