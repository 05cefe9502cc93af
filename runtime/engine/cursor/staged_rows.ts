import {
  type CursorRead,
  type DataType,
  DtegError,
  type Interval,
  type LoadPosition,
  quoteText,
  type ReadEnd,
  type ScanBatch,
  typeText,
} from "../../../sdk/mod.ts";
import { duckType, isWide } from "../move/duck_type.ts";
import type { StageSession } from "../move/session.ts";
import { hashedQuery, seenTable } from "./row_hash.ts";

/** The rows of a load in the stage, where they can be looked at twice; and those with what is known of them. */
const STAGED = "temp._dteg_new", JUDGED = "temp._dteg_judged";

/** Rows in the stage, and what was left out of them. */
export interface StagedRows {
  readonly batch: ScanBatch;
  readonly filtered: number;
}

/** Brings rows into the stage: those of a condition, if there is one. `c0`, `c1` … are their columns. */
async function stageRows(session: StageSession, batch: ScanBatch, where?: string): Promise<void> {
  const places = batch.schema.map((_, index) => `c${index}`).join(", ");
  const condition = where === undefined ? "" : ` WHERE ${where}`;
  await session.runScan(
    batch,
    (query) => `CREATE OR REPLACE TEMP TABLE _dteg_new AS SELECT * FROM (${query}) s(${places})${condition}`,
  );
}

const stagedBatch = (batch: ScanBatch, where = ""): ScanBatch => {
  const { within: _, ...rest } = batch;
  return { ...rest, query: `SELECT * FROM ${STAGED}${where}` };
};

/** Leaves out the rows of a batch that were loaded already, known by their hash. */
export async function leaveOutSeen(
  session: StageSession,
  batch: ScanBatch,
  { columns, rows }: NonNullable<LoadPosition["seen"]>,
): Promise<StagedRows> {
  await session.runScan(batch, (query) => {
    const numbered = `SELECT *, row_number() OVER (PARTITION BY h) AS nth FROM (${
      hashedQuery({ ...batch, query }, columns)
    })`;
    return `CREATE OR REPLACE TEMP TABLE _dteg_judged AS SELECT k.* EXCLUDE (h, nth), nth <= coalesce(seen.n, 0) AS "dteg:known" ` +
      `FROM (${numbered}) k LEFT JOIN ${seenTable(rows)} ON seen.h = k.h`;
  });
  const [{ n }] = await session.all(`SELECT count(*) AS n FROM ${JUDGED} WHERE "dteg:known"`);
  const { within: _, ...rest } = batch;
  return {
    batch: { ...rest, query: `SELECT * EXCLUDE ("dteg:known") FROM ${JUDGED} WHERE NOT "dteg:known"` },
    filtered: Number(n),
  };
}

/** A read by cursor of a source that leaves it to the engine: what is new goes through the stage. */
export async function stageSince(
  session: StageSession,
  batch: ScanBatch,
  { read, column }: { readonly read: CursorRead; readonly column: string },
): Promise<{ readonly batch: ScanBatch; end(): Promise<ReadEnd> }> {
  const at = batch.schema.findIndex(({ name }) => name === column), ref = `c${at}`;
  const { type } = batch.schema[at];
  const { since, lag, readsNulls } = read;
  const cast = (text: string) => `CAST(${quoteText(text)} AS ${duckType(type)})`;
  const from = (value: string) => {
    const bound = cast(value);
    if (!lag) return bound;
    const isTime = type.kind === "timestamp" || type.kind === "timestamptz" || type.kind === "date";
    if ("seconds" in lag && isTime) return `(${bound} - to_microseconds(${Math.round(lag.seconds * 1e6)}))`;
    const isNumber = /^(u?int|float|decimal)/.test(type.kind);
    if ("amount" in lag && isNumber) return `(${bound} - ${lag.amount})`;
    throw wrongLag(column, isTime ? "a time" : isNumber ? "a number" : "neither a time nor a number");
  };
  requireOrder(column, type);
  const value = since?.value ?? undefined;
  const within = read.interval && betweenEnds(read.interval(batch.schema[at]), { ref, cast });
  await stageRows(session, batch, within ?? (value && `${ref} >= ${from(value)} OR ${ref} IS NULL`));
  const leavesNulls = value !== undefined && !readsNulls;
  return {
    batch: stagedBatch(batch, leavesNulls ? ` WHERE ${ref} IS NOT NULL` : ""),
    async end() {
      const finite = /^(float|timestamp|date)/.test(type.kind) ? ` AND isfinite(${ref})` : "";
      const [{ last }] = await session.all(
        `SELECT CAST(max(${ref}) AS VARCHAR) AS last FROM ${STAGED} WHERE ${ref} IS NOT NULL${finite}`,
      );
      const [{ n }] = leavesNulls
        ? await session.all(`SELECT count(*) AS n FROM ${STAGED} WHERE ${ref} IS NULL`)
        : [{ n: 0 }];
      const highest = await higher(last === null ? undefined : String(last));
      return {
        position: { column, value: highest ?? null },
        late: 0,
        nulls: Number(n),
        ...(read.wantsTail && highest !== undefined && {
          tail: stagedBatch(batch, ` WHERE ${ref} >= ${from(highest)}`),
        }),
      };
    },
  };

  /** With a lag nothing may have been read beyond what was read before. */
  async function higher(last: string | undefined): Promise<string | undefined> {
    if (last === undefined || value === undefined) return last ?? value;
    const [{ isHigher }] = await session.all(`SELECT ${cast(last)} > ${cast(value)} AS "isHigher"`);
    return isHigher === true ? last : value;
  }
}

/** The condition of an interval. A day may begin within one: dates are compared as times, and numbers with all their digits. */
function betweenEnds(
  { start, end }: ReturnType<Interval>,
  { ref, cast }: { readonly ref: string; readonly cast: (text: string) => string },
): string {
  const bound = (text: string) =>
    /^-?[\d.]+$/.test(text) ? text : /\+00$/.test(text) ? cast(text) : `TIMESTAMP ${quoteText(text)}`;
  return [
    ...(start === undefined ? [] : [`${ref} >= ${bound(start)}`]),
    ...(end === undefined ? [] : [`${ref} < ${bound(end)}`]),
  ].join(" AND ");
}

/** A type that the stage holds as text has no order there. */
function requireOrder(column: string, type: DataType): void {
  const hasNone = type.kind === "other" || type.kind === "json" || type.kind === "list" || type.kind === "struct" ||
    isWide(type);
  if (!hasNone) return;
  throw new DtegError(
    "stream.cursor",
    `column ${JSON.stringify(column)} is ${typeText(type)}, which has no order to read by`,
    {
      column,
      hint: "choose a column of numbers, times or text",
    },
  );
}

/** A lag that does not go with its cursor. */
export function wrongLag(column: string, what: string): DtegError {
  return new DtegError("stream.cursor", `lag does not fit the cursor ${JSON.stringify(column)}, which is ${what}`, {
    column,
    hint: "lag is a duration such as 10m for times, a number for numbers, and nothing for others",
  });
}
