import { rootCertificates } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import type { CheckStep } from "../../../sdk/mod.ts";
import type { PgClient } from "../driver.ts";
import type { Parameters, ServerAddress } from "../parameters.ts";
import { clientCertificate, readFile } from "./client_certificate.ts";

/** What a server says of its settings while it logs a client in. */
interface ServerSetting {
  readonly parameterName: string;
  readonly parameterValue: string;
}

/** Connects and logs in; `step` is told what begins. */
export async function openClient(
  server: ServerAddress,
  parameters: Parameters,
  { useTls, step }: { readonly useTls: boolean; readonly step?: CheckStep },
): Promise<PgClient> {
  const { Client } = await import("../driver.ts");
  const ssl = useTls ? tlsOptions(server, parameters) : false;
  if (step) await lookUp(server, step);
  const client = new Client({
    host: server.host,
    port: server.port,
    user: parameters.user,
    password: parameters.password ?? (() => noPassword(parameters)),
    database: parameters.database,
    application_name: parameters.applicationName,
    connectionTimeoutMillis: parameters.connectTimeout * 1000,
    ...(parameters.options !== undefined && { options: parameters.options }),
    ...(parameters.statementTimeout > 0 && { statement_timeout: parameters.statementTimeout * 1000 }),
    ssl,
    keepAlive: true,
    types: { getTypeParser: () => (text: string | Uint8Array) => text },
  });
  client.on("error", () => {}); // an idle connection that ends is told by the next statement
  if (step) tellSteps(client, { server, parameters, useTls, step });
  let isPlainText = true; // a backslash in a literal is one; a server tells when a role has it otherwise, and a pooler keeps what is set
  client.connection.on("parameterStatus", ({ parameterName: name, parameterValue: value }: ServerSetting) => {
    if (name === "standard_conforming_strings") isPlainText = value === "on";
  });
  await client.connect();
  if (!isPlainText) await client.query("SET standard_conforming_strings = on");
  return client;
}

/** The name's address; the driver looks it up again for itself. */
async function lookUp({ host }: ServerAddress, step: CheckStep): Promise<void> {
  if (host.startsWith("/") || isAddress(host)) return;
  step("dns", host);
  const { lookup } = await import("node:dns/promises");
  await lookup(host);
}

interface Telling {
  readonly server: ServerAddress;
  readonly parameters: Parameters;
  readonly useTls: boolean;
  readonly step: CheckStep;
}

function tellSteps(client: PgClient, { server, parameters: { user, database, sslmode }, useTls, step }: Telling): void {
  const { host, port } = server;
  step("tcp", host.startsWith("/") ? host : `${host.includes(":") ? `[${host}]` : host}:${port}`);
  const logIn = () => step("login", `${user} to ${database}`);
  if (useTls) {
    client.connection.once("connect", () => step("tls", `sslmode=${sslmode}`));
    client.connection.once("sslconnect", () => client.connection.stream.once("secureConnect", logIn));
  } else client.connection.once("connect", logIn);
}

/** Asked only when the server wants a password. */
function noPassword({ passwordFault }: Parameters): never {
  throw new Error(`the server wants a password, and none is given${passwordFault ? `; ${passwordFault}` : ""}`);
}

const isAddress = (host: string) => /^[\d.]+$|:/.test(host);

function tlsOptions({ host }: ServerAddress, parameters: Parameters): ConnectionOptions {
  const { sslmode, sslrootcert } = parameters;
  const verifies = sslmode === "verify-ca" || sslmode === "verify-full";
  const roots = sslrootcert === undefined ? undefined : readRoots(sslrootcert);
  return {
    rejectUnauthorized: verifies,
    ca: roots,
    ...clientCertificate(parameters),
    ...(!isAddress(host) && { servername: host }),
    ...(sslmode !== "verify-full" && { checkServerIdentity: () => undefined }),
  };
}

const readRoots = (path: string) => path === "system" ? [...rootCertificates] : readFile(path, "sslrootcert");
