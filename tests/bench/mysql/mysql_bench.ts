import { formatCount } from "../../../runtime/commands/view/numbers.ts";
import type { Setting } from "../jobs.ts";
import { type ServerResult, takeTurns, type ToolNames, turnsTable } from "../turns.ts";
import { mysqlJobs } from "./mysql_jobs.ts";
import { openMysqlPlace } from "./mysql_place.ts";

const NAMES: ToolNames = { floor: "by hand", duckdb: "DuckDB alone", dteg: "dteg" };

/** Runs the loads from and into MariaDB, each tool in turn, and gives the part of the page about them. */
export async function benchMysql(setting: Setting, { rounds }: { readonly rounds: number }): Promise<string> {
  console.log("filling MariaDB and PostgreSQL");
  await using place = await openMysqlPlace(setting);
  const load = Deno.loadavg()[0];
  const results: ServerResult[] = [];
  for (const job of await mysqlJobs(place, setting)) {
    results.push(await takeTurns(job, { names: NAMES, folder: setting.folder, rounds }));
  }
  const { orders: { rows }, threads } = setting;
  const mariadb = await place.mariadb.sql("SELECT VERSION()"),
    postgres = await place.postgres.psql("SHOW server_version");
  return `## MariaDB

${
    formatCount(rows)
  } orders of the same making in MariaDB ${mariadb} and PostgreSQL ${postgres} on the same machine, MariaDB without
its doublewrite buffer and with a flush of the log each second, PostgreSQL with fsync off; the machine's load was ${
    load.toFixed(1)
  } before this
began. Each cell: time / CPU of the client, without the servers' / memory of the client. By hand is the floor: the rows that
\`mariadb --batch --quick\` prints, into \`psql\`'s \`COPY\` with the primary key added after, or to nowhere; the text that \`psql\`'s \`COPY\` prints,
into \`LOAD DATA LOCAL INFILE\` of a table with its primary key. (The way by hand takes the text NULL for no value; these orders have none.)
DuckDB alone has its mysql and postgres extensions, ${threads} threads and the same memory limit. They take turns, ${rounds} rounds; numbers are medians. After the
last round each output is read back by \`psql\`, \`mariadb\` or DuckDB and compared with the generator by count and an order-independent hash of all
values.

${turnsTable(results, NAMES)}
`;
}
