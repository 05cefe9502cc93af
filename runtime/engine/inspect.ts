import { type Batch, DtegError, formatName, nearest, quoteName, type ScanBatch, typeText } from "../../sdk/mod.ts";
import type { End, PipelineStream } from "../config/pipeline.ts";
import { type AskOptions, openAsk } from "./ask/ask_context.ts";
import { type OpenSource, openSource } from "./ask/open_end.ts";
import { notOneStatement } from "./ask/one_statement.ts";
import { openStream, plainStream, type StreamToRead } from "./ask/open_stream.ts";
import { asReading, withPlace } from "./ask/sql_place.ts";
import type { CsvReading } from "./csv/csv_call.ts";
import { bytesScan } from "./pipe/bytes_scan.ts";
import { hideValues } from "./mask/hidden_values.ts";
import { hashes, lendMaskKey } from "./mask/mask_key.ts";
import { columnRefs } from "./move/column_refs.ts";
import type { StageSession } from "./move/session.ts";
import { withNearest } from "./plan/jobs.ts";
import { shapeBatch } from "./plan/shape.ts";

/** Columns of what was asked for. */
export type LookedColumns = readonly { readonly name: string; readonly type: string }[];

/** Rows with exact text of every value; NULL is null. */
export type LookedRows = readonly (readonly (string | null)[])[];

/** Rows and their columns. */
export interface Looked {
  readonly columns: LookedColumns;
  readonly rows: LookedRows;
}

/** An end opened to be looked at. */
export interface Inspection extends AsyncDisposable {
  /** Names of its streams. */
  streams(): Promise<readonly string[]>;
  /** The first rows of a stream, as a load of it would bring them. */
  preview(stream: PipelineStream & { readonly name: string }, options: { readonly limit: number }): Promise<Looked>;
  /**
   * Runs a query that only reads, with the streams as its tables, and hands its rows over in pieces as they come: never all at once.
   * `take` is called at least once, so that it learns of the columns; it gives false when it wants no more.
   */
  query(
    sql: string,
    options: { readonly limit?: number; readonly take: (piece: Looked) => boolean },
  ): Promise<void>;
  /** Runs statements that may change anything. */
  execute(sql: string): Promise<void>;
}

/** Opens an end to be looked at; nothing of it is written. */
export async function inspect(end: End, options: AskOptions): Promise<Inspection> {
  const context = await openAsk(options);
  const opened = await openSource(end, context).catch(async (error) => {
    await context[Symbol.asyncDispose]();
    throw error;
  });
  const { source, host } = opened;

  return {
    async streams() {
      const names: string[] = [];
      for await (const { name } of source.discover()) names.push(formatName(name));
      return names;
    },
    async preview(stream, { limit }) {
      const session = await host.duckdb();
      if (hashes(stream)) await lendMaskKey(session, await context.maskKey());
      return await inOnePassIfNeeded(async (reading) => {
        const { scan, isWhole } = await openStream(opened, stream, { limit, reading });
        const shaped = scan.schema.length === 0
          ? scan
          : shapeBatch(isWhole ? conditioned(scan, stream) : scan, stream, { foldsCase: true }).batch;
        const first = { ...shaped, query: `SELECT * FROM (${shaped.query}) LIMIT ${limit}` };
        const rows: (readonly (string | null)[])[] = [];
        await eachPiece(session, first, (piece) => rows.push(...piece) > 0);
        return { columns: columnsOf(first), rows };
      }).catch((error) => {
        throw hideValues(DtegError.from(error), stream);
      });
    },
    async query(sql, { limit, take }) {
      const session = await host.duckdb();
      const statement = sql.trim().replace(/(;\s*)+$/, "");
      await checkReading(statement, source.query && end.connector !== "duckdb" ? undefined : session);
      await source.check();
      const give = async (found: ScanBatch) => {
        const asked = limit === undefined
          ? found
          : { ...found, query: `SELECT * FROM (${found.query}) LIMIT ${limit}` };
        const columns = columnsOf(asked);
        take({ columns, rows: [] });
        await eachPiece(session, asked, (rows) => take({ columns, rows }));
      };
      try {
        if (source.query) await give(scanOf(await source.query(statement), host.tempDir));
        else await give(await askFiles(statement, { opened, session }));
      } catch (error) {
        throw await withNearestTable(withPlace(error, statement), opened);
      }
    },
    async execute(sql) {
      if (!source.execute) {
        throw new DtegError("query.not_read_only", `${end.label} can only be read: it is no database`, {
          hint: "leave --allow-writes out; files are replaced by `dteg run`",
        });
      }
      await source.execute(sql).catch((error) => {
        throw withPlace(error, sql);
      });
    },
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await context[Symbol.asyncDispose]();
    },
  };
}

const columnsOf = ({ schema }: ScanBatch): LookedColumns =>
  schema.map(({ name, type }) => ({ name, type: typeText(type) }));

function scanOf(batch: Batch, tempDir: string): ScanBatch {
  if (batch.kind === "bytes") return bytesScan(batch, { tempDir });
  if (batch.kind !== "scan") throw new DtegError("internal", `a query gives a query, not ${batch.kind}`);
  return batch;
}

/**
 * The answer of files, in a table of the stage that spills to the disk: what is wrong in a file is told before the first row is
 * shown, and a file that cannot be read in parts is read again in one pass.
 */
async function askFiles(
  statement: string,
  { opened, session }: { readonly opened: OpenSource; readonly session: StageSession },
): Promise<ScanBatch> {
  return await inOnePassIfNeeded(async (reading) => {
    await makeViews(statement, { opened, session, reading });
    const found = await session.scan(asReading(statement));
    const aliases = found.schema.map((_, index) => `c${index}`).join(", ");
    await session.run(`CREATE OR REPLACE TEMP TABLE dteg_answer AS SELECT * FROM (${found.query}) AS t(${aliases})`);
    const list = found.schema.map(({ name }, index) => `c${index} AS ${quoteName(name)}`).join(", ");
    return { kind: "scan", schema: found.schema, query: `SELECT ${list} FROM dteg_answer` };
  });
}

async function inOnePassIfNeeded<T>(step: (reading: CsvReading) => Promise<T>): Promise<T> {
  try {
    return await step("in parts");
  } catch (error) {
    const isMisread = error instanceof DtegError && (error.code === "csv.invalid" || error.code === "query.failed") &&
      /CSV Error|csv\.invalid/.test(`${error.code} ${error.message} ${error.cause}`);
    if (!isMisread) throw error;
    return await step("in one pass");
  }
}

/** DuckDB's word for a table that is not there, with the streams that there are. */
async function withNearestTable(thrown: unknown, { source }: OpenSource): Promise<unknown> {
  const wanted = thrown instanceof DtegError &&
    (/Table with name (.+?) does not exist/.exec(thrown.message) ??
      /relation "(.+?)" does not exist/.exec(thrown.message))?.[1];
  if (!wanted) return thrown;
  const { line, col, excerpt } = thrown;
  const error = new DtegError("stream.not_found", `there is no table ${wanted}`, { cause: thrown, line, col, excerpt });
  return await withNearest(error, { source, wanted });
}

const READS = /^(\(|select|with|from|values|table|describe|desc|show|summarize|pivot|unpivot)(?![a-z_])/i;

/** Refuses what is not one statement that reads. DuckDB counts those of its own SQL. */
async function checkReading(sql: string, session: StageSession | undefined): Promise<void> {
  const bare = sql.replace(/^(\s|--[^\n]*\n|\/\*.*?\*\/)*/s, "");
  if (bare === "") throw notReading("there is no statement");
  if (!READS.test(bare)) throw notReading(`${quoted(sql)} is no statement that only reads`, bare);
  const fault = session ? await statementsIn(sql, session) === 1 ? undefined : "several" : notOneStatement(sql);
  if (fault) throw notReading(`${quoted(sql)} ${FAULTS[fault]}`);
}

const FAULTS = {
  several: "is more than one statement",
  open: "has a parenthesis that is not closed",
  closed: "closes a parenthesis that it did not open",
} as const;

/** What cannot be parsed is told as DuckDB tells it of the whole, with its place. */
async function statementsIn(sql: string, session: StageSession): Promise<number> {
  try {
    return await session.statements(sql);
  } catch (thrown) {
    const whole = asReading(sql);
    const isBroken = await session.statements(whole).then(() => false, () => true); // what is broken as a whole runs in no part
    if (!isBroken) throw thrown;
    await session.all(whole).catch((error) => {
      throw withPlace(error, sql);
    });
    throw thrown;
  }
}

const FIRST_WORDS = ["SELECT", "FROM", "WITH", "VALUES", "DESCRIBE", "SHOW", "SUMMARIZE"];

const quoted = (sql: string) => JSON.stringify(sql.length > 60 ? `${sql.slice(0, 60)}…` : sql);

function notReading(message: string, sql = ""): DtegError {
  const near = nearest(/^\w+/.exec(sql)?.[0] ?? "", FIRST_WORDS);
  return new DtegError("query.not_read_only", message, {
    hint: near
      ? `did you mean ${near}?`
      : "write one statement: SELECT, FROM, WITH, VALUES, DESCRIBE, SHOW or SUMMARIZE; --allow-writes lets a database run anything",
  });
}

/** Makes a view of each stream whose name the statement holds. */
async function makeViews(
  sql: string,
  { opened, session, reading }: {
    readonly opened: OpenSource;
    readonly session: StageSession;
    readonly reading: CsvReading;
  },
): Promise<void> {
  const text = sql.toLowerCase();
  for await (const { name } of opened.source.discover()) {
    if (!text.includes(name.name.toLowerCase())) continue;
    const { scan } = await openStream(opened, plainStream(formatName(name)), { reading });
    if (scan.schema.length > 0) await session.run(`CREATE OR REPLACE VIEW ${quoteName(name.name)} AS ${scan.query}`);
  }
}

function conditioned(scan: ScanBatch, { where }: StreamToRead): ScanBatch {
  return where === undefined ? scan : { ...scan, query: `SELECT * FROM (${scan.query}) f WHERE (${where})` };
}

/** The rows of a query as text, piece by piece. */
async function eachPiece(session: StageSession, batch: ScanBatch, take: (rows: LookedRows) => boolean): Promise<void> {
  if (batch.schema.length === 0) return;
  const text = session.text(batch, { format: "csv" });
  const { from, columns } = columnRefs({ ...batch, query: text }, "x");
  const list = columns.map((ref, index) => `${ref} AS k${index}`).join(", ");
  const read = () => session.each(`SELECT ${list} FROM ${from}`, take);
  await (batch.within ? batch.within(read) : read());
}
