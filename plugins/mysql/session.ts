import { type CheckStep, DtegError } from "../../sdk/mod.ts";
import { clientSocket, dropClient, takeInflow } from "./connect/client_socket.ts";
import { openClient } from "./connect/open_client.ts";
import type { MysqlClient } from "./driver.ts";
import { CONNECT, mysqlError } from "./mysql_error.ts";
import { labelOf, type Parameters, type SslMode } from "./parameters.ts";
import type { Cell } from "./read/csv_cells.ts";
import { rowStream } from "./read/row_stream.ts";

/** A row by column; every value is the server's own text. */
export type MysqlRow = Readonly<Record<string, string | null>>;

/** A column of a result, as the protocol has it. */
export interface Field {
  readonly name: string;
  /** Number of its type. */
  readonly columnType: number;
  /** Of a number the digits, of a text the bytes, that it may have. */
  readonly columnLength: number;
  readonly decimals: number;
  readonly flags: number;
  /** 63 is bytes. */
  readonly characterSet: number;
  /** What MariaDB says beside: `uuid`, `inet6`. */
  readonly extendedTypeName?: string;
  /** `json` */
  readonly extendedFormat?: string;
}

/** A connection to a server, with a session of our own settings. */
export interface MysqlSession extends AsyncDisposable {
  /** Host, port and database as messages name them. */
  readonly label: string;
  readonly isMariadb: boolean;
  /** `10.11.19-MariaDB-…` */
  readonly version: string;
  /** The driver's connection, for what has no word here. */
  readonly client: MysqlClient;
  /** Runs one statement and gives its rows. The server takes no second one behind a semicolon. */
  query(sql: string): Promise<readonly MysqlRow[]>;
  /** Runs one statement and gives the rows that it found, as MySQL counts them. */
  change(sql: string, options?: { readonly action?: string }): Promise<number>;
  /** The columns of a query, which is not run. */
  fields(sql: string): Promise<readonly Field[]>;
  /** The rows of a query as CSV; see {@linkcode rowStream}. */
  csv(sql: string, cells: readonly Cell[]): ReadableStream<Uint8Array>;
  /** Told when the connection is lost; the result ends that. */
  onLost(listener: (error: Error) => void): () => void;
  /** True while it is connected and runs nothing: the next one who takes it finds it as new. */
  isReusable(): boolean;
}

/** What a connection is made with. */
export interface ConnectOptions {
  readonly signal: AbortSignal;
  /** Told of each step as it begins. */
  readonly step?: CheckStep;
}

/** Connects. */
export async function connect(parameters: Parameters, { signal, step }: ConnectOptions): Promise<MysqlSession> {
  const attempt = { label: labelOf(parameters), action: CONNECT };
  const modes = tlsTries(parameters.sslmode, parameters);
  for (const useTls of modes) {
    signal.throwIfAborted();
    try {
      const client = await openClient(parameters, { useTls, step });
      return makeSession(client, { label: attempt.label, signal });
    } catch (error) {
      const known = mysqlError(error, attempt);
      if (useTls === modes.at(-1) || known.code !== "connection.no_tls") throw known;
    }
  }
  throw new DtegError("internal", `no way to connect to ${attempt.label} was tried`);
}

/** With TLS or without, in the order that the mode says. A unix socket has none. */
function tlsTries(mode: SslMode, { socket }: Parameters): readonly boolean[] {
  if (mode === "disable" || socket !== undefined) return [false];
  return mode === "prefer" ? [true, false] : [true];
}

function makeSession(
  client: MysqlClient,
  { label, signal }: { readonly label: string; readonly signal: AbortSignal },
): MysqlSession {
  const inflow = takeInflow(client);
  let isOpen = true, running = 0;
  let lost: Error | undefined;
  const listeners = new Set<(error: Error) => void>();
  client.on("error", (error) => {
    lost ??= error;
    for (const listener of listeners) listener(error);
  });
  const stop = () => {
    dropClient(client); // an interrupted run waits for no server
    for (const listener of listeners) listener(new Error("interrupted"));
  };
  signal.addEventListener("abort", stop, { once: true });

  function onLost(listener: (error: Error) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  async function run(sql: string, action = "run a statement on"): Promise<unknown> {
    signal.throwIfAborted();
    running++;
    let forget = () => {};
    try {
      return await new Promise<unknown>((resolve, reject) => {
        if (lost) reject(lost);
        forget = onLost(reject);
        client.query(sql, (error, result) => error ? reject(error) : resolve(result));
      });
    } catch (error) {
      signal.throwIfAborted();
      throw mysqlError(error, { label, action });
    } finally {
      forget();
      running--;
    }
  }

  const version = String(Reflect.get(Reflect.get(client, "_handshakePacket") ?? {}, "serverVersion"));
  return {
    label,
    client,
    version: version.replace(/^5\.5\.5-/, ""), // what MariaDB says for the sake of old clients
    isMariadb: /mariadb/i.test(version),
    async query(sql) {
      const rows = await run(sql);
      return Array.isArray(rows) ? rows : [];
    },
    async change(sql, { action } = {}) {
      const result = await run(sql, action);
      return result instanceof Object && "affectedRows" in result ? Number(result.affectedRows) : 0;
    },
    async fields(sql) {
      try {
        return await preparedFields(client, sql);
      } catch (error) {
        signal.throwIfAborted();
        throw mysqlError(error, { label, action: "read from" });
      }
    },
    csv(sql, cells) {
      running++;
      const explain = (error: unknown) => {
        signal.throwIfAborted();
        return mysqlError(error, { label, action: "read from" });
      };
      const done = () => running--;
      return thenDone(rowStream(client, sql, { cells, inflow, onLost, explain }), done);
    },
    onLost,
    isReusable: () =>
      isOpen && running === 0 && lost === undefined && !clientSocket(client).destroyed && !signal.aborted,
    async [Symbol.asyncDispose]() {
      if (!isOpen) return;
      isOpen = false;
      signal.removeEventListener("abort", stop);
      if (lost || running > 0 || clientSocket(client).destroyed) return dropClient(client);
      await new Promise<void>((resolve) => client.end(() => resolve()));
    },
  };
}

/** The stream, with a call when it is over, however it ends. */
function thenDone(stream: ReadableStream<Uint8Array>, done: () => void): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let isDone = false;
  const once = () => {
    if (!isDone) done();
    isDone = true;
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        once();
        controller.close();
      } catch (error) {
        once();
        controller.error(error);
      }
    },
    async cancel(reason) {
      await reader.cancel(reason);
      once();
    },
  }, { highWaterMark: 0 });
}

/** The server prepares the statement, and tells what columns it would have. */
function preparedFields(client: MysqlClient, sql: string): Promise<readonly Field[]> {
  return new Promise((resolve, reject) => {
    client.prepare(sql, (error, statement) => {
      if (error) return reject(error);
      const columns: unknown = Reflect.get(statement, "columns");
      client.unprepare(sql);
      if (!Array.isArray(columns)) return reject(new Error("the driver tells no columns of a prepared statement"));
      resolve(columns as readonly Field[]);
    });
  });
}
