import { userInfo } from "node:os";
import { resolve } from "node:path";
import { DtegError } from "../../sdk/mod.ts";
import type { MysqlConfig } from "./mod.ts";
import { urlWords } from "./connect/url_words.ts";

/** How TLS is used. */
export type SslMode = NonNullable<MysqlConfig["sslmode"]>;

/** All that a connection needs. */
export interface Parameters {
  /** Name or address; not used where there is a socket. */
  readonly host: string;
  readonly port: number;
  /** Path of a unix socket. */
  readonly socket?: string;
  readonly user: string;
  readonly password?: string;
  readonly database?: string;
  readonly sslmode: SslMode;
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
  /** Opens `sslkey`. */
  readonly sslpassword?: string;
  /** Seconds. */
  readonly connectTimeout: number;
  /** Seconds; 0 for no limit. */
  readonly statementTimeout: number;
}

const SSL_MODES: readonly SslMode[] = ["disable", "prefer", "require", "verify-ca", "verify-full"];
const FILES = ["socket", "sslrootcert", "sslcert", "sslkey"];

/** Settings, URL and environment, in this order of strength. Files that settings and URL name start at `folder`. */
export function parametersOf(config: MysqlConfig, { folder = "." }: { readonly folder?: string } = {}): Parameters {
  const given: Record<string, string> = { ...config.url ? urlWords(config.url) : {} };
  for (const [key, value] of Object.entries(config)) {
    if (key !== "url" && value !== undefined) given[key] = String(value);
  }
  if (given.host?.startsWith("/")) {
    given.socket ??= given.host;
    delete given.host;
  }
  for (const word of FILES) {
    if (given[word] && folder !== ".") given[word] = resolve(folder, given[word]);
  }
  const host = given.host ?? Deno.env.get("MYSQL_HOST") ?? "localhost";
  const isElsewhere = given.host !== undefined || given.port !== undefined; // then the variable of the socket means another server
  const socket = given.socket ?? (isElsewhere ? undefined : Deno.env.get("MYSQL_UNIX_PORT"));
  const password = given.password ?? Deno.env.get("MYSQL_PWD");
  return {
    host,
    port: portOf(given.port ?? Deno.env.get("MYSQL_TCP_PORT") ?? "3306"),
    ...(socket !== undefined && { socket }),
    user: given.user ?? systemUser(),
    ...(password !== undefined && { password }),
    ...(given.database && { database: given.database }),
    sslmode: sslModeOf(given.sslmode ?? "prefer"),
    ...optional(given, ["sslrootcert", "sslcert", "sslkey", "sslpassword"]),
    connectTimeout: secondsOf(given, "connect_timeout") || 10,
    statementTimeout: secondsOf(given, "statement_timeout"),
  };
}

function optional(given: Readonly<Record<string, string>>, words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(words.flatMap((word) => given[word] === undefined ? [] : [[word, given[word]]]));
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new DtegError("connector.config", `${JSON.stringify(text)} is no port`);
}

function secondsOf(given: Readonly<Record<string, string>>, word: string): number {
  const seconds = Number(given[word] ?? 0);
  if (Number.isInteger(seconds) && seconds >= 0) return seconds;
  throw new DtegError("connector.config", `${word} ${JSON.stringify(given[word])} is no number of seconds`);
}

function sslModeOf(value: string): SslMode {
  const found = SSL_MODES.find((mode) => mode === value);
  if (found) return found;
  throw new DtegError("connector.config", `sslmode ${JSON.stringify(value)} is none of ${SSL_MODES.join(", ")}`);
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return "root"; // a user without an entry, as in a container
  }
}

/** Host and port, or socket, as messages and TLS name the server; with the database where one is named. */
export function labelOf({ host, port, socket, database }: Parameters): string {
  const server = socket ?? `${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (database === undefined) return server;
  return socket === undefined ? `${server}/${database}` : `${server}, database ${database}`;
}
