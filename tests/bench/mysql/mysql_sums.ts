import type { TestServer as Mariadb } from "../../mysql/server.ts";
import type { TestServer as Postgres } from "../../postgres/server.ts";
import { measure } from "../measure.ts";
import { checksumOf, ORDER_TYPES } from "../orders.ts";
import { shell } from "../server_commands.ts";
import { mariadbCommand } from "./mariadb_command.ts";

/** A database with orders, and a folder for what is read of them. */
interface Place {
  readonly db: string;
  readonly folder: string;
}

const quoted = (sql: string) =>
  `IFNULL(CONCAT('\\"', REPLACE(${sql} COLLATE utf8mb4_bin, '\\"', '\\"\\"'), '\\"'), '')`;
const plain = (sql: string) => `IFNULL(${sql}, '')`;
const MARIADB_ROW = [
  plain("id"),
  plain("customer_id"),
  quoted("status"),
  plain("amount"),
  quoted("note"),
  plain("is_paid"),
  plain("ordered_at"),
  quoted("attributes"),
].join(", ");

/** Count and hash of MariaDB's orders, read by its own client. */
export function checksumInMariadb(server: Mariadb, { db, folder }: Place): Promise<string> {
  const client = `${mariadbCommand(server)} --batch --raw --quick --skip-column-names`;
  return checksumOfCsv(
    folder,
    (path) => measure(shell(`${client} ${db} -e "SELECT CONCAT_WS(',', ${MARIADB_ROW}) FROM orders" > '${path}'`)),
  );
}

/** The attributes as they were made: `jsonb` keeps no order of keys. A key too many shows, and so does a number that became text. */
const ATTRIBUTES = `CASE WHEN attributes::jsonb - ARRAY['sku', 'count', 'gift'] = '{}' THEN '{' || ${
  ["sku", "count", "gift"].map((key) => `'"${key}": ' || (attributes::jsonb -> '${key}')::text`).join(" || ', ' || ")
} || '}' ELSE attributes::text END`;

/** Count and hash of PostgreSQL's orders, read by psql. */
export function checksumInPostgres(server: Postgres, { db, folder }: Place): Promise<string> {
  return checksumOfCsv(folder, async (path) => {
    const columns = Object.keys(ORDER_TYPES).map((name) => name === "attributes" ? ATTRIBUTES : name).join(", ");
    await server.psql(`SET TimeZone = 'UTC';\n\\copy (SELECT ${columns} FROM orders) TO '${path}' (FORMAT csv)`, {
      db,
    });
  });
}

/** The checksum of a CSV that `write` makes: NULL is empty, an empty text is in quotes. */
async function checksumOfCsv(
  folder: string,
  write: (path: string) => Promise<unknown>,
): Promise<string> {
  const path = await Deno.makeTempFile({ dir: folder, prefix: "read_back_", suffix: ".csv" });
  try {
    await write(path);
    const columns = Object.keys(ORDER_TYPES).map((name) => `'${name}': 'VARCHAR'`).join(", ");
    return await checksumOf(
      `read_csv('${path}', auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', nullstr = '', ` +
        `allow_quoted_nulls = false, columns = {${columns}})`,
    );
  } finally {
    await Deno.remove(path);
  }
}
