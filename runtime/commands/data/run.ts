import { type DtegError, DtegError as Fault, parseName } from "../../../sdk/mod.ts";
import type { Loaded } from "../../config/mod.ts";
import type { RunResult } from "../../engine/run_context.ts";
import { errorReport } from "../../store/error_report.ts";
import type { RunReport } from "../../store/event.ts";
import { newRunId } from "../../store/run_id.ts";
import type { App } from "../app.ts";
import { type Command, flagValue, type Input, type Outcome } from "../command.ts";
import { EXIT_PARTIAL } from "../exit_code.ts";
import { toggle } from "../flag_value.ts";
import { FLAGS } from "../flags.ts";
import { LOAD_FLAGS, loadOptions } from "../project/load_options.ts";
import { formatCount, formatCountOf, formatDuration } from "../view/numbers.ts";
import { reportTable } from "../view/report_table.ts";
import { shellWord, sqlName } from "./sql_name.ts";
import { ADHOC_FLAGS, choosePipelines, DEFAULT_DATABASE } from "./choose_pipelines.ts";
import { planOutcome } from "./plan.ts";
import { PLAN, requirePlan } from "./plan_file.ts";
import { intervalFlags, performRun } from "./perform_run.ts";
import { LIMIT_FLAGS } from "./run_limits.ts";

/** Lines of streams on a terminal: as many as leave the total and the errors in sight. */
const linesOn = (height: number) => Math.max(10, Math.min(40, height - 10));

const dryRun = toggle({
  name: "dry-run",
  summary: "Show what this run would do, as `dteg plan` does, and load nothing",
});

/** `dteg run`: loads what pipelines or flags say. */
export const run: Command = {
  name: "run",
  summary: "Load data: by a pipeline file, by flags, or just a file",
  group: "data",
  details:
    `A file of data alone (orders.csv, a pattern in quotes) is loaded into ${DEFAULT_DATABASE} of this folder. ` +
    "A project's only pipeline needs no name. " +
    "Rows become visible all at once, or not at all; what is there is replaced only if dteg made it, or with -y.",
  args: [{
    name: "WHAT",
    summary: "A pipeline file or name, tag:NAME, a pattern of names, or a file of data",
    many: true,
  }],
  flags: [
    FLAGS.file,
    FLAGS.withUpstream,
    ...ADHOC_FLAGS,
    FLAGS.limit,
    FLAGS.fullRefresh,
    FLAGS.wait,
    FLAGS.intervalStart,
    FLAGS.intervalEnd,
    ...LIMIT_FLAGS,
    FLAGS.yes,
    FLAGS.offline,
    PLAN,
    dryRun,
    ...LOAD_FLAGS,
  ],
  examples: [
    { line: "dteg run orders.csv", what: `the file into the table orders of ${DEFAULT_DATABASE}` },
    { line: "dteg run pipelines/orders.yaml", what: "what a pipeline file says" },
    { line: "dteg run tag:nightly --with-upstream", what: "all pipelines of a tag, and what they come after" },
    {
      line: "dteg run --from orders.csv --to parquet://out/ --select id,status",
      what: "two columns, as Parquet in a folder",
    },
    {
      line: "dteg run --from orders.csv --to shop.duckdb --key id --cursor id",
      what: "what is new since the run before",
    },
    { line: "cat orders.csv | dteg run --from - --to ndjson://-", what: "through a pipe, both ways" },
  ],
  async run(app, input): Promise<Outcome> {
    refuseMixedOutput(input, app);
    intervalFlags(input);
    const id = newRunId();
    const options = await loadOptions(app, input, { runId: id });
    const loads = await choosePipelines(app, input, options);
    await requirePlan(app, input);
    if (flagValue(input, dryRun)) {
      const outcome = await planOutcome(app, input);
      return { ...outcome, ...(!app.terminal.json && { text: "\nNothing was loaded: --dry-run" }) };
    }
    const result = await performRun({ app, input, id, loads, options });
    return outcomeOf(result, { app, input, loads });
  },
};

function refuseMixedOutput(input: Input, { terminal }: App): void {
  const to = flagValue(input, FLAGS.to);
  if (!terminal.json || to === undefined || !/^(-|[a-z]+:\/\/-)$/.test(to)) return;
  throw new Fault("flag.conflict", `--json and --to ${to} both want standard output`, {
    hint: "leave --json out, or write to a file",
  });
}

interface Showing {
  readonly app: App;
  readonly input: Input;
  readonly loads: readonly Loaded[];
}

function outcomeOf({ report, error }: RunResult, { app, input, loads }: Showing): Outcome {
  const { terminal } = app;
  const toStdout = loads.some(({ pipeline: { destination } }) =>
    destination.label === "-" || /:\/\/-$/.test(destination.label)
  );
  const style = toStdout ? terminal.err : terminal.out;
  const { width, height, outIsTty } = terminal;
  const most = outIsTty && !toStdout ? linesOn(height) : Infinity;
  const table = reportTable(report, { width, style, most, except: error ? errorReport(error) : null });
  const text = [table, ...rejectedHint(report), ...nextSteps(report, { input, loads })].join("\n");
  if (toStdout && !terminal.quiet && !terminal.json && terminal.logFormat === "text") terminal.writeError(text);
  const exit = exitFor(report, error);
  return {
    summary: summaryOf(report),
    result: report,
    ...(!toStdout && { text }),
    ...(error && { error }),
    ...(exit !== undefined && { exit }),
  };
}

function exitFor(report: RunReport, error: DtegError | undefined): number | undefined {
  return error && report.status === "partial" ? EXIT_PARTIAL : undefined;
}

function summaryOf({ status, pipelines, seconds }: RunReport): string {
  const streams = pipelines.flatMap((pipeline) => pipeline.streams);
  const written = streams.reduce((sum, stream) => sum + stream.written, 0);
  const failed = streams.filter((stream) => stream.status === "failed").length;
  const loaded = `${formatCountOf(written, "row")} of ${formatCountOf(streams.length, "stream")} in ${
    formatDuration(seconds)
  }`;
  return status === "ok" ? loaded : `${status}: ${loaded}${failed ? `, ${formatCount(failed)} failed` : ""}`;
}

/** How to look at what did not fit. */
export function rejectedHint({ run, pipelines }: RunReport): string[] {
  const rejected = pipelines.flatMap(({ streams }) => streams).reduce((sum, stream) => sum + stream.rejected, 0);
  return rejected > 0 ? [`${formatCountOf(rejected, "row")} rejected:  dteg rejects show ${run}`] : [];
}

/** How to look at what a bare file became. */
function nextSteps({ status, pipelines }: RunReport, { input, loads }: Omit<Showing, "app">): string[] {
  if (
    status !== "ok" || flagValue(input, FLAGS.to) !== undefined ||
    !loads.every(({ pipeline }) => pipeline.path === null)
  ) return [];
  const [stream] = pipelines.flatMap((pipeline) => pipeline.streams);
  if (!stream || stream.read === 0) return [];
  const { schema = "main", name } = parseName(stream.target.slice(DEFAULT_DATABASE.length + 1));
  const table = [...(schema === "main" ? [] : [schema]), name].map(sqlName).join(".");
  return [`Look at it:  dteg query ${shellWord(`FROM ${table} LIMIT 10`)}`];
}
