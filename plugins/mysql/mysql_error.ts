import { DtegError, type ErrorCode } from "../../sdk/mod.ts";

/** What the driver says of an error. */
interface DriverError extends Error {
  readonly code?: string;
  /** The server's own number; absent for errors of the network. */
  readonly errno?: number;
  readonly sqlState?: string;
  readonly sqlMessage?: string;
}

/** What was tried when an error came. */
export interface Attempt {
  /** The server as users know it: host, port and database. */
  readonly label: string;
  /** As in "cannot …". */
  readonly action: string;
}

type Case = readonly [which: readonly number[], code: ErrorCode, hint?: string];

const SLOW = "raise statement_timeout (0 is no limit), or load less at a time";
const ENDED = "the server is stopping or has ended the session: run again when it is up";

/** By the server's number of the error, which MariaDB and MySQL share but for a few. */
const NUMBERS: readonly Case[] = [
  [[1045, 1698, 1251, 1275, 1372, 1820, 1862, 3118, 3955, 4151], "connection.auth", "check user and password"],
  [[1130, 1129], "connection.auth", "the server takes no connection from this machine: grant it to the user's host"],
  [
    [1044, 1142, 1143, 1227, 1370, 1410, 1419],
    "connection.forbidden",
    "grant the right to the user, or use another one",
  ],
  [[1049], "connection.no_database", "check the name of the database at the end of the URL"],
  [[1040, 1203, 1226], "connection.too_many", "wait, use fewer --threads, or raise max_connections"],
  [[3159], "connection.no_tls", "the server takes connections by TLS only: sslmode=require"],
  [[1146, 1051], "stream.not_found"],
  [[1054], "column.unknown"],
  [[1060], "column.duplicate", "give each its own name in the query: SELECT a.id AS a_id, b.id AS b_id"],
  [[1205], "target.locked", "another session holds what is wanted: wait for it"],
  [[1213, 1020, 3058], "connection.conflict", "another session was in the way: run again"],
  [[1969, 3024, 1317, 1028], "connection.timeout", SLOW],
  [[1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 3169, 4031], "connection.lost", ENDED],
  [[1290, 1836], "target.read_only", "the server or the session is read-only: connect to the primary"],
  [[1792], "query.not_read_only", "a source only reads: run what writes by dteg query --allow-writes, or by a hook"],
  [[1021, 1114, 1030, 3], "environment.disk_full", "make room on the server's disk"],
  [[1037, 1038, 1041], "connection.server_memory"],
  [[1264, 1265, 1292, 1366, 1367, 1406, 1411, 1525, 3140, 3141, 4025], "data.value"],
  [[1048, 1062, 1364, 1216, 1217, 1451, 1452, 1557, 3819], "data.constraint"],
];

/** By words, of driver and network. */
const WORDS: readonly (readonly [pattern: RegExp, code: ErrorCode, hint?: string])[] = [
  [/ENOTFOUND|EAI_AGAIN|getaddrinfo|lookup address/i, "connection.host_unknown", "check the host's name"],
  [
    /ECONNREFUSED|refused|ENOENT|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|unreachable/i,
    "connection.refused",
    "check host and port, and that the server runs and listens there",
  ],
  [
    /HANDSHAKE_NO_SSL_SUPPORT|does not support secure/i,
    "connection.no_tls",
    "the server has no TLS: use sslmode=disable if that is wanted",
  ],
  [
    /certificate|self.signed|CERT_|altnames|UnknownIssuer|unable to verify|invalid peer|HANDSHAKE_SSL_ERROR/i,
    "connection.tls",
    "name the certificate of the server's authority with sslrootcert, or check the host's name",
  ],
  [
    /timeout|ETIMEDOUT|timed out/i,
    "connection.timeout",
    "check host, port and firewall; connect_timeout is in seconds",
  ],
  [
    /AUTH_|auth|password/i,
    "connection.auth",
    "give the password in the URL or by MYSQL_PWD, and check how the user logs in",
  ],
  [
    /PROTOCOL_|ECONNRESET|EPIPE|(read|write) UNKNOWN|closed|lost|ended/i, // an older Deno does not know EPIPE
    "connection.lost",
    "the server or the network ended the connection: run again",
  ],
];

/** The action of an attempt to connect. */
export const CONNECT = "connect to";

/** While connecting, what has no case of its own. */
const NO_CONNECTION = [
  /./,
  "connection.refused",
  "check host and port, and that a MariaDB or MySQL server listens there",
] as const;

/** `Incorrect date value: '…' for column `db`.`t`.`c` at row 3`, `Data too long for column 'c' at row 1` */
const COLUMN = /for column (?:`[^`]*`\.`[^`]*`\.`((?:[^`]|``)*)`|'([^']*)')/;

/** An error of driver or server as one of ours: what was tried, where, what the server said, and what to do. */
export function mysqlError(thrown: unknown, { label, action }: Attempt): DtegError {
  if (thrown instanceof DtegError) return thrown;
  const error: DriverError = thrown instanceof Error ? thrown : new Error(String(thrown));
  const said = error.sqlMessage ?? (error.message || String(error.code));
  const column = COLUMN.exec(said);
  const [code, hint] = caseOf(error, action);
  return new DtegError(code, `cannot ${action} ${label}: ${said}`, {
    cause: thrown,
    hint,
    column: column?.[1]?.replaceAll("``", "`") ?? column?.[2],
  });
}

function caseOf(error: DriverError, action: string): readonly [code: ErrorCode, hint?: string] {
  const { errno, sqlState } = error;
  if (sqlState !== undefined && errno !== undefined) {
    const found = NUMBERS.find(([numbers]) => numbers.includes(errno));
    if (found) return [found[1], found[2]];
    if (sqlState.startsWith("28")) return ["connection.auth", "check user and password"];
    if (sqlState.startsWith("22") || sqlState.startsWith("23")) return ["data.value"];
    if (action !== CONNECT) return ["query.failed"];
  }
  const text = `${error.code ?? ""} ${error.message}`;
  const [, code, hint] = WORDS.find(([pattern]) => pattern.test(text)) ??
    (action === CONNECT ? NO_CONNECTION : [/./, "query.failed" as const]);
  return [code, hint];
}
