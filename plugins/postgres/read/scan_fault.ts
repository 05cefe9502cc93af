import { DtegError } from "../../../sdk/mod.ts";
import type { PgColumn } from "../catalog.ts";
import { type Attempt, pgError } from "../pg_error.ts";

const MARK = "dteg-refused";

/** What stands before a value that the server's query refuses; the other half of {@linkcode scanFault}. */
export const refusedMark = (index: number) => `${MARK} ${index} `;

/** A failure of DuckDB's extension as one of ours. Its messages hold the whole statement, or the connection with its password. */
export function scanFault(
  thrown: unknown,
  { columns, ...attempt }: Attempt & { readonly columns: readonly PgColumn[] },
): DtegError {
  const error = DtegError.from(thrown);
  const refused = new RegExp(`(?<!')${MARK} (\\d+) (.*)"`, "s").exec(error.message); // in the statement a quote stands before it
  if (refused) return valueRefused(columns[Number(refused[1])], refused[2]);
  if (error.code !== "query.failed" && error.code !== "connection.lost") return error;
  const said = SERVER.exec(error.message)?.[1] ?? LIBPQ.exec(error.message)?.[1];
  if (said === undefined) return error;
  return pgError(Object.assign(new Error(said.trim().replaceAll(/\s*\n\s*/g, "; ")), { cause: error }), attempt);
}

/** `…: ERROR:  canceling statement due to statement timeout` */
const SERVER = /(?:ERROR|FATAL|PANIC):\s+(.*?)(?:\nLINE \d|\n\n|$)/s;
/** `Unable to connect to Postgres at "…": connection to server at …`, `Failed to …: server closed the connection unexpectedly` */
const LIBPQ = /((?:connection to server|could not |server closed|SSL |no connection|lost sync).*)$/s;

function valueRefused({ name, type, isArray }: PgColumn, value: string): DtegError {
  const why = isArray
    ? "an array that does not begin at 1: a list has no such bounds"
    : type.kind === "interval"
    ? "which no interval of DuckDB can be"
    : "which no decimal of DuckDB can be";
  return new DtegError("data.value", `column "${name}" holds ${JSON.stringify(value)}, ${why}`, {
    column: name,
    hint: `declare it as text: columns: { ${name}: { type: text } }`,
  });
}
