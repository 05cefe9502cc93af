import { quoteName, quoteText, type Reader, type ReadRequest } from "../../../sdk/mod.ts";
import type { PgColumn } from "../catalog.ts";
import { takeSession } from "../pool.ts";
import type { PgSession } from "../session.ts";
import { localForms } from "../text_forms.ts";
import { digestRows } from "./digest.ts";
import { type Reading, restOf } from "./reading.ts";

/** Finds what a request wants. */
export type WhatToRead = (
  session: PgSession,
  request: ReadRequest,
) => Promise<Pick<Reading, "columns" | "relation" | "from">>;

/** A session in whose transaction a snapshot is kept, and the name by which others take it. */
export interface Snapshot {
  readonly session: PgSession;
  readonly id: string;
}

/** Reads and sums up more of the picture that a snapshot is. */
export function pictureOf(
  snapshot: () => Promise<Snapshot>,
  { parameters, host, whatToRead }: Pick<Reading, "parameters" | "host"> & { readonly whatToRead: WhatToRead },
): NonNullable<Reader["picture"]> {
  return {
    async open(request) {
      const { session, id } = await snapshot();
      const read = await whatToRead(session, request);
      const list = read.columns.map((column) => textOf(column)).join(", ");
      const schema = read.columns.map(({ name, type, nullable, native }) => ({ name, type, nullable, native }));
      const sql = `COPY (SELECT ${list} ${restOf({ ...read, request })}) TO STDOUT (FORMAT csv)`;
      return {
        schema,
        complete: request.where === undefined,
        snapshotAt: new Date().toISOString(),
        parts: [{ id: "0" }],
        async read() {
          const own = await takeSession(parameters, host);
          return {
            kind: "bytes",
            format: "csv",
            schema,
            stream: ReadableStream.from(thenBack(own.copyOut(sql, { snapshot: id }), own)),
          };
        },
        verify: () => Promise.resolve(),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      };
    },
    async *digest(request) {
      const { session } = await snapshot();
      const whole = { ...request, drop: [], text: [], accepts: [], parts: 1, settings: {} };
      yield* digestRows((sql) => session.query(sql), { ...request, ...await whatToRead(session, whole) });
    },
  };
}

/** Takes over a snapshot of another session, and keeps it. */
export async function keepSnapshot(
  { parameters, host }: Pick<Reading, "parameters" | "host">,
  given: string,
): Promise<Snapshot> {
  const session = await takeSession(parameters, host);
  try {
    await session.query(
      `BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET TRANSACTION SNAPSHOT ${quoteText(given)}; ` +
        `SET LOCAL idle_in_transaction_session_timeout = 0; ${localForms()}`,
    );
    const [{ id }] = await session.query("SELECT pg_catalog.pg_export_snapshot() AS id");
    return { session, id: id ?? given };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** Gives a session back when all of it was read, or nobody wants more. */
async function* thenBack(stream: ReadableStream<Uint8Array>, session: PgSession): AsyncGenerator<Uint8Array> {
  await using _session = session;
  yield* stream;
}

/** SQL of a column's text as the stage reads it. */
function textOf({ name, isArray, base }: PgColumn): string {
  const ref = quoteName(name);
  if (isArray) return `pg_catalog.to_json(${ref})::text`;
  if (base === "timestamptz") return `pg_catalog.replace(${ref}::text, '+00', 'Z')`;
  return base === "money" ? `${ref}::numeric::text` : `${ref}::text`;
}
