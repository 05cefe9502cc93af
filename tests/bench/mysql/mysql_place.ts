import { openServer as openMariadb, type TestServer as Mariadb } from "../../mysql/server.ts";
import { openServer as openPostgres, type TestServer as Postgres } from "../../postgres/server.ts";
import type { Setting } from "../jobs.ts";
import { measure } from "../measure.ts";
import { shell } from "../server_commands.ts";
import { sameSum } from "../turns.ts";
import { LOGIN, mariadbCommand } from "./mariadb_command.ts";
import { checksumInMariadb, checksumInPostgres } from "./mysql_sums.ts";

/** A MariaDB and a PostgreSQL, each with the orders in the database `src`, and an empty database `dst`. */
export interface MysqlPlace extends AsyncDisposable {
  readonly mariadb: Mariadb;
  readonly postgres: Postgres;
}

/** Columns of the orders in the MariaDB that is read. */
const SOURCE =
  "id bigint NOT NULL PRIMARY KEY, customer_id bigint, status varchar(20), amount decimal(18,4), note text, " +
  "is_paid tinyint(1), ordered_at timestamp(6) NULL, attributes json";

/** Columns of the orders in the PostgreSQL that is read. */
const POSTGRES_SOURCE = "id bigint NOT NULL PRIMARY KEY, customer_id bigint, status text, amount numeric(18,4), " +
  "note text, is_paid boolean, ordered_at timestamptz, attributes json";

/** PostgreSQL's orders, piped as text into a table of MariaDB; NULL, line breaks and backslashes are the same words in both. */
export function copyIntoMariadb(
  { mariadb, postgres }: Pick<MysqlPlace, "mariadb" | "postgres">,
  { into, columns }: { readonly into: string; readonly columns: string },
): string {
  const select =
    "SELECT id, customer_id, status, amount, note, is_paid::int, ordered_at AT TIME ZONE $$UTC$$, attributes FROM orders";
  const load = `CREATE TABLE orders (${columns}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin; ` +
    "LOAD DATA LOCAL INFILE '/dev/stdin' INTO TABLE orders CHARACTER SET utf8mb4";
  return `psql -qX '${postgres.url("src")}' -c 'COPY (${select}) TO STDOUT' | ${
    mariadbCommand(mariadb)
  } ${into} -e "${load}"`;
}

/** Starts servers of its own and fills them. */
export async function openMysqlPlace({ orders, folder }: Setting): Promise<MysqlPlace> {
  await using stack = new AsyncDisposableStack();
  const postgres = stack.use(await openPostgres({ settings: { max_wal_size: "8GB" } }));
  const mariadb = stack.use(
    await openMariadb({
      options: { "innodb-buffer-pool-size": "1G", "innodb-log-file-size": "1G", "max-allowed-packet": "64M" },
    }),
  );
  for (const server of [postgres, mariadb]) for (const db of ["src", "dst"]) await server.createDatabase(db);
  for (const user of ["localhost", "127.0.0.1"].map((host) => `'${LOGIN.user}'@'${host}'`)) {
    await mariadb.sql(`CREATE USER ${user} IDENTIFIED BY '${LOGIN.password}'; GRANT ALL ON *.* TO ${user}`);
  }
  await postgres.psql(
    `CREATE TABLE orders (${POSTGRES_SOURCE});\n\\copy orders FROM '${orders.path}' (FORMAT csv, HEADER)\n`,
    { db: "src" },
  );
  await postgres.psql("VACUUM ANALYZE", { db: "src" });
  await measure(shell(copyIntoMariadb({ mariadb, postgres }, { into: "src", columns: SOURCE })));
  await mariadb.sql("ANALYZE TABLE orders", { db: "src" });
  const wanted = orders.checksum;
  sameSum(await checksumInPostgres(postgres, { db: "src", folder }), { wanted, where: "the source in PostgreSQL" });
  sameSum(await checksumInMariadb(mariadb, { db: "src", folder }), { wanted, where: "the source in MariaDB" });
  const servers = stack.move();
  return { mariadb, postgres, [Symbol.asyncDispose]: () => servers.disposeAsync() };
}
