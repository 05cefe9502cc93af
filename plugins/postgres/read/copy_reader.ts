import { type BytesBatch, DtegError, type Part, quoteText, type Reader } from "../../../sdk/mod.ts";
import { takeSession } from "../pool.ts";
import type { PgSession } from "../session.ts";
import { copiedType, copyForm } from "../type_map.ts";
import { localForms } from "../text_forms.ts";
import { pictureOf } from "./picture.ts";
import { type Reading, restOf, withWhere } from "./reading.ts";

/** Smaller tables are read in one piece. */
const LEAST_BYTES = 64e6;
/** Size of a range where a load may be gone on with: what is read twice at most, by each reader. */
const RESUMED_BYTES = 32e6;
/** Ranges for each reader, so that all end at about the same time. */
const RANGES = 2;

/**
 * Reads by binary COPY, as another PostgreSQL takes it; a large table by ranges of its pages at once, all of one snapshot. `settle` asks
 * the snapshot what is to be read of it.
 */
export async function copyReader(
  reading: Reading,
  settle?: (reading: Reading) => Promise<Reading>,
): Promise<Unverified> {
  const ranges = await pageRanges(reading);
  if (ranges || settle || reading.request.keepsPicture) {
    const reader = await rangeReader(reading, { ranges: ranges ?? ["true"], settle });
    return ranges && reading.request.resumes
      ? { ...reader, fingerprint: await fingerprintOf(reading, ranges) }
      : reader;
  }
  return {
    complete: true,
    schema: schemaOf(reading),
    snapshotAt: new Date().toISOString(),
    parts: [{ id: "0" }],
    read: () => Promise.resolve(copyBatch(reading, reading.session)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Whether what was read is one table is told by {@linkcode watchTable}. */
export type Unverified = Omit<Reader, "verify">;

/** One session keeps a snapshot for all the others. */
async function rangeReader(
  reading: Reading,
  { ranges, settle }: { readonly ranges: readonly string[]; readonly settle?: (reading: Reading) => Promise<Reading> },
): Promise<Unverified> {
  const { session, parameters, host, request, whatToRead } = reading;
  await session.query(
    "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0",
  );
  const [{ id: snapshot }] = await session.query("SELECT pg_catalog.pg_export_snapshot() AS id");
  if (snapshot === null) throw new DtegError("internal", "the server gave no name of a snapshot");
  if (settle || request.keepsPicture) await session.query(localForms());
  const settled = await settle?.(reading) ?? reading;
  return {
    complete: true,
    schema: schemaOf(reading),
    snapshotAt: new Date().toISOString(),
    parts: ranges.map((_, index) => ({ id: String(index) })),
    ...(request.keepsPicture && {
      picture: pictureOf(() => Promise.resolve({ session, id: snapshot }), { parameters, host, whatToRead }),
    }),
    async read(part: Part) {
      const own = await takeSession(parameters, host);
      const batch = copyBatch(withWhere(settled, ranges[Number(part.id)]), own, snapshot);
      return { ...batch, stream: ReadableStream.from(thenBack(batch.stream, own)) };
    },
    async [Symbol.asyncDispose]() {
      await session.query("ROLLBACK").catch(() => {}); // a lost connection has ended it
    },
  };
}

/** Gives a session back when all of it was read, or nobody wants more. */
async function* thenBack(stream: ReadableStream<Uint8Array>, session: PgSession): AsyncGenerator<Uint8Array> {
  await using _session = session;
  yield* stream;
}

/** Conditions that cut a table into ranges of pages; undefined where one piece is better, or ranges would not be scanned by themselves. */
async function pageRanges({ relation, request, session }: Reading): Promise<readonly string[] | undefined> {
  const isPlain = relation && (relation.kind === "r" || relation.kind === "m") && !relation.hasChildren;
  if (!isPlain || request.limit !== undefined || (request.parts < 2 && !request.resumes)) return undefined;
  const [row] = await session.query(
    `SELECT (current_setting('server_version_num')::int >= 140000 AND NOT pg_catalog.pg_is_in_recovery())::text AS can, ` +
      `pg_catalog.pg_relation_size(${
        quoteText(relation.oid)
      }::oid)::text AS bytes, current_setting('block_size') AS block`,
  );
  const bytes = Number(row.bytes), pages = Math.ceil(bytes / Number(row.block));
  if (row.can !== "true" || bytes < LEAST_BYTES) return undefined;
  const count = request.resumes ? Math.ceil(bytes / RESUMED_BYTES) : request.parts * RANGES;
  const edges = Array.from(
    { length: count - 1 },
    (_, index) => `'(${Math.round(pages * (index + 1) / count)},0)'::tid`,
  );
  return Array.from({ length: count }, (_, index) => {
    const from = index > 0 ? [`ctid >= ${edges[index - 1]}`] : [];
    const to = index < count - 1 ? [`ctid < ${edges[index]}`] : []; // the last one takes what has grown meanwhile
    return [...from, ...to].join(" AND ");
  });
}

/** A table as it is now, in the ranges that it is cut in: its file, and what was ever written to it. */
async function fingerprintOf({ relation, session }: Reading, ranges: readonly string[]): Promise<string> {
  const oid = `${quoteText(relation?.oid ?? "")}::oid`;
  const counts = ["inserted", "updated", "deleted"].map((what) =>
    `pg_catalog.pg_stat_get_tuples_${what}(${oid})::text`
  );
  const [row] = await session.query(
    `SELECT pg_catalog.concat_ws(' ', ${oid}::text, pg_catalog.pg_relation_filenode(${oid})::text, ` +
      `pg_catalog.pg_relation_size(${oid})::text, ${counts.join(", ")}) AS state`,
  );
  return JSON.stringify([row.state, ranges]);
}

/** Types that the other server may not have go as text. */
function copyBatch(reading: Reading, session: PgSession, snapshot?: string): BytesBatch {
  const list = wantedOf(reading).map(copyForm).join(", ");
  const sql = `COPY (SELECT ${list} ${restOf(reading)}) TO STDOUT (FORMAT binary)`;
  return { kind: "bytes", format: "pgcopy", schema: schemaOf(reading), stream: session.copyOut(sql, { snapshot }) };
}

function schemaOf(reading: Reading): BytesBatch["schema"] {
  return wantedOf(reading).map((column) => ({
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    native: { system: "postgres", type: copiedType(column) },
    ...(column.comment !== undefined && { comment: column.comment }),
  }));
}

const wantedOf = ({ columns, request: { drop } }: Reading) => columns.filter(({ name }) => !drop.includes(name));
