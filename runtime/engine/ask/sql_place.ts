import { DtegError } from "../../../sdk/mod.ts";
import { excerpt, lineAndColumn } from "../../config/tree/excerpt.ts";

/** What stands before a statement of the user when it is asked, on a line of its own. */
export const BEFORE = "SELECT * FROM (\n";

/** A statement that only reads, so that it can only be read. */
export function asReading(statement: string): string {
  return `${BEFORE}${statement}\n) AS asked`;
}

/** An error of a statement with the place in it, where the database says one: lines of the statement and a caret. */
export function withPlace(thrown: unknown, statement: string): unknown {
  if (!(thrown instanceof DtegError) || thrown.line !== undefined) return thrown;
  const offset = offsetOf(thrown.cause, statement);
  if (offset === undefined || offset < 0 || offset > statement.length) return thrown;
  const place = lineAndColumn(statement, offset);
  const shown = excerpt(statement, offset, { end: wordEnd(statement, offset) });
  const name = /^"([^"]*)"/.exec(statement.slice(offset))?.[1];
  const isText = thrown.code === "column.unknown" && name !== undefined; // double quotes where single ones were meant
  const hint = isText ? `double quotes hold names; a text stands in single ones: '${name}'` : thrown.hint;
  return thrown.with({ ...place, excerpt: shown, hint });
}

function wordEnd(text: string, offset: number): number {
  return offset + (/^[\p{L}\p{N}_]+/u.exec(text.slice(offset))?.[0].length ?? 1);
}

function offsetOf(cause: unknown, statement: string): number | undefined {
  if (!(cause instanceof Error)) return undefined;
  if ("offset" in cause && typeof cause.offset === "number") return cause.offset; // a connector that counted itself
  if ("position" in cause && cause.position !== undefined) {
    return serverOffset(cause.message, Number(cause.position), statement);
  }
  return cause.cause instanceof Error && !cause.message.includes("LINE ")
    ? offsetOf(cause.cause, statement)
    : duckOffset(cause.message, statement);
}

/** What a server counts from: the source asks a statement as a table of its own query. */
const SERVER_BEFORE = "SELECT * FROM (";

/** A server counts characters; what its message quotes must stand at the place. */
function serverOffset(message: string, position: number, statement: string): number | undefined {
  const offset = [...(SERVER_BEFORE + statement)].slice(0, position - 1).join("").length - SERVER_BEFORE.length;
  const quoted = /"([^"]+)"/.exec(message)?.[1];
  const at = statement.slice(offset).replace(/^["']/, "");
  const isThere = quoted === undefined || quoted.replace(/^'/, "").split(/[.\n]/).some((part) => at.startsWith(part));
  return isThere ? offset : undefined;
}

/** DuckDB shows the line, cut at both ends where it is long, with a caret below. */
function duckOffset(message: string, statement: string): number | undefined {
  const found = /LINE (\d+): (.*)\n( *)\^/.exec(message);
  if (!found) return undefined;
  const [, number, shown, blanks] = found;
  const cut = shown.startsWith("...") ? 3 : 0;
  const piece = shown.slice(cut).replace(/\.\.\.$/, "");
  const within = blanks.length - `LINE ${number}: `.length - cut;
  const lines = statement.split("\n");
  const at = lines[Number(number) - 2]?.indexOf(piece) >= 0
    ? Number(number) - 2
    : lines.findIndex((line) => line.includes(piece));
  if (at < 0) return undefined;
  const start = lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0);
  return start + lines[at].indexOf(piece) + within;
}
