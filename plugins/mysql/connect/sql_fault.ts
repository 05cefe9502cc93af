import { DtegError } from "../../../sdk/mod.ts";

/** A statement in a text. */
interface Within {
  readonly sql: string;
  readonly statement: string;
  /** Where it begins there, in UTF-16 units. */
  readonly offset: number;
}

/** `… near 'FORM t' at line 1` */
const NEAR = /near '([\s\S]*)' at line (\d+)/;
/** `Unknown column 'nope' in 'SELECT'` */
const NAMED = /^Unknown column '([^']*)'/;

/** Puts the place in the whole text, from 0, on what the server said, which quotes what follows the fault and counts lines. */
export function tellPlace(error: unknown, { sql, statement, offset }: Within): void {
  if (!(error instanceof DtegError) || !(error.cause instanceof Error)) return;
  const at = placeIn(error.cause.message, statement);
  if (at !== undefined) Object.assign(error.cause, { offset: Math.min(offset + at, sql.length) });
}

function placeIn(message: string, statement: string): number | undefined {
  const named = NAMED.exec(message)?.[1];
  if (named !== undefined) {
    const at = statement.indexOf(named);
    return at < 0 || statement.indexOf(named, at + 1) >= 0 ? undefined : at; // not sure which one
  }
  const match = NEAR.exec(message);
  if (!match) return undefined;
  const from = statement.split("\n").slice(0, Number(match[2]) - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const at = match[1] === "" ? statement.length : statement.indexOf(match[1], from);
  return at < 0 ? undefined : at;
}
