import { DtegError } from "../../sdk/mod.ts";

/** The parts of a connection URL, percent-decoded. */
export interface ConnectionUrl {
  readonly scheme: string;
  readonly user?: string;
  readonly password?: string;
  /** Without the brackets of an IPv6 address; of several servers all, with their ports, as they were written. */
  readonly host?: string;
  readonly port?: number;
  /** A path of the file system for schemes of files (absolute or relative, `-` for a pipe); else without its first slash. */
  readonly path: string;
  readonly options: Readonly<Record<string, string>>;
}

/** Formats that are schemes of their own. */
export const FORMAT_SCHEMES: ReadonlySet<string> = new Set(["csv", "tsv", "json", "ndjson", "parquet"]);

const FILE_SCHEMES: ReadonlySet<string> = new Set([...FORMAT_SCHEMES, "file", "duckdb"]);
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const OPTIONS = /\?((?:[a-z_][a-z0-9_.-]*=[^&]*)(?:&[a-z_][a-z0-9_.-]*=[^&]*)*)$/i;
const SERVER = /^(?:([^@/]*(?:@[^@/]*)*)@)?([^/@]*,[^/@]*|\[[^\]/]*\]|[^:/@]*)(?::(\d+))?(?:\/(.*))?$/s;

/** The scheme of a text that is a URL, in lower case; nothing for a bare path or name. */
export function schemeOf(text: string): string | undefined {
  return SCHEME.exec(text)?.[1].toLowerCase();
}

/** Splits a connection URL. `?` begins options only where `name=value` follows, so a pattern may hold it. */
export function parseUrl(text: string): ConnectionUrl {
  const scheme = schemeOf(text);
  if (!scheme) throw invalid(text, "it has no scheme", "write it as scheme://…, for example csv://orders.csv");
  const rest = text.slice(scheme.length + 3);
  const found = OPTIONS.exec(rest);
  const options: Record<string, string> = {};
  for (const pair of found?.[1].split("&") ?? []) {
    const at = pair.indexOf("=");
    options[decode(pair.slice(0, at), text)] = decode(pair.slice(at + 1), text);
  }
  const body = found ? rest.slice(0, found.index) : rest;
  return FILE_SCHEMES.has(scheme)
    ? fileUrl(text, { scheme, body, options })
    : serverUrl(text, { scheme, body, options });
}

interface Split {
  readonly scheme: string;
  readonly body: string;
  readonly options: Readonly<Record<string, string>>;
}

function fileUrl(text: string, { scheme, body, options }: Split): ConnectionUrl {
  if (body === "") {
    throw invalid(text, "it names no file", `write ${scheme}://PATH, or ${scheme}:///PATH for an absolute one`);
  }
  return { scheme, path: decode(body, text), options };
}

function serverUrl(text: string, { scheme, body, options }: Split): ConnectionUrl {
  const match = SERVER.exec(body);
  if (!match) throw unreadable(text, body);
  const [, login, host, port, path = ""] = match;
  const colon = login?.indexOf(":") ?? -1;
  const user = colon < 0 ? login : login.slice(0, colon);
  if (Number(port) > 65535) throw invalid(text, `${port} is no port`, "a port is a number up to 65535");
  return {
    scheme,
    ...(user && { user: decode(user, text) }),
    ...(colon >= 0 && { password: decode(login.slice(colon + 1), text) }),
    ...(host && { host: host.startsWith("[") ? host.slice(1, -1) : decode(host, text) }),
    ...(port && { port: Number(port) }),
    path: decode(path, text),
    options,
  };
}

/** Why a server's URL cannot be split. What stands before its last @ may be a password, and is not quoted. */
function unreadable(text: string, body: string): DtegError {
  const [, place] = /@([^@/]*)(?:\/[^@]*)?$/.exec(body) ?? [];
  const [, host, addressPort] = /^([\da-f:.]+?)(?::(\d{4,5}))?$/i.exec(place ?? body.split("/")[0]) ?? [];
  if (host?.includes("::") || (host?.match(/:/g) ?? []).length > 2) {
    return invalid(
      text,
      "an IPv6 address stands in brackets",
      `write [${host}]${addressPort ? `:${addressPort}` : ""}`,
    );
  }
  const port = /^[^:]*:([^:]*)$/.exec(place ?? "")?.[1];
  if (port && !/^\d+$/.test(port)) {
    return invalid(text, `${JSON.stringify(port)} is no port`, "a port is a number up to 65535");
  }
  return invalid(
    text,
    "user, host and port cannot be told apart",
    "percent-encode odd characters of user and password: @ as %40, : as %3A, / as %2F, # as %23, ? as %3F",
  );
}

/** The URL of its parts; {@linkcode parseUrl} gives the parts back. */
export function formatUrl({ scheme, user, password, host, port, path, options }: ConnectionUrl): string {
  const query = Object.entries(options).map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  const tail = query && `?${query}`;
  const encodedPath = path.split("/").map(encode).join("/");
  if (FILE_SCHEMES.has(scheme)) return `${scheme}://${encodedPath}${tail}`;
  const login = user === undefined && password === undefined
    ? ""
    : `${encode(user ?? "")}${password === undefined ? "" : `:${encode(password)}`}@`;
  const place = host?.includes(",") ? host : host?.includes(":") ? `[${host}]` : encode(host ?? "");
  return `${scheme}://${login}${place}${port === undefined ? "" : `:${port}`}${path && `/${encodedPath}`}${tail}`;
}

/** The URL as it may be shown: without password and options. A file's is kept as it was written. */
export function urlLabel(text: string): string {
  const url = parseUrl(text);
  return FILE_SCHEMES.has(url.scheme)
    ? text.replace(OPTIONS, "")
    : formatUrl({ ...url, password: undefined, options: {} });
}

/** A text of which every password that stands in a URL is replaced by `***`. */
export function hidePasswords(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:@/"']*:)[^\s"']*(@)/gi, "$1***$2");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode(text: string, url: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    const bad = /%(?![0-9a-f]{2})[^/]{0,2}/i.exec(text)?.[0] ?? "a % sequence that is not UTF-8";
    throw invalid(url, `${bad} is no percent-encoded character`, "write a percent sign itself as %25", cause);
  }
}

function invalid(text: string, reason: string, hint: string, cause?: unknown): DtegError {
  return new DtegError("url.invalid", `cannot read the URL ${JSON.stringify(hidePasswords(text))}: ${reason}`, {
    hint,
    cause,
  });
}
