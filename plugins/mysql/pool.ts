import type { Host } from "../../sdk/mod.ts";
import type { Parameters } from "./parameters.ts";
import type { MysqlSession } from "./session.ts";

/** Connections of a run that nobody uses now. */
interface Pool extends AsyncDisposable {
  readonly idle: MysqlSession[];
}

/** A connection that the run has, or a new one. Disposed it is kept for the next stream, where it can be used again. */
export async function takeSession(parameters: Parameters, { shared, signal }: Host): Promise<MysqlSession> {
  const pool = shared(`mysql ${JSON.stringify(parameters)}`, makePool);
  let session = pool.idle.pop();
  while (session && !session.isReusable()) session = pool.idle.pop();
  const { connect } = await import("./session.ts");
  const taken = session ?? await connect(parameters, { signal });
  return {
    ...taken,
    async [Symbol.asyncDispose]() {
      if (taken.isReusable()) pool.idle.push(taken);
      else await taken[Symbol.asyncDispose]();
    },
  };
}

function makePool(): Pool {
  const idle: MysqlSession[] = [];
  return {
    idle,
    async [Symbol.asyncDispose]() {
      await Promise.all(idle.map((session) => session[Symbol.asyncDispose]()));
    },
  };
}
