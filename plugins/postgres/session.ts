import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DtegError } from "../../sdk/mod.ts";
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
  copyOut(sql: string): ReadableStream<Uint8Array>;
  /** Feeds COPY … FROM STDIN and gives the rows that the server took. */
  copyIn(sql: string, bytes: ReadableStream<Uint8Array>): Promise<number>;
  /** Runs a step in a transaction in which dates and numbers have one text form, whatever the server's settings. */
  transaction<T>(step: () => Promise<T>, options?: { readonly mode?: string }): Promise<T>;
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
const FORMS = `${localForms()}; SET LOCAL client_min_messages = 'warning'; SET LOCAL search_path = ''; ` +
  "SET LOCAL standard_conforming_strings = on";

/** Connects to the first server that answers. */
export async function connect(
  parameters: Parameters,
  { signal }: { readonly signal: AbortSignal },
): Promise<PgSession> {
  const failures: DtegError[] = [];
  for (const server of parameters.servers) {
    signal.throwIfAborted();
    try {
      return await connectTo(server, parameters, signal);
    } catch (error) {
      failures.push(DtegError.from(error));
      if (failures.at(-1)?.failure === "auth") break; // another server would not know the user better
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
  signal: AbortSignal,
): Promise<PgSession> {
  const attempt = { label: labelOf(server, parameters), action: CONNECT };
  const modes = tlsTries(parameters.sslmode, server);
  for (const [index, useTls] of modes.entries()) {
    try {
      const client = await openClient(server, parameters, { useTls });
      const stop = () => client.connection.stream.destroy(); // an interrupted run waits for no server
      signal.addEventListener("abort", stop, { once: true });
      const session = makeSession(client, {
        server,
        label: attempt.label,
        onEnd: () => signal.removeEventListener("abort", stop),
      });
      if (parameters.readWrite) await requireWritable(session);
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

async function openClient(
  server: ServerAddress,
  parameters: Parameters,
  { useTls }: { readonly useTls: boolean },
): Promise<PgClient> {
  const { Client } = await import("./driver.ts");
  const client = new Client({
    host: server.host,
    port: server.port,
    user: parameters.user,
    password: parameters.password ?? noPassword,
    database: parameters.database,
    application_name: parameters.applicationName,
    connectionTimeoutMillis: parameters.connectTimeout * 1000,
    ...(parameters.options !== undefined && { options: parameters.options }),
    ...(parameters.statementTimeout > 0 && { statement_timeout: parameters.statementTimeout * 1000 }),
    ssl: useTls ? tlsOptions(server, parameters) : false,
    keepAlive: true,
    types: { getTypeParser: () => (text: string | Uint8Array) => text },
  });
  client.on("error", () => {}); // an idle connection that ends is told by the next statement
  await client.connect();
  return client;
}

/** Asked only when the server wants a password. */
function noPassword(): never {
  throw new Error("the server wants a password, and none is given");
}

function tlsOptions({ host }: ServerAddress, { sslmode, sslrootcert, sslcert, sslkey }: Parameters): ConnectionOptions {
  const read = (path: string | undefined, what: string) => {
    if (path === undefined) return undefined;
    try {
      return readFileSync(path, "utf8");
    } catch (cause) {
      throw new DtegError("connector.config", `cannot read the file "${path}" of ${what}`, { path, cause });
    }
  };
  const verifies = sslmode === "verify-ca" || sslmode === "verify-full";
  const isAddress = /^[\d.]+$|:/.test(host);
  return {
    rejectUnauthorized: verifies,
    ca: sslrootcert === "system" ? [...rootCertificates] : read(sslrootcert, "sslrootcert"),
    cert: read(sslcert, "sslcert"),
    key: read(sslkey, "sslkey"),
    ...(!isAddress && { servername: host }),
    ...(sslmode !== "verify-full" && { checkServerIdentity: () => undefined }),
  };
}

async function requireWritable(session: PgSession): Promise<void> {
  const [row] = await session.query(
    "SELECT current_setting('transaction_read_only') AS read_only, pg_is_in_recovery() AS standby",
  );
  if (row.read_only === "off" && row.standby === "f") return;
  await session[Symbol.asyncDispose]();
  throw new DtegError(
    "target.read_only",
    `${session.label} is read-only, and target_session_attrs wants a server that can be written to`,
  );
}

function makeSession(
  client: PgClient,
  { server, label, onEnd }: { readonly server: ServerAddress; readonly label: string; readonly onEnd: () => void },
): PgSession {
  let isOpen = true;
  let status = "I"; // the server's word: I idle, T in a transaction, E in a failed one
  client.connection.on("readyForQuery", (message: { readonly status: string }) => status = message.status);
  const attempt = (action: string) => ({ label, action });

  async function run(
    sql: string,
    { values, action = "run a statement on" }: { values?: readonly (string | null)[]; action?: string } = {},
  ) {
    try {
      const result = await client.query(sql, values ? [...values] : undefined);
      return Array.isArray(result) ? result[result.length - 1] : result;
    } catch (error) {
      throw pgError(error, attempt(action));
    }
  }

  const session: PgSession = {
    server,
    label,
    query: async (sql, values) => (await run(sql, { values })).rows,
    fields: async (sql) =>
      (await run(`SELECT * FROM (${sql}\n) q LIMIT 0`, { action: "read from" })).fields.map((
        { name, dataTypeID, dataTypeModifier }: FieldLike,
      ) => ({
        name,
        oid: dataTypeID,
        modifier: dataTypeModifier,
      })),
    change: async (sql) => (await run(sql)).rowCount ?? 0,
    copyOut: (sql) => outStream(client, { sql, attempt: attempt("read from") }),
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
        await run("COMMIT");
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
      onEnd();
      await client.end().catch(() => {}); // it has ended already
    },
  };
  return session;
}

async function* copyInTransaction(client: PgClient, sql: string): AsyncGenerator<Uint8Array> {
  await client.query(`BEGIN READ ONLY; ${localForms()}`);
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
  { sql, attempt }: { readonly sql: string; readonly attempt: { readonly label: string; readonly action: string } },
): ReadableStream<Uint8Array> {
  const chunks = copyInTransaction(client, sql);
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
