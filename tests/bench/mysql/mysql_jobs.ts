import { DUCKDB_EXTENSIONS, type ExtensionSource } from "../../../deploy/binary/versions.ts";
import { cannotBeHad, getExtension } from "../../../deploy/binary/extension.ts";
import { fileTarget } from "../file_target.ts";
import type { Setting } from "../jobs.ts";
import { extensionCommand, runCommand, shell } from "../server_commands.ts";
import { sameSum, type ServerJob, type Tool } from "../turns.ts";
import { LOGIN, mariadbCommand } from "./mariadb_command.ts";
import { copyIntoMariadb, type MysqlPlace } from "./mysql_place.ts";
import { checksumInMariadb, checksumInPostgres } from "./mysql_sums.ts";

/** DuckDB's extension that dteg is measured against; the binary does not carry it. */
const MYSQL_SCANNER: ExtensionSource = {
  name: "mysql_scanner",
  wheel: "duckdb-extension-mysql-scanner==1.5.5",
  site: "https://extensions.duckdb.org/v1.5.5/",
  sha256: {
    x86_64: "e2d3328b5370ae703f2c287c314a87979de513ef270d4dd565071c03057d2601",
    aarch64: "4f07a6b5f95cd43d580a1807e1154afac2cb05f37700a76c40989104a51fd2cb",
  },
};
const FOLDER = new URL("../../../.build/extensions", import.meta.url).pathname;

/** The tables that dteg makes, for the others to make the same. */
const IN_POSTGRES = "id bigint, customer_id bigint, status text, amount numeric(18,4), note text, is_paid smallint, " +
  "ordered_at timestamptz, attributes jsonb";
const IN_MARIADB = "id bigint NOT NULL PRIMARY KEY, customer_id bigint, status longtext, amount decimal(18,4), " +
  "note longtext, is_paid tinyint(1), ordered_at datetime(6), attributes json";

/** All jobs of a place. DuckDB alone is left out, and told, where its extension cannot be had. */
export async function mysqlJobs(place: MysqlPlace, setting: Setting): Promise<readonly ServerJob[]> {
  const { folder, orders } = setting;
  const { mariadb, postgres } = place;
  const [src, dst] = ["src", "dst"].map((db) => ({ my: mariadb.url(db, LOGIN), pg: postgres.url(db) }));
  const dteg = (...args: readonly string[]) => runCommand(args, setting);
  const alone = await aloneWith(setting);
  const dump = `${mariadbCommand(mariadb)} src --batch --quick --skip-column-names -e "SELECT * FROM orders"`;
  const addKey = "ALTER TABLE orders ADD PRIMARY KEY (id)";
  const checkpoint = () => postgres.psql("CHECKPOINT");
  const inFile = (suffix: "parquet" | "duckdb", table: string) => {
    const target = fileTarget("my", { suffix, table, folder, orders });
    return { ...target, before: target.clear };
  };
  const parquet = inFile("parquet", ""), duckdb = inFile("duckdb", "orders");
  const same = (found: string, tool: Tool) =>
    sameSum(found, { wanted: orders.checksum, where: `the table of ${tool}` });

  return [
    {
      name: "MariaDB to PostgreSQL, with key",
      wanted: { against: "floor", times: 1.15 },
      commands: {
        floor: shell(
          `psql -qX '${dst.pg}' -c 'CREATE TABLE orders (${IN_POSTGRES})'; ${dump} | ` +
            `PGOPTIONS='-c TimeZone=UTC' psql -qX '${dst.pg}' -c "COPY orders FROM STDIN (NULL 'NULL')"; ` +
            `psql -qX '${dst.pg}' -c '${addKey}'`,
        ),
        duckdb: alone?.(
          `ATTACH '${src.my}' AS src (TYPE mysql, READ_ONLY)`,
          `ATTACH '${dst.pg}' AS dst (TYPE postgres)`,
          "CREATE TABLE dst.public.orders AS FROM src.orders",
          `CALL postgres_execute('dst', '${addKey}')`,
        ),
        dteg: dteg("--from", src.my, "--stream", "orders", "--to", dst.pg, "--into", "public.orders", "--key", "id"),
      },
      before: async () => {
        await postgres.psql("DROP TABLE IF EXISTS orders; DROP TABLE IF EXISTS _dteg_state", { db: "dst" });
        await checkpoint();
      },
      check: async (tool) => same(await checksumInPostgres(postgres, { db: "dst", folder }), tool),
    },
    {
      name: "PostgreSQL to MariaDB, with key",
      wanted: { against: "floor", times: 1.2 },
      commands: {
        floor: shell(copyIntoMariadb(place, { into: "dst", columns: IN_MARIADB })),
        duckdb: alone?.(
          `ATTACH '${src.pg}' AS src (TYPE postgres, READ_ONLY)`,
          `ATTACH '${dst.my}' AS dst (TYPE mysql)`,
          `CALL mysql_execute('dst', 'CREATE TABLE orders (${IN_MARIADB})')`, // its own would have no microseconds
          "CALL mysql_clear_cache()",
          "INSERT INTO dst.orders FROM src.public.orders",
        ),
        dteg: dteg("--from", src.pg, "--stream", "public.orders", "--to", dst.my, "--into", "orders", "--key", "id"),
      },
      before: async () => {
        await mariadb.sql("CREATE OR REPLACE DATABASE dst CHARACTER SET utf8mb4");
        await checkpoint();
      },
      check: async (tool) => same(await checksumInMariadb(mariadb, { db: "dst", folder }), tool),
    },
    {
      name: "MariaDB to Parquet (zstd)",
      wanted: { against: "duckdb", times: 1 },
      commands: {
        floor: shell(`${dump} > /dev/null`),
        duckdb: alone?.(
          `ATTACH '${src.my}' AS src (TYPE mysql, READ_ONLY)`,
          `COPY src.orders TO '${parquet.path("duckdb")}' (FORMAT parquet, COMPRESSION zstd)`,
        ),
        dteg: dteg("--from", src.my, "--stream", "orders", "--to", parquet.path("dteg")),
      },
      ...parquet,
    },
    {
      name: "MariaDB to DuckDB",
      wanted: { against: "duckdb", times: 1 },
      commands: {
        duckdb: alone?.(
          `ATTACH '${src.my}' AS src (TYPE mysql, READ_ONLY)`,
          `ATTACH '${duckdb.path("duckdb")}' AS made`,
          "CREATE TABLE made.orders AS SELECT * REPLACE (CAST(attributes AS JSON) AS attributes) FROM src.orders",
          "DETACH made",
        ),
        dteg: dteg(
          "--from",
          src.my,
          "--stream",
          "orders",
          "--to",
          `duckdb://${duckdb.path("dteg")}`,
          "--into",
          "orders",
        ),
      },
      ...duckdb,
    },
  ];
}

/** DuckDB's command for statements, with the extensions of both servers. */
async function aloneWith(
  setting: Setting,
): Promise<((...statements: readonly string[]) => readonly string[]) | undefined> {
  const extensions: string[] = [];
  for (const source of [...DUCKDB_EXTENSIONS, MYSQL_SCANNER]) {
    const path = await getExtension(source, FOLDER);
    if (!path) {
      console.log(`${cannotBeHad(source.name)}; measured without DuckDB alone`);
      return undefined;
    }
    extensions.push(path);
  }
  return (...statements) => extensionCommand({ extensions, statements }, setting);
}
