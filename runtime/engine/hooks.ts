import { type Destination, DtegError, type Source } from "../../sdk/mod.ts";
import type { Pipeline, PipelineHooks } from "../config/pipeline.ts";
import { errorReport } from "../store/error_report.ts";
import type { HookReport } from "../store/event.ts";
import { withRetry } from "./commit/retry.ts";
import { makeHost } from "./host.ts";
import { retryOptions } from "./commit/retry_options.ts";
import { asError, type RunContext, secondsSince } from "./run_context.ts";

type Side = keyof PipelineHooks;
type Moment = HookReport["when"];

/** The source first before a load, the destination first after it: what was set up is taken down in the other order. */
const ORDER: Readonly<Record<Moment, readonly Side[]>> = {
  before: ["source", "destination"],
  after: ["destination", "source"],
};
/** Failures of connecting: no statement has run, so it can be tried again. */
const NOT_BEGUN = new Set(["connection.refused", "connection.too_many"]);

/** How the statements of one moment ended. */
export interface HooksEnd {
  readonly reports: readonly HookReport[];
  /** The first failure, in words of the pipeline. */
  readonly error?: DtegError;
}

/** Refuses hooks of an end that runs no SQL, before anything is done. */
export async function requireSql(pipeline: Pipeline, context: RunContext): Promise<void> {
  for (const side of ORDER.before) {
    const { before = [], after = [], place } = pipeline.hooks?.[side] ?? {};
    if (before.length + after.length === 0) continue;
    await using end = await openEnd(pipeline, { side, context });
    if (end.opened.execute) continue;
    const { label, connector } = pipeline[side];
    throw new DtegError("hook.no_sql", `\`hooks\` cannot run on the ${side} ${label}: ${connector} runs no SQL there`, {
      ...(pipeline.path !== null && { path: pipeline.path, ...place }),
      hint: side === "source"
        ? "leave `hooks.source` out"
        : "leave `before` and `after` of `hooks` out; on the source they stand under `hooks.source`",
    });
  }
}

/** Runs the statements of a moment, one after the other, up to the first that fails. It never throws. */
export async function runHooks(pipeline: Pipeline, when: Moment, context: RunContext): Promise<HooksEnd> {
  const reports: HookReport[] = [];
  let failure: DtegError | undefined;
  for (const on of ORDER[when]) {
    for (const statement of pipeline.hooks?.[on][when] ?? []) {
      const sql = context.mask(statement).trim();
      if (failure) {
        reports.push({ on, when, sql, status: "skipped", seconds: 0, error: null });
        continue;
      }
      const began = performance.now();
      const error = await runOne(pipeline, { on, statement, context });
      const report: HookReport = {
        on,
        when,
        sql,
        status: error ? "failed" : "ok",
        seconds: secondsSince(began),
        error: error ? errorReport(error) : null,
      };
      reports.push(report);
      context.tell({ kind: "hook.ended", pipeline: pipeline.name, report });
      if (error) failure = failed(error, { on, when, sql });
    }
  }
  return { reports, ...(failure && { error: failure }) };
}

/** The reports of statements that do not run. */
export function skipHooks({ hooks }: Pipeline, when: Moment, { mask }: RunContext): readonly HookReport[] {
  return ORDER[when].flatMap((on) =>
    (hooks?.[on][when] ?? []).map((sql): HookReport => (
      { on, when, sql: mask(sql).trim(), status: "skipped", seconds: 0, error: null }
    ))
  );
}

interface Statement {
  readonly on: Side;
  readonly statement: string;
  readonly context: RunContext;
}

async function runOne(pipeline: Pipeline, { on, statement, context }: Statement): Promise<DtegError | undefined> {
  try {
    await withRetry(async () => {
      context.signal.throwIfAborted();
      await using end = await openEnd(pipeline, { side: on, context });
      await end.opened.execute?.(statement);
    }, {
      ...retryOptions(pipeline, context),
      refuse: ({ code }) => NOT_BEGUN.has(code) ? undefined : "it may have done a part of its work",
    });
  } catch (thrown) {
    return asError(thrown, context);
  }
}

async function openEnd(
  pipeline: Pipeline,
  { side, context }: { readonly side: Side; readonly context: RunContext },
): Promise<AsyncDisposable & { readonly opened: Pick<Source & Destination, "execute"> }> {
  const end = pipeline[side];
  const host = await makeHost(context, { pipeline: pipeline.name, end });
  const opened = context.connectorOf(end)[side]!(end.config, host);
  return {
    opened,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await host[Symbol.asyncDispose]();
    },
  };
}

const MOST_SHOWN = 80;

function failed(
  error: DtegError,
  { on, when, sql }: Pick<HookReport, "on" | "when" | "sql">,
): DtegError {
  if (error.failure === "cancelled") return error;
  const short = sql.length > MOST_SHOWN ? `${sql.slice(0, MOST_SHOWN)}…` : sql;
  const result = when === "before" ? "nothing was loaded" : "the rows are loaded and stay";
  return new DtegError(
    "hook.failed",
    `the hook ${JSON.stringify(short)} ${when} the load failed on the ${on}: ${error.message}; ${result}`,
    {
      cause: error,
      phase: when === "before" ? "before" : "moving",
      hint: error.hint ??
        (when === "before"
          ? "mend the statement and run again"
          : "mend the statement and run it by hand, or run again"),
    },
  );
}
