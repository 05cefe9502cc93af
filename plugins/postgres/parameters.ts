import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { DtegError, nearest } from "../../sdk/mod.ts";
import { checkWords } from "./connect/checked_words.ts";
import { fromPasswordFile } from "./connect/password_file.ts";
import { fromService } from "./connect/service_file.ts";
import type { SessionAttrs } from "./connect/session_attrs.ts";
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
  /** A password file that was passed over, and why. */
  readonly passwordFault?: string;
  readonly database: string;
  readonly sslmode: SslMode;
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
  /** Opens `sslkey`. */
  readonly sslpassword?: string;
  readonly applicationName: string;
  /** What the server's command line would take: `-c search_path=shop`. */
  readonly options?: string;
  /** Seconds. */
  readonly connectTimeout: number;
  /** Seconds; 0 for no limit. */
  readonly statementTimeout: number;
  /** What kind of server is wanted. */
  readonly sessionAttrs: SessionAttrs;
}

/** Words of libpq and their values. */
export type Words = Readonly<Record<string, string>>;

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
  PGSSLNEGOTIATION: "sslnegotiation",
  PGGSSENCMODE: "gssencmode",
  PGCHANNELBINDING: "channel_binding",
  PGREQUIREAUTH: "require_auth",
};
/** Options of libpq that need nothing from us, or that the driver decides. */
const IGNORED = new Set([
  "fallback_application_name",
  "client_encoding",
  "keepalives",
  "keepalives_idle",
  "keepalives_interval",
  "keepalives_count",
]);
const KNOWN = new Set([...Object.values(ENVIRONMENT), "statement_timeout", "sslpassword"]);
/** Words that name a file. */
const FILES = ["sslrootcert", "sslcert", "sslkey", "passfile"];

/** Settings, URL, service file and environment, in this order of strength. Files that settings and URL name start at `folder`. */
export function parametersOf(config: PostgresConfig, { folder = "." }: { readonly folder?: string } = {}): Parameters {
  const given: Record<string, string> = { ...config.url ? fromUrl(config.url) : {} };
  for (const [key, value] of Object.entries(config)) {
    if (key !== "url" && value !== undefined) given[key === "database" ? "dbname" : key] = String(value);
  }
  for (const word of FILES) {
    const isPath = given[word] && !(word === "sslrootcert" && given[word] === "system");
    if (isPath && folder !== ".") given[word] = resolve(folder, given[word]);
  }
  const environment = fromEnvironment();
  const service = given.service ?? environment.service;
  const words: Words = { ...environment, ...service ? fromService(service) : {}, ...given };
  const user = words.user ?? systemUser();
  const database = words.dbname ?? user;
  const servers = serversOf(words);
  const { sslmode, sessionAttrs } = checkWords(words);
  const found = words.password === undefined
    ? fromPasswordFile({ servers, user, database }, words.passfile)
    : { password: words.password };
  return {
    servers,
    user,
    database,
    ...found,
    sslmode,
    sslrootcert: words.sslrootcert ?? (sslmode.startsWith("verify-") ? fileOfHome("root.crt") : undefined),
    sslcert: words.sslcert ?? fileOfHome("postgresql.crt"),
    sslkey: words.sslkey ?? fileOfHome("postgresql.key"),
    ...(words.sslpassword !== undefined && { sslpassword: words.sslpassword }),
    applicationName: words.application_name ?? "dteg",
    options: words.options,
    connectTimeout: Number(words.connect_timeout ?? 10) || 10,
    statementTimeout: Number(words.statement_timeout ?? 0) || 0,
    sessionAttrs,
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
    if (!KNOWN.has(name)) {
      const near = nearest(name, KNOWN);
      const wrong = bad(`it has an option ${JSON.stringify(name)} that is not known`);
      throw near ? wrong.with({ hint: `did you mean ${near}?` }) : wrong;
    }
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
    sslpassword: parameters.sslpassword,
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
