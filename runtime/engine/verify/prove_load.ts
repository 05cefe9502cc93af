import { type BytesBatch, DtegError, type ScanBatch, type Writer } from "../../../sdk/mod.ts";
import { openSource } from "../ask/open_end.ts";
import type { LentHost } from "../host.ts";
import { columnAliases } from "../move/column_refs.ts";
import { quoteName } from "../../../sdk/mod.ts";
import type { RunContext } from "../run_context.ts";
import type { StreamJob } from "../stream_job.ts";
import { findDifferences, SOURCE, TARGET } from "./find_differences.ts";
import { openTargetSide, pairColumns, stageSide } from "./stage_sides.ts";

/** What is needed to prove a load. */
interface Proving {
  readonly job: StreamJob;
  readonly context: RunContext;
  readonly host: LentHost;
}

/** The rows of a load that are to be proved. */
export interface ProvedLoad {
  /** The same rows, from the stage. */
  readonly batch: ScanBatch;
  /** Reads back what the writer has staged, and refuses the load where that is not what was read. */
  compare(writer: Writer): Promise<void>;
}

const ROWS = "_dteg_proved_rows";

/** Keeps the rows of a load in the stage, as they were read: one picture, which is written from there and compared with. */
export async function keepForProof(
  given: ScanBatch | BytesBatch,
  { job, context, host }: Proving,
): Promise<ProvedLoad> {
  if (given.kind === "bytes") throw new DtegError("internal", "bytes that go around the stage cannot be proved");
  const session = await host.duckdb();
  const { within: _, refused: __, inPieces: ___, unitBytes: ____, ...rest } = given;
  await session.runScan(given, (query) => `CREATE OR REPLACE TEMP TABLE ${ROWS} AS ${query}`);
  const list = columnAliases(given.schema).map(quoteName).join(", ") || "*";
  const batch: ScanBatch = { ...rest, query: `SELECT ${list} FROM temp.${ROWS}` };
  return {
    batch,
    async compare({ staged }) {
      if (given.schema.length === 0) return;
      if (staged === undefined) {
        throw new DtegError(
          "usage",
          `this version cannot read back what it has sent to ${job.target}: \`verify: true\` needs a table`,
          {
            hint: "leave `verify` out, and run `dteg verify` after the load",
          },
        );
      }
      await using back = await openSource(job.pipeline.destination, context, { beside: host });
      const there = await openTargetSide(back, { job, context, schema: given.schema, look: LOOK, stream: staged });
      await using _reader = there.reader;
      const { pairs, lacking } = pairColumns(given.schema, there.batch.schema, { foldsCase: true });
      if (lacking.length > 0) {
        throw new DtegError("internal", `what was sent to ${job.target} has no column ${lacking[0]}`);
      }
      await stageSide(session, {
        table: SOURCE,
        batch,
        columns: pairs.map(({ source, target }) => ({ at: source, other: there.batch.schema[target] })),
      });
      await stageSide(session, {
        table: TARGET,
        batch: there.batch,
        columns: pairs.map(({ source, target }) => ({ at: target, other: given.schema[source] })),
      });
      const columns = pairs.map(({ name }) => ({ name, isKey: false, isMasked: true }));
      const { rows, onlyInSource, onlyInTarget } = await findDifferences(session, columns, { limit: 0 });
      for (const table of [SOURCE, TARGET, ROWS]) await session.run(`DROP TABLE temp.${table}`);
      if (onlyInSource + onlyInTarget === 0) return;
      throw new DtegError(
        "verify.differs",
        `what arrived at ${job.target} is not what was read: of ${rows.source} rows ${onlyInSource} did not arrive as they are, ` +
          `and ${onlyInTarget} of the ${rows.target} there are others; nothing was committed`,
        { hint: "something between dteg and the table changes values: a trigger, a proxy, a setting of the server" },
      );
    },
  };
}

const LOOK = { guess: "all rows", reading: "in one pass" } as const;
