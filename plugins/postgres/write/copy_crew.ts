import type { PgSession } from "../session.ts";

/** What belongs to the rows, in their transaction. */
type AfterCopy = (session: PgSession, rows: number) => Promise<void>;

/** Connections that feed one table at the same time. */
export interface CopyCrew extends AsyncDisposable {
  /** Feeds COPY … FROM STDIN on a connection of its own. The first failure ends the others too. */
  copyIn(sql: string, bytes: ReadableStream<Uint8Array>, then?: AfterCopy): Promise<number>;
}

export function copyCrew(connect: () => Promise<PgSession>): CopyCrew {
  const idle: PgSession[] = [], busy = new Set<PgSession>();
  let failure: unknown;
  const end = async (sessions: Iterable<PgSession>) => {
    await Promise.all([...sessions].map((session) => session[Symbol.asyncDispose]()));
  };
  return {
    async copyIn(sql, bytes, then) {
      const session = idle.pop() ?? await connect();
      busy.add(session);
      try {
        const rows = await session.transaction(async () => {
          const taken = await session.copyIn(sql, bytes);
          await then?.(session, taken);
          return taken;
        });
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
