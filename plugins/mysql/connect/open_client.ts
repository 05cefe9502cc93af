import type { CheckStep } from "../../../sdk/mod.ts";
import type { MysqlClient } from "../driver.ts";
import type { Parameters } from "../parameters.ts";
import { dropClient } from "./client_socket.ts";
import { tlsOptions, watchTls } from "./tls_options.ts";

/** Seconds that the server waits for a slow other end of the load before it gives up. */
const PATIENCE = 86_400;

/** The session, whatever server, user and database have set. */
const SETTINGS: readonly string[] = [
  "NAMES utf8mb4",
  "time_zone = '+00:00'",
  "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,ERROR_FOR_DIVISION_BY_ZERO'",
  "autocommit = 1",
  "sql_select_limit = DEFAULT",
  "sql_safe_updates = 0",
  "sql_auto_is_null = 0",
  `net_write_timeout = ${PATIENCE}`,
  `net_read_timeout = ${PATIENCE}`,
  `wait_timeout = ${PATIENCE}`,
];

/** Connects, logs in and sets the session; `step` is told what begins. */
export async function openClient(
  parameters: Parameters,
  { useTls, step }: { readonly useTls: boolean; readonly step?: CheckStep },
): Promise<MysqlClient> {
  const { createConnection } = await import("../driver.ts");
  const { host, port, socket, user, password, database, connectTimeout } = parameters;
  const ssl = useTls ? tlsOptions(parameters) : undefined;
  if (step) await lookUp(parameters, step);
  step?.("tcp", socket ?? `${host.includes(":") ? `[${host}]` : host}:${port}`);
  const client = createConnection({
    ...(socket === undefined ? { host, port } : { socketPath: socket }),
    user,
    password,
    database,
    connectTimeout: connectTimeout * 1000,
    charset: "UTF8MB4_GENERAL_CI",
    enableKeepAlive: true,
    ssl,
    disableEval: true,
    stringifyObjects: true,
    typeCast: (field) => field.string(), // every value is the server's own text
  });
  client.on("error", () => {}); // an idle connection that ends is told by the next statement
  if (useTls) step?.("tls", `sslmode=${parameters.sslmode}`);
  step?.("login", `${user}${database === undefined ? "" : ` to ${database}`}`);
  const watch = useTls ? watchTls(client, parameters) : undefined;
  try {
    await new Promise<void>((resolve, reject) =>
      client.connect((error) => error ? reject(watch?.reasonOf(error) ?? error) : resolve())
    );
    await run(client, `SET ${settingsOf(client, parameters).join(", ")}`);
    await run(client, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    return client;
  } catch (error) {
    dropClient(client);
    throw error;
  }
}

function settingsOf(client: MysqlClient, { statementTimeout }: Parameters): readonly string[] {
  const isMariadb = Reflect.get(client, "_isMariaDB") === true;
  const limit = isMariadb
    ? `max_statement_time = ${statementTimeout}`
    : `max_execution_time = ${statementTimeout * 1000}`;
  return [...SETTINGS, limit];
}

function run(client: MysqlClient, sql: string): Promise<void> {
  return new Promise((resolve, reject) => client.query(sql, (error) => error ? reject(error) : resolve()));
}

/** The name's address; the driver looks it up again for itself. */
async function lookUp({ host, socket }: Parameters, step: CheckStep): Promise<void> {
  if (socket !== undefined || /^[\d.]+$|:/.test(host)) return;
  step("dns", host);
  const { lookup } = await import("node:dns/promises");
  await lookup(host);
}
