import { existsSync, readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { DtegError } from "../../sdk/mod.ts";
import type { PostgresConfig } from "./mod.ts";

/** Where a server may be. */
export interface ServerAddress {
  /** Name, address, or the folder of a unix socket. */
  readonly host: string;
  readonly port: number;
}

/** How TLS is used. */
export type SslMode = NonNullable<PostgresConfig["sslmode"]>;

/** All that a connection needs, as libpq would find it. */
export interface Parameters {
  /** Tried in turn. */
  readonly servers: readonly ServerAddress[];
  readonly user: string;
  readonly password?: string;
  readonly database: string;
  readonly sslmode: SslMode;
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
  readonly applicationName: string;
  /** What the server's command line would take: `-c search_path=shop`. */
  readonly options?: string;
  /** Seconds. */
  readonly connectTimeout: number;
  /** Seconds; 0 for no limit. */
  readonly statementTimeout: number;
  /** Wants a server that can be written to. */
  readonly readWrite: boolean;
}

type Words = Readonly<Record<string, string>>;

const SSL_MODES: readonly string[] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
const ENVIRONMENT: Words = {
  PGHOST: "host",
  PGHOSTADDR: "host",
  PGPORT: "port",
  PGUSER: "user",
  PGPASSWORD: "password",
  PGDATABASE: "dbname",
  PGSERVICE: "service",
  PGSSLMODE: "sslmode",
  PGSSLROOTCERT: "sslrootcert",
  PGSSLCERT: "sslcert",
  PGSSLKEY: "sslkey",
  PGAPPNAME: "application_name",
  PGCONNECT_TIMEOUT: "connect_timeout",
  PGTARGETSESSIONATTRS: "target_session_attrs",
  PGOPTIONS: "options",
  PGPASSFILE: "passfile",
};
/** Options of libpq that need nothing from us, or that the driver decides. */
const IGNORED = new Set([
  "fallback_application_name",
  "client_encoding",
  "keepalives",
  "keepalives_idle",
  "keepalives_interval",
  "keepalives_count",
  "sslnegotiation",
  "gssencmode",
  "channel_binding",
]);
const KNOWN = new Set([...Object.values(ENVIRONMENT), "statement_timeout"]);

/** Settings, URL, service file and environment, in this order of strength. */
export function parametersOf(config: PostgresConfig): Parameters {
  const given: Record<string, string> = { ...config.url ? fromUrl(config.url) : {} };
  for (const [key, value] of Object.entries(config)) {
    if (key !== "url" && value !== undefined) given[key === "database" ? "dbname" : key] = String(value);
  }
  const environment = fromEnvironment();
  const service = given.service ?? environment.service;
  const words: Words = { ...environment, ...service ? fromService(service) : {}, ...given };
  const user = words.user ?? systemUser();
  const database = words.dbname ?? user;
  const servers = serversOf(words);
  const sslmode = words.sslmode ?? "prefer";
  if (!SSL_MODES.includes(sslmode)) {
    throw new DtegError("connector.config", `sslmode ${JSON.stringify(sslmode)} is none of ${SSL_MODES.join(", ")}`);
  }
  return {
    servers,
    user,
    database,
    password: words.password ?? fromPasswordFile({ servers, user, database }, words.passfile),
    sslmode: sslmode as SslMode,
    sslrootcert: words.sslrootcert ?? (sslmode.startsWith("verify-") ? fileOfHome("root.crt") : undefined),
    sslcert: words.sslcert ?? fileOfHome("postgresql.crt"),
    sslkey: words.sslkey ?? fileOfHome("postgresql.key"),
    applicationName: words.application_name ?? "dteg",
    options: words.options,
    connectTimeout: Number(words.connect_timeout ?? 10) || 10,
    statementTimeout: Number(words.statement_timeout ?? 0) || 0,
    readWrite: words.target_session_attrs === "read-write" || words.target_session_attrs === "primary",
  };
}

const URL_FORM = /^postgres(?:ql)?:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/i;

/** Reads a URL as libpq does: several hosts with commas, percent-encoding everywhere, options in the query. */
function fromUrl(url: string): Record<string, string> {
  const match = URL_FORM.exec(url);
  const bad = (reason: string) =>
    new DtegError("url.invalid", `cannot read the URL of the database: ${reason}`, {
      hint:
        "write postgres://user:password@host:5432/database, and percent-encode odd characters: @ as %40, / as %2F, : as %3A",
    });
  if (!match) throw bad("it is not of the form postgres://user:password@host:port/database");
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw bad("a percent sign in it is not followed by two hex digits; write a percent sign as %25");
    }
  };
  const [, login, hosts, database, query] = match;
  if (hosts.includes("@")) throw bad("it holds more than one @: one in user or password is written %40");
  const words: Record<string, string> = {};
  if (login) {
    const colon = login.indexOf(":");
    words.user = decode(colon < 0 ? login : login.slice(0, colon));
    if (colon >= 0) words.password = decode(login.slice(colon + 1));
  }
  if (hosts) {
    const parts = hosts.split(",").map((part) => /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(part) ?? undefined);
    if (parts.some((part) => part === undefined)) {
      const isHost = login !== undefined || !url.includes("@"); // else it may be the beginning of a password
      throw bad(
        isHost ? `the host ${JSON.stringify(hosts)} cannot be read` : "a character of it is to be percent-encoded",
      );
    }
    words.host = parts.map((part) => decode(part![1].replace(/^\[|\]$/g, ""))).join(",");
    if (parts.some((part) => part![2])) words.port = parts.map((part) => part![2] || "5432").join(",");
  }
  if (database) words.dbname = decode(database);
  for (const pair of query ? query.split("&") : []) {
    const at = pair.indexOf("=");
    const name = decode(at < 0 ? pair : pair.slice(0, at));
    if (IGNORED.has(name)) continue;
    if (!KNOWN.has(name)) throw bad(`it has an option ${JSON.stringify(name)} that is not known`);
    words[name] = at < 0 ? "" : decode(pair.slice(at + 1));
  }
  return words;
}

function fromEnvironment(): Words {
  const words: Record<string, string> = {};
  for (const [variable, word] of Object.entries(ENVIRONMENT)) {
    const value = Deno.env.get(variable);
    if (value) words[word] ??= value;
  }
  return words;
}

function serversOf({ host = "localhost", port = "5432" }: Words): readonly ServerAddress[] {
  const ports = port.split(",");
  return host.split(",").map((one, index) => {
    const number = Number(ports[ports.length === 1 ? 0 : index] || 5432);
    if (!Number.isInteger(number) || number < 1 || number > 65535) {
      throw new DtegError("connector.config", `${JSON.stringify(port)} is no port`);
    }
    return { host: one || "localhost", port: number };
  });
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return "postgres"; // a user without an entry, as in a container
  }
}

/** A file that libpq takes when nothing else is said. */
function fileOfHome(name: string): string | undefined {
  const path = join(homedir(), ".postgresql", name);
  return existsSync(path) ? path : undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // not there, or not for us: libpq passes it over too
  }
}

function fromService(name: string): Words {
  const path = Deno.env.get("PGSERVICEFILE") ?? join(homedir(), ".pg_service.conf");
  const words: Record<string, string> = {};
  let isIn = false, isFound = false;
  for (const line of (readIfThere(path) ?? "").split(/\r?\n/)) {
    const section = /^\s*\[(.*)\]\s*$/.exec(line);
    if (section) {
      isIn = section[1] === name;
      isFound ||= isIn;
      continue;
    }
    const pair = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (isIn && pair) words[pair[1]] = pair[2];
  }
  if (!isFound) {
    throw new DtegError("connector.config", `there is no service ${JSON.stringify(name)} in "${path}"`, {
      hint: "check PGSERVICE and PGSERVICEFILE",
    });
  }
  return words;
}

/** The password of the first line of the password file that fits. */
function fromPasswordFile(
  { servers, user, database }: Pick<Parameters, "servers" | "user" | "database">,
  path = join(homedir(), ".pgpass"),
): string | undefined {
  const lines = (readIfThere(path) ?? "").split(/\r?\n/).filter((line) => line && !line.startsWith("#"));
  for (const { host, port } of servers) {
    const wanted = [host.startsWith("/") ? "localhost" : host, String(port), database, user];
    for (const line of lines) {
      const fields = line.match(/(?:\\.|[^:\\])*(?::|$)/g)?.map((field) =>
        field.replace(/:$/, "").replace(/\\(.)/g, "$1")
      ) ?? [];
      if (wanted.every((value, index) => fields[index] === "*" || fields[index] === value)) return fields[4];
    }
  }
  return undefined;
}

/** The parameters as a connection string of libpq, for DuckDB's extension. It knows the authorities of no system: `roots` is a file of them. */
export function conninfo(
  parameters: Parameters,
  { server, roots }: { readonly server: ServerAddress; readonly roots: string },
): string {
  const wantsRoots = parameters.sslmode.startsWith("verify-") && (parameters.sslrootcert ?? "system") === "system";
  const quote = (value: string | number) => `'${String(value).replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const words: Record<string, string | number | undefined> = {
    host: server.host,
    port: server.port,
    user: parameters.user,
    password: parameters.password,
    dbname: parameters.database,
    sslmode: parameters.sslmode,
    sslrootcert: wantsRoots ? roots : parameters.sslrootcert,
    sslcert: parameters.sslcert,
    sslkey: parameters.sslkey,
    application_name: parameters.applicationName,
    connect_timeout: parameters.connectTimeout,
    client_encoding: "UTF8",
    options: [
      parameters.options,
      parameters.statementTimeout > 0 ? `-c statement_timeout=${parameters.statementTimeout}s` : undefined,
    ].filter(Boolean).join(" ") || undefined,
  };
  return Object.entries(words).filter(([, value]) => value !== undefined).map(([word, value]) =>
    `${word}=${quote(value ?? "")}`
  ).join(" ");
}
