import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type CheckStep, DtegError, quoteText } from "../../sdk/mod.ts";
import type { PgType } from "./catalog.ts";
import { openClient } from "./connect/open_client.ts";
import { requireRole, searches } from "./connect/session_attrs.ts";
import { copyOut } from "./copy_out.ts";
import type { PgClient } from "./driver.ts";
import type { Parameters, ServerAddress, SslMode } from "./parameters.ts";
import { CONNECT, pgError } from "./pg_error.ts";
import { localForms } from "./text_forms.ts";

/** A row by column; every value is PostgreSQL's own text. */
export type PgRow = Readonly<Record<string, string | null>>;

/** A connection to a server. Nothing is assumed of its state between transactions, so a pooler may stand between. */
export interface PgSession extends AsyncDisposable {
  readonly server: ServerAddress;
  /** Host, port and database as messages name them. */
  readonly label: string;
  /** Runs one statement, or several without parameters; gives the rows of the last. */
  query(sql: string, values?: readonly (string | null)[]): Promise<readonly PgRow[]>;
  /** The columns of a query, which is not run: name, type's OID and modifier. */
  fields(sql: string): Promise<readonly { readonly name: string; readonly oid: number; readonly modifier: number }[]>;
  /** Runs one statement and gives the rows that it changed. */
  change(sql: string): Promise<number>;
  /** The bytes of COPY … TO STDOUT, in a transaction of its own that only reads and has the text forms of every server. */
  copyOut(sql: string, options?: { readonly snapshot?: string }): ReadableStream<Uint8Array>;
  /** Feeds COPY … FROM STDIN and gives the rows that the server took. */
  copyIn(sql: string, bytes: ReadableStream<Uint8Array>): Promise<number>;
  /** Runs a step in a transaction in which dates and numbers have one text form, whatever the server's settings. */
  transaction<T>(step: () => Promise<T>, options?: { readonly mode?: string }): Promise<T>;
  /** What was learnt of the server's types, by their number and modifier: a database has few, and they stay what they are. */
  readonly types: Map<string, PgType>;
  /** True while it is connected, and no transaction is open: the next one who takes it finds it as new. */
  isReusable(): boolean;
}

/** A column of a result, as the driver has it. */
interface FieldLike {
  readonly name: string;
  readonly dataTypeID: number;
  readonly dataTypeModifier: number;
}

/** For one transaction: the text forms, and names that mean the same on every server. */
const FORMS = `${localForms()}; SET LOCAL client_min_messages = 'warning'; SET LOCAL search_path = ''`;

/** How long an interrupted run waits for the reply to COMMIT, in milliseconds. */
const COMMIT_GRACE = 5000;

/** What a connection is made with. */
interface ConnectOptions {
  readonly signal: AbortSignal;
  /** Told of each step as it begins. */
  readonly step?: CheckStep;
}

/** Connects to the first server that answers, and is of the kind that is wanted. */
export async function connect(parameters: Parameters, options: ConnectOptions): Promise<PgSession> {
  let failures: DtegError[] = [];
  for (const attrs of searches(parameters.sessionAttrs)) {
    failures = [];
    for (const server of parameters.servers) {
      options.signal.throwIfAborted();
      try {
        return await connectTo(server, { ...parameters, sessionAttrs: attrs }, options);
      } catch (error) {
        failures.push(DtegError.from(error));
        if (failures.at(-1)?.failure === "auth") break; // another server would not know the user better
      }
    }
  }
  const last = failures.at(-1) ?? new DtegError("connector.config", "no server is named");
  if (failures.length < 2) throw last;
  const message = failures.map((failure) => failure.message).join("; ");
  throw new DtegError(last.code, message, { hint: last.hint, cause: last });
}

const labelOf = ({ host, port }: ServerAddress, { database }: Parameters) =>
  host.startsWith("/")
    ? `${host} (port ${port}), database ${database}`
    : `${host.includes(":") ? `[${host}]` : host}:${port}/${database}`;

async function connectTo(
  server: ServerAddress,
  parameters: Parameters,
  { signal, step }: ConnectOptions,
): Promise<PgSession> {
  const attempt = { label: labelOf(server, parameters), action: CONNECT, user: parameters.user };
  const modes = tlsTries(parameters.sslmode, server);
  for (const [index, useTls] of modes.entries()) {
    try {
      const client = await openClient(server, parameters, { useTls, step });
      const session = makeSession(client, { server, label: attempt.label, user: parameters.user, signal });
      await requireRole(session, parameters.sessionAttrs);
      return session;
    } catch (error) {
      const isLast = index === modes.length - 1;
      const known = pgError(error, attempt);
      if (isLast || (known.code !== "connection.no_tls" && parameters.sslmode !== "allow")) throw known;
    }
  }
  throw new DtegError("internal", `no way to connect to ${attempt.label} was tried`);
}

/** With TLS or without, in the order that the mode says. A unix socket has none. */
function tlsTries(mode: SslMode, { host }: ServerAddress): readonly boolean[] {
  if (mode === "disable" || host.startsWith("/")) return [false];
  if (mode === "allow") return [false, true];
  return mode === "prefer" ? [true, false] : [true];
}

function makeSession(
  client: PgClient,
  { server, label, user, signal }: {
    readonly server: ServerAddress;
    readonly label: string;
    readonly user: string;
    readonly signal: AbortSignal;
  },
): PgSession {
  let isOpen = true, isCommitting = false;
  let patience: ReturnType<typeof setTimeout> | undefined;
  const end = () => client.connection.stream.destroy(); // an interrupted run waits for no server
  const stop = () => {
    if (isCommitting) patience = setTimeout(end, COMMIT_GRACE); // its reply is worth a moment
    else end();
  };
  signal.addEventListener("abort", stop, { once: true });
  let status = "I"; // the server's word: I idle, T in a transaction, E in a failed one
  client.connection.on("readyForQuery", (message: { readonly status: string }) => status = message.status);
  const attempt = (action: string) => ({ label, action, user });

  async function run(
    sql: string,
    { values, action = "run a statement on", isOne = false }: {
      values?: readonly (string | null)[];
      action?: string;
      /** The server refuses several: what users write may end one statement and begin another. */
      isOne?: boolean;
    } = {},
  ) {
    try {
      const text = isOne ? { text: sql, queryMode: "extended" } : sql;
      const result = await client.query(text, values ? [...values] : undefined);
      return Array.isArray(result) ? result[result.length - 1] : result;
    } catch (error) {
      throw pgError(error, attempt(action));
    }
  }

  const session: PgSession = {
    server,
    label,
    types: new Map(),
    query: async (sql, values) => (await run(sql, { values })).rows,
    fields: async (sql) =>
      (await run(`SELECT * FROM (${sql}\n) q LIMIT 0`, { action: "read from", isOne: true })).fields.map((
        { name, dataTypeID, dataTypeModifier }: FieldLike,
      ) => ({
        name,
        oid: dataTypeID,
        modifier: dataTypeModifier,
      })),
    change: async (sql) => (await run(sql)).rowCount ?? 0,
    copyOut: (sql, { snapshot } = {}) => outStream(client, { sql, snapshot, attempt: attempt("read from") }),
    async copyIn(sql, bytes) {
      const { copyFrom } = await import("./driver.ts");
      const sink = client.query(copyFrom(sql));
      try {
        await pipeline(Readable.from(bytes.values()), sink);
        return sink.rowCount;
      } catch (error) {
        throw pgError(error, attempt("write to"));
      }
    },
    async transaction(step, { mode = "" } = {}) {
      await run(`BEGIN ${mode}; ${FORMS}`);
      try {
        const result = await step();
        signal.throwIfAborted();
        isCommitting = true;
        await run("COMMIT").finally(() => {
          isCommitting = false;
          clearTimeout(patience);
          if (signal.aborted) end();
        });
        return result;
      } catch (error) {
        if (isOpen) await run("ROLLBACK").catch(() => {}); // the first error tells more; a lost connection rolls back by itself
        throw error;
      }
    },
    isReusable: () => isOpen && status === "I" && !client.connection.stream.destroyed,
    async [Symbol.asyncDispose]() {
      if (!isOpen) return;
      isOpen = false;
      signal.removeEventListener("abort", stop);
      await client.end().catch(() => {}); // it has ended already
    },
  };
  return session;
}

interface OutCopy {
  readonly sql: string;
  /** That of another session's transaction, which is open. */
  readonly snapshot?: string;
}

async function* copyInTransaction(client: PgClient, { sql, snapshot }: OutCopy): AsyncGenerator<Uint8Array> {
  const begin = snapshot === undefined
    ? "BEGIN READ ONLY"
    : `BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET TRANSACTION SNAPSHOT ${quoteText(snapshot)}`;
  await client.query(`${begin}; ${localForms()}`);
  try {
    yield* copyOut(client, sql);
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {}); // a lost connection rolls back by itself
    throw error;
  }
  await client.query("COMMIT");
}

function outStream(
  client: PgClient,
  { attempt, ...copy }: OutCopy & { readonly attempt: { readonly label: string; readonly action: string } },
): ReadableStream<Uint8Array> {
  const chunks = copyInTransaction(client, copy);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(pgError(error, attempt));
      }
    },
    async cancel() {
      await chunks.return(undefined);
    },
  }, { highWaterMark: 0 });
}
