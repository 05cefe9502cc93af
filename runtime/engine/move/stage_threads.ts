import type { DuckDBConnection } from "./duckdb_api.ts";

/** How many threads the stage has for the statements that run now. */
export interface StageThreads {
  /** A statement begins; the result is disposed when it has ended. */
  begin(connection: DuckDBConnection, options: { readonly isSerial: boolean }): Promise<Disposable>;
}

/**
 * A statement whose rows one thread reads is run by the thread that asks for it, where no other one runs. With more of them DuckDB gives the
 * work to another, and the first one spins until all is done: it takes a core that the source needs.
 */
export function threadsFor({ threads }: { readonly threads: number }): StageThreads {
  let running = 0, set = threads;
  let setting: Promise<void> = Promise.resolve();

  async function change(connection: DuckDBConnection, wanted: number): Promise<void> {
    if (set === wanted) return;
    await connection.run(`SET threads = ${wanted}`);
    set = wanted;
  }

  return {
    async begin(connection, { isSerial }) {
      running++;
      const ended = { [Symbol.dispose]: () => void running-- };
      setting = setting.catch(() => {}).then(async () => {
        if (!isSerial) await change(connection, threads);
        else if (running === 1) await change(connection, 1); // to take threads away waits for what they do
      });
      await setting.catch((error) => {
        ended[Symbol.dispose]();
        throw error;
      });
      return ended;
    },
  };
}
