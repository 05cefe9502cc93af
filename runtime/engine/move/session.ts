import { realpathSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { DuckSession, Row, ScanBatch, TextForm } from "../../../sdk/mod.ts";
import { quoteName, quoteText } from "../../../sdk/mod.ts";
import { duckError, refuse } from "./duck_error.ts";
import { typeOfDuck } from "./duck_type.ts";
import type { DuckDBConnection, DuckDBInstance } from "./duckdb_api.ts";
import { type DuckApi, registerText } from "./text_function.ts";
import { openDuckDB } from "./duckdb_native.ts";
import { nativeScan } from "./native_scan.ts";
import { threadsFor } from "./stage_threads.ts";
import { textQuery } from "./text_form.ts";

/** Limits of the stage. */
export interface StageOptions {
  /** Bytes that DuckDB may hold. */
  readonly memory: number;
  readonly threads: number;
  /** An existing folder for what spills. */
  readonly tempDir: string;
  /** Bytes that may spill; absent: what the disk has. */
  readonly maxTemp?: number;
  readonly signal: AbortSignal;
}

/** How far the statement that runs now is. */
export interface StatementProgress {
  /** 0 to 1, null while unknown. */
  readonly share: number | null;
}

/** A session that also tells its progress. */
export interface StageSession extends DuckSession, AsyncDisposable {
  progress(): StatementProgress;
  /** Runs one statement whose columns are text and hands its rows over piece by piece, as DuckDB makes them, until `take` wants no more. */
  each(sql: string, take: (rows: readonly (readonly (string | null)[])[]) => boolean): Promise<void>;
  /** How many statements a text holds. */
  statements(sql: string): Promise<number>;
  /** Gives SQL a function from text to text, once for the stage; NULL stays NULL. */
  textFunction(name: string, make: (text: string) => string): void;
}

/** The run's DuckDB: in memory, spilling to the run's folder. */
export interface Stage extends AsyncDisposable {
  open(): Promise<StageSession>;
}

/** Opens the run's DuckDB. It never reaches the network: extensions are neither installed nor loaded by themselves. */
export async function openStage(options: StageOptions): Promise<Stage> {
  shareArenas(options);
  const api = await openDuckDB();
  const instance = await api.DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    extension_directory: options.tempDir,
    secret_directory: options.tempDir,
    home_directory: options.tempDir,
    memory_limit: `${Math.floor(options.memory / 1e6)}MB`,
    threads: String(options.threads),
    temp_directory: `${options.tempDir}/spill`,
  });
  return makeStage(instance, { ...options, api });
}

/**
 * DuckDB's allocator reads this as the library is loaded. Else each thread of the runtime that ever ran a statement keeps memory that
 * was given back, beside the limit: 60 MB in a merge.
 */
function shareArenas({ threads }: StageOptions): void {
  const name = "DUCKDB_JE_MALLOC_CONF";
  if (Deno.env.get(name) === undefined) Deno.env.set(name, `narenas:${Math.ceil(threads / 2)},dirty_decay_ms:50`);
}

function makeStage(instance: DuckDBInstance, options: StageOptions & { readonly api: DuckApi }): Stage {
  const attached = new Map<string, Promise<string>>();
  const queues = new Map<string, Promise<unknown>>();
  const functions = new Set<string>();
  const sessions = new Set<StageSession>();
  const threads = threadsFor(options);

  async function open(): Promise<StageSession> {
    const connection = await instance.connect();
    const session = makeSession(connection);
    sessions.add(session);
    await session.run(
      "SET TimeZone = 'UTC'; SET enable_progress_bar = true; SET enable_progress_bar_print = false",
    );
    if (options.maxTemp !== undefined) { // given with the instance DuckDB shows it and does not keep to it
      await session.run(`SET max_temp_directory_size = '${Math.floor(options.maxTemp / 1e6)}MB'`);
    }
    return session;
  }

  function makeSession(connection: DuckDBConnection): StageSession {
    const stop = () => connection.interrupt();
    options.signal.addEventListener("abort", stop);
    let closed = false;

    async function guarded<T>(
      sql: string,
      call: () => Promise<T>,
      { isSerial = false }: { readonly isSerial?: boolean } = {},
    ): Promise<T> {
      options.signal.throwIfAborted();
      try {
        using _running = await threads.begin(connection, { isSerial });
        return await call();
      } catch (error) {
        options.signal.throwIfAborted();
        throw duckError(error, { sql, tempDir: options.tempDir, memory: options.memory });
      }
    }

    const run = (sql: string, { isSerial }: { readonly isSerial?: boolean } = {}) =>
      guarded(
        sql,
        async () => rowsWritten(await (await connection.runAndReadAll(sql)).getRowObjectsJson() as Row[]),
        { isSerial },
      );

    const session: StageSession = {
      all: (sql) => guarded(sql, async () => await (await connection.runAndReadAll(sql)).getRowObjectsJson() as Row[]),
      run: (sql) => run(sql),
      attach: (path, { readOnly = false } = {}) => attachOnce(session, { path: canonical(path), readOnly }),
      scan: (query) => nativeScan(session, query),
      runScan({ query, within, order }, statement) {
        const step = () => run(statement(query), { isSerial: order === "serial" });
        return within ? within(step) : step();
      },
      async load(extension) {
        const { extensionFile } = await import("./duckdb_native.ts");
        await session.run(`LOAD ${quoteText(await extensionFile(extension))}`);
      },
      refuse: (column, expression) => refuse({ kind: "value", ...column }, expression),
      text: (batch: ScanBatch, form: TextForm) => textQuery(batch, form),
      typeOf: typeOfDuck,
      alone: (name, step) => inTurn(name, step),
      each: (sql, take) =>
        guarded(sql, async () => {
          const result = await connection.stream(sql);
          for await (const rows of result.yieldRowsJson()) {
            if (!take(rows as (string | null)[][])) break;
          }
        }),
      statements: (sql) => guarded(sql, async () => (await connection.extractStatements(sql)).count),
      textFunction(name, make) {
        if (functions.has(name)) return;
        functions.add(name);
        registerText(connection, { api: options.api, name, make });
      },
      progress: () => {
        const { percentage } = connection.progress;
        return { share: percentage >= 0 ? percentage / 100 : null };
      },
      [Symbol.asyncDispose]: () => {
        if (!closed) {
          closed = true;
          options.signal.removeEventListener("abort", stop);
          sessions.delete(session);
          connection.closeSync();
        }
        return Promise.resolve();
      },
    };
    return session;
  }

  function attachOnce(session: DuckSession, { path, readOnly }: { path: string; readOnly: boolean }): Promise<string> {
    const known = attached.get(path);
    if (known) return known;
    const catalog = `db${attached.size + 1}_${basename(path).replace(/\W/g, "_").slice(0, 30)}`;
    const attaching = session.run(`ATTACH ${quoteText(path)} AS ${quoteName(catalog)}${readOnly ? " (READ_ONLY)" : ""}`)
      .then(() => catalog);
    attached.set(path, attaching);
    attaching.catch(() => attached.delete(path));
    return attaching;
  }

  async function inTurn<T>(name: string, step: () => Promise<T>): Promise<T> {
    const before = queues.get(name) ?? Promise.resolve();
    const mine = before.then(step, step);
    queues.set(name, mine);
    return await mine;
  }

  return {
    open,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) await session[Symbol.asyncDispose]();
      instance.closeSync();
    },
  };
}

/** DuckDB answers statements that write with one row and one column `Count`. */
function rowsWritten(rows: readonly Row[]): number {
  return rows.length === 1 && "Count" in rows[0] ? Number(rows[0].Count) : 0;
}

/** One name for one file, whatever links lead to it; the file itself may not be there yet. */
function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // a new file: its folder decides
  }
  try {
    return `${realpathSync(dirname(path))}/${basename(path)}`;
  } catch {
    return path;
  }
}
