import { DtegError, type Host } from "../../../sdk/mod.ts";
import type { Parameters } from "../parameters.ts";
import { statementsOf } from "./statements.ts";

/** Runs statements of the user one by one, each for itself, on a connection of its own. */
export async function execute(
  sql: string,
  { parameters, host }: { readonly parameters: Parameters; readonly host: Host },
) {
  const { connect } = await import("../session.ts");
  await using session = await connect(parameters, { signal: host.signal });
  for (const { sql: statement, offset } of statementsOf(sql)) {
    try {
      await session.query(statement);
    } catch (error) {
      if (error instanceof DtegError) tellPlace(error.cause, { sql, statement, offset });
      throw error;
    }
  }
}

/** Puts the place in the whole text, from 0, on what the server said, which counts characters of the statement from 1. */
function tellPlace(
  cause: unknown,
  { sql, statement, offset }: { readonly sql: string; readonly statement: string; readonly offset: number },
): void {
  if (!(cause instanceof Error) || !("position" in cause) || !cause.position) return;
  const within = [...statement].slice(0, Number(cause.position) - 1).join("").length;
  Object.assign(cause, { offset: Math.min(offset + within, sql.length) });
}
