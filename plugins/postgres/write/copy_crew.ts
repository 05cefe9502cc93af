import type { PgSession } from "../session.ts";

/** Connections that feed one table at the same time. */
export interface CopyCrew extends AsyncDisposable {
  /** Feeds COPY … FROM STDIN on a connection of its own. The first failure ends the others too. */
  copyIn(sql: string, bytes: ReadableStream<Uint8Array>): Promise<number>;
}

export function copyCrew(connect: () => Promise<PgSession>): CopyCrew {
  const idle: PgSession[] = [], busy = new Set<PgSession>();
  let failure: unknown;
  const end = async (sessions: Iterable<PgSession>) => {
    await Promise.all([...sessions].map((session) => session[Symbol.asyncDispose]()));
  };
  return {
    async copyIn(sql, bytes) {
      const session = idle.pop() ?? await connect();
      busy.add(session);
      try {
        const rows = await session.transaction(() => session.copyIn(sql, bytes));
        idle.push(session);
        return rows;
      } catch (error) {
        failure ??= error; // those that it ends fail too, and sooner
        await end(busy);
        throw failure;
      } finally {
        busy.delete(session);
      }
    },
    [Symbol.asyncDispose]: () => end([...idle, ...busy]),
  };
}
