import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { type BytesBatch, DtegError, type LoadColumn } from "../../../sdk/mod.ts";
import { quoteIdentifier } from "../backticks.ts";
import { mysqlError } from "../mysql_error.ts";
import type { MysqlSession } from "../session.ts";
import { fieldLiteral, fieldLoad } from "./field_load.ts";
import { loadForm } from "./load_form.ts";

/** Where rows are loaded. */
export interface LoadPlace {
  /** The table, quoted. */
  readonly into: string;
  /** Types of its columns, by name. */
  readonly types: ReadonlyMap<string, string>;
  /** Columns that the batch does not bring. */
  readonly filled?: readonly LoadColumn[];
}

/** The values of such columns as SQL. */
export const filledValues = ({ filled = [], types }: LoadPlace): readonly string[] =>
  filled.map((column) => fieldLiteral(column.value, fieldLoad(column, types.get(column.name) ?? "")));

/** The server takes no file from a client, or this login may not send one. */
const FORBIDDEN = [1148, 3948, 4166];

/**
 * Streams a batch into a table with LOAD DATA LOCAL, and gives the rows that arrived; undefined when the server forbids it, before a byte of
 * the stream was taken. LOCAL makes the server go on where it should stop: each of its warnings is an error here.
 */
export async function loadData(
  session: MysqlSession,
  batch: BytesBatch,
  place: LoadPlace,
): Promise<number | undefined> {
  const { into, types, filled = [] } = place;
  const loads = batch.schema.map((column) => ({
    column,
    ...fieldLoad(column, types.get(column.name) ?? ""),
  }));
  const fields = loads.map(({ column, value }, index) => value ? `@dteg_${index}` : quoteIdentifier(column.name));
  const values = filledValues(place);
  const sets = [
    ...loads.flatMap(({ column, value }, index) =>
      value ? [`${quoteIdentifier(column.name)} = ${value(`@dteg_${index}`)}`] : []
    ),
    ...filled.map(({ name }, index) => `${quoteIdentifier(name)} = ${values[index]}`),
  ];
  const sql = `LOAD DATA LOCAL INFILE 'dteg' INTO TABLE ${into} CHARACTER SET utf8mb4 ` +
    `FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\\n' ` +
    `(${fields.join(", ")})${sets.length ? ` SET ${sets.join(", ")}` : ""}`;
  try {
    const { affectedRows, warningStatus } = await send(
      session,
      sql,
      () => batch.stream.pipeThrough(loadForm(loads.map(({ form }) => form))),
    );
    if (warningStatus > 0) await refuseWarnings(session, { into, types });
    return affectedRows;
  } catch (error) {
    const errno = error instanceof DtegError ? errnoOf(error.cause) : 0;
    if (FORBIDDEN.includes(errno)) return undefined;
    throw error;
  }
}

const errnoOf = (cause: unknown) => cause instanceof Object ? Number(Reflect.get(cause, "errno") ?? 0) : 0;

interface Sent {
  readonly affectedRows: number;
  readonly warningStatus: number;
}

/** Runs the statement; the stream is opened when the server asks for it. */
async function send(
  { client, label, onLost }: MysqlSession,
  sql: string,
  open: () => ReadableStream<Uint8Array>,
): Promise<Sent> {
  let forget = () => {};
  let failure: unknown;
  let sending: Readable | undefined;
  try {
    return await new Promise<Sent>((resolve, reject) => {
      forget = onLost(reject);
      const infileStreamFactory = () => {
        sending = Readable.from(buffers(open(), client), { objectMode: false });
        sending.on("error", (error) => failure = error);
        return sending;
      };
      client.query({ sql, infileStreamFactory }, (error, result) => {
        if (error) return reject(error);
        resolve({
          affectedRows: Number(Reflect.get(result, "affectedRows")),
          warningStatus: Number(Reflect.get(result, "warningStatus") ?? 0),
        });
      });
    });
  } catch (error) {
    sending?.destroy();
    throw failure ?? mysqlError(error, { label, action: "load rows into" });
  } finally {
    forget();
  }
}

/** What the driver takes, one piece at a time: it does not wait by itself for a slow server. */
async function* buffers(
  stream: ReadableStream<Uint8Array>,
  client: MysqlSession["client"],
): AsyncGenerator<Uint8Array> {
  const socket: unknown = Reflect.get(client, "stream");
  for await (const chunk of stream) {
    if (socket instanceof EventEmitter && Reflect.get(socket, "writableNeedDrain") === true) await drained(socket);
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

function drained(socket: EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done).off("close", done);
      resolve();
    };
    socket.on("drain", done).on("close", done);
  });
}

/** What a server says of its binary log and of words that it will not know one day: of no value. */
const HARMLESS = ["1592", "1287", "1681"];

/** Throws for what the server only warned of: a value that it changed, a row that it left out. */
export async function refuseWarnings(session: MysqlSession, { into, types }: LoadPlace): Promise<void> {
  const all = await session.query("SHOW WARNINGS");
  const warnings = all.filter(({ Code }) => !HARMLESS.includes(Code ?? ""));
  if (warnings.length === 0 && all.length > 0) return;
  const warning = warnings.find(({ Level }) => Level !== "Note") ?? warnings[0];
  if (!warning) throw new DtegError("internal", `the server counted warnings of a load into ${into} and tells none`);
  const said = warning.Message ?? "";
  const error = Object.assign(new Error(said), { errno: Number(warning.Code), sqlState: "HY000", sqlMessage: said });
  const known = mysqlError(error, { label: session.label, action: "load rows into" });
  const row = Number(/ at row (\d+)$/.exec(said)?.[1] ?? 0);
  const isTold = /value: /.test(said) || known.column === undefined || row === 0;
  const kept = isTold ? undefined : await keptValue(session, { into, column: known.column ?? "", row });
  const type = types.get(known.column ?? "");
  throw new DtegError(
    known.code,
    `${known.message}${type ? `, which is ${type}` : ""}${
      kept === undefined ? "" : `; of the value it kept ${JSON.stringify(kept)}`
    }`,
    { ...known, cause: error },
  );
}

/** What the table holds of a value that the server cut or changed; rows lie in the order in which they came. */
async function keptValue(
  session: MysqlSession,
  { into, column, row }: { readonly into: string; readonly column: string; readonly row: number },
): Promise<string | undefined> {
  const [found] = await session.query(
    `SELECT LEFT(${quoteIdentifier(column)}, 60) AS kept FROM ${into} LIMIT 1 OFFSET ${row - 1}`,
  ).catch(() => []); // what the server said is enough
  return found?.kept ?? undefined;
}
