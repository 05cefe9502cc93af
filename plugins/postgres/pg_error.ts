import { DtegError, type ErrorCode, type ErrorDetails, quoteName } from "../../sdk/mod.ts";

/** What the server says of an error, as the driver hands it over. */
interface ServerError extends Error {
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
  readonly column?: string;
  readonly severity?: string;
}

/** What was tried when an error came. */
export interface Attempt {
  /** The database as users know it: host, port and name. */
  readonly label: string;
  /** As in "cannot …". */
  readonly action: string;
  /** The user who tried. */
  readonly user?: string;
}

type Case = readonly [pattern: RegExp, code: ErrorCode, hint?: string];

const SLOW = "raise statement_timeout (0 is no limit), or load less at a time";
const ENDED = "the server is stopping or has ended the session: run again when it is up";
const BYTES = "the database holds bytes that are no text of its encoding: mend them there, or read the column as bytea";

/** By SQLSTATE. */
const STATES: readonly Case[] = [
  [/^28/, "connection.auth", "check user and password, and the server's pg_hba.conf"],
  [/^3D000/, "connection.no_database", "check the name of the database at the end of the URL"],
  [/^42501/, "connection.forbidden", "grant the right to the user, or use another one"],
  [/^53300/, "connection.too_many", "wait, use fewer --threads, or raise max_connections"],
  [/^53100/, "environment.disk_full", "make room on the server's disk"],
  [/^53200/, "connection.server_memory"],
  [/^25006/, "target.read_only", "the server or the session is read-only: connect to the primary"],
  [/^57P0/, "connection.lost", ENDED],
  [/^08/, "connection.lost"],
  [/^40001|^40P01/, "connection.conflict", "another session was in the way: run again"],
  [/^57014/, "connection.timeout", SLOW],
  [/^55P03/, "target.locked", "another session holds the table: wait for it"],
  [/^42P01|^3F000/, "stream.not_found"],
  [/^42703/, "column.unknown"],
  [/^22021|^22P05/, "data.value", BYTES],
  [/^22012/, "data.value", "write NULLIF(divisor, 0) to have NULL there"],
  [/^22|^23/, "data.value"],
];
/** The action of an attempt to connect. */
export const CONNECT = "connect to";
/** The action of reading rows. */
const READ = "read from";
/** By SQLSTATE, while connecting: what the user's options set wrong. */
const CONNECTING: readonly Case[] = [[
  /^42704|^22023|^08P01/,
  "connector.config",
  "check the options of the connection; a pooler such as PgBouncer takes few of them",
]];
/** By words, of the driver or of the server through DuckDB's extension, where there is no SQLSTATE. */
const WORDS: readonly Case[] = [
  [/statement timeout/i, "connection.timeout", SLOW],
  [/conflict with recovery|could not serialize|deadlock/i, "connection.conflict", "run again"],
  [/terminating connection|server closed the connection|shutting down|starting up/i, "connection.lost", ENDED],
  [/too many clients|connection slots|too many connections/i, "connection.too_many", "wait, or use fewer --threads"],
  [/permission denied/i, "connection.forbidden", "grant the right to the user, or use another one"],
  [/No space left|disk full/i, "environment.disk_full", "make room on the server's disk"],
  [/invalid byte sequence|has no equivalent in encoding/i, "data.value", BYTES],
  [/ENOTFOUND|EAI_AGAIN|getaddrinfo|lookup address|no such host/i, "connection.host_unknown", "check the host's name"],
  [
    /ECONNREFUSED|refused|ENOENT|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|unreachable/i,
    "connection.refused",
    "check host and port, and that the server runs and listens there",
  ],
  [/does not support SSL/i, "connection.no_tls", "the server has no TLS: use sslmode=disable if that is wanted"],
  [
    /certificate|self.signed|CERT_|altnames|UnknownIssuer|unable to verify|invalid peer/i,
    "connection.tls",
    "name the certificate of the server's authority with sslrootcert, or check the host's name",
  ],
  [
    /timeout|ETIMEDOUT|timed out/i,
    "connection.timeout",
    "check host, port and firewall; connect_timeout is in seconds",
  ],
  [
    /password|no pg_hba.conf entry|role ".*" does not exist/i,
    "connection.auth",
    "give the password in the URL, PGPASSWORD or the password file",
  ],
  [
    /terminated|ECONNRESET|EPIPE|(read|write) UNKNOWN|closed|Connection ended|not queryable/i, // an older Deno does not know EPIPE
    "connection.lost",
    "the server or the network ended the connection: run again",
  ],
];

/** While connecting, what has no case of its own. */
const NO_CONNECTION: Case = [
  /./,
  "connection.refused",
  "check host and port, and that a PostgreSQL server listens there",
];

/** `COPY t, line 3, column my name: "…"` */
const COPY_COLUMN = /^COPY .*, line \d+, column (.+?)(?:: "|: null input|, null|$)/m;

/** An error of driver or server as one of ours: what was tried, where, what the server said, and what to do. */
export function pgError(thrown: unknown, { label, action, user }: Attempt): DtegError {
  if (thrown instanceof DtegError) return thrown;
  const error: ServerError = thrown instanceof Error ? thrown : new Error(String(thrown));
  const isServer = error.severity !== undefined && error.code !== undefined;
  const text = isServer ? error.code ?? "" : `${error.code ?? ""} ${error.message}`;
  const cases = isServer ? (action === CONNECT ? [...CONNECTING, ...STATES] : STATES) : WORDS;
  const [, code, hint] = cases.find(([pattern]) => pattern.test(text)) ??
    (action === CONNECT ? NO_CONNECTION : [/./, "query.failed" as const]);
  const message = (error.message || String(error.code)).replace(/\n\) q LIMIT 0(?="$)/, ""); // what stands around a query
  const said = [message, error.detail, placeOf(error)].filter(Boolean).join("; ");
  const details: ErrorDetails = {
    cause: thrown,
    hint: (code === "connection.forbidden" ? grantFor(error.message, { action, user }) : undefined) ?? hint ??
      error.hint,
    column: error.column ?? COPY_COLUMN.exec(error.where ?? "")?.[1],
  };
  return new DtegError(code, `cannot ${action} ${label}: ${said}`, details);
}

/** The statement that gives a right which the server misses; undefined where its words do not say what for. */
function grantFor(message: string, { action, user }: Pick<Attempt, "action" | "user">): string | undefined {
  const [, kind, name] = /permission denied for (?:materialized |foreign )?(table|view|schema|database) "?([^";]+)"?/
    .exec(message) ?? [];
  const [, owned] = /must be owner of (.+)$/.exec(message) ?? [];
  if (owned) return `only the owner of ${owned} may do this: use that user, or make ${quoteName(user ?? "")} the owner`;
  if (kind === undefined || user === undefined) return undefined;
  const to = `TO ${quoteName(user)}, or use another user`;
  const what = /^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteName(name);
  if (kind === "database") return `GRANT ${action === CONNECT ? "CONNECT" : "CREATE"} ON DATABASE ${what} ${to}`;
  if (kind === "schema") return `GRANT USAGE${action === READ ? "" : ", CREATE"} ON SCHEMA ${what} ${to}`;
  return action === READ
    ? `GRANT SELECT ON ${what} ${to}; a stream's \`select\` takes only the columns that it names`
    : `grant the right on ${what} to ${quoteName(user)}, or use another user`;
}

/** Where in a COPY the server stopped: `COPY t, line 3, column v: "…"`, without long values. */
function placeOf({ where }: ServerError): string | undefined {
  const first = where?.split("\n")[0];
  return first && first.length > 200 ? `${first.slice(0, 200)}…` : first;
}
