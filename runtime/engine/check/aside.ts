import { resolve } from "node:path";
import { type BytesBatch, DtegError, type ScanBatch, type Schema } from "../../../sdk/mod.ts";
import { thisProcess } from "../../store/process_mark.ts";
import type { RejectHead, RejectWriter } from "../../store/reject.ts";
import type { RejectSink } from "../../store/reject_store.ts";
import type { StageSession } from "../move/session.ts";
import type { Shape } from "../plan/shape.ts";
import type { RunContext } from "../run_context.ts";
import type { StreamJob } from "../stream_job.ts";
import type { BrokenLine } from "./broken_lines.ts";
import { lossRules } from "./loss_rules.ts";
import type { Origin } from "./origin.ts";
import { keepRejects, keptColumns } from "./rejected_load.ts";
import { type Change, refuseTooMany, type StagedRows, stageRows } from "./set_aside.ts";

/** What a load sets aside on its way. Disposed before the commit, nothing of it is kept. */
export interface Aside extends AsyncDisposable {
  /** What the target gets. */
  readonly batch: ScanBatch | BytesBatch;
  readonly rejected: number;
  readonly changes: readonly Change[];
  /** COMMIT is sent: from now on the target alone knows whether it takes place. */
  committing(): void;
  /** It took place. */
  committed(): void;
  /** It failed; where that is not sure, what is set aside is settled when the target can be asked. */
  refused(error: DtegError): void;
}

/** A load whose rows may have faults. */
export interface Faulty {
  readonly shape: Shape;
  /** Columns of the source. */
  readonly read: Schema;
  readonly origin?: Origin;
  /** Lines of files that are no rows. */
  readonly broken: readonly BrokenLine[];
}

interface Loading {
  readonly job: StreamJob;
  readonly context: RunContext;
  readonly load: string;
  session(): Promise<StageSession>;
}

/** Takes what is wrong out of a load: where nothing can be, its rows go on as they are. What is set aside is on the disk then. */
export async function setAside(faulty: Faulty, loading: Loading): Promise<Aside> {
  const { shape, broken, origin } = faulty;
  const { job: { stream, name }, load } = loading;
  const { batch } = shape;
  const staged = batch.kind === "scan" && shape.flaws.length > 0
    ? await stageRows(await loading.session(), { ...shape, batch }, { load })
    : undefined;
  let writer: RejectWriter | undefined;
  try {
    const rejected = broken.length + (staged?.rejected ?? 0);
    const sink = await sinkOf(loading, rejected);
    if (sink) {
      if (staged) refuseTooMany(rejected, { read: staged.rows + broken.length, most: stream.maxRejects, stream: name });
      writer = sink.begin(headOf(faulty, loading));
      await keepRejects({ writer, staged, broken, origin, key: stream.key, masked: maskedOf(stream) });
    }
    return asideOf(staged?.batch ?? batch, { staged, writer, rejected });
  } catch (error) {
    writer?.discard();
    await staged?.[Symbol.asyncDispose]();
    throw error;
  }
}

function asideOf(
  batch: Aside["batch"],
  { staged, writer, rejected }: {
    readonly staged?: StagedRows;
    readonly writer?: RejectWriter;
    readonly rejected: number;
  },
): Aside {
  let isSent = false;
  return {
    batch,
    rejected,
    changes: staged?.changes ?? [],
    committing() {
      isSent = true;
    },
    committed: () => writer?.commit(),
    refused({ failure }) {
      if (failure !== "transient" && failure !== "internal") isSent = false;
    },
    async [Symbol.asyncDispose]() {
      if (!isSent) writer?.discard();
      await staged?.[Symbol.asyncDispose]();
    },
  };
}

/** Where rows are kept; undefined where there are none to keep. */
async function sinkOf({ job, context }: Loading, rejected: number): Promise<RejectSink | undefined> {
  if (rejected === 0 && !lossRules(job.stream).keepsRows) return undefined;
  const sink = await context.rejects?.();
  if (rejected === 0) return sink?.always ? sink : undefined;
  if (sink) return sink;
  throw new DtegError("environment.store", "rows are to be set aside, and there is no place where they would be kept");
}

function headOf({ read, origin }: Faulty, { job, context, load }: Loading): RejectHead {
  const { pipeline, stream, name, target } = job;
  return {
    version: 1,
    run: context.run,
    pipeline: pipeline.name,
    path: pipeline.path === null ? null : resolve(context.folder ?? "", pipeline.path),
    stream: name,
    target,
    write: stream.write,
    key: stream.key,
    masked: maskedOf(stream),
    columns: keptColumns(read, origin),
    load,
    process: thisProcess(),
    at: new Date().toISOString(),
  };
}

const maskedOf = ({ columns }: Pick<StreamJob["stream"], "columns">) =>
  columns.filter(({ mask }) => mask !== undefined).map(({ name }) => name);
