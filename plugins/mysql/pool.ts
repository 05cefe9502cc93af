import type { Host } from "../../sdk/mod.ts";
import type { Parameters } from "./parameters.ts";
import type { MysqlSession } from "./session.ts";

/** Connections of a run that nobody uses now. */
interface Pool extends AsyncDisposable {
  readonly idle: MysqlSession[];
}

/** A connection that only reads: one that the run has, or a new one. Disposed it is kept for the next stream, where it can be used again. */
export async function takeSession(parameters: Parameters, { shared, signal }: Host): Promise<MysqlSession> {
  const pool = shared(`mysql ${JSON.stringify(parameters)}`, makePool);
  let session = pool.idle.pop();
  while (session && !session.isReusable()) session = pool.idle.pop();
  const taken = session ?? await connectToRead(parameters, signal);
  return {
    ...taken,
    async [Symbol.asyncDispose]() {
      if (taken.isReusable()) pool.idle.push(taken);
      else await taken[Symbol.asyncDispose]();
    },
  };
}

async function connectToRead(parameters: Parameters, signal: AbortSignal): Promise<MysqlSession> {
  const { connect } = await import("./session.ts");
  const session = await connect(parameters, { signal });
  await session.change("SET SESSION TRANSACTION READ ONLY"); // what a query calls may write
  return session;
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
