import { type Command, flagValue, type Outcome } from "../command.ts";
import { ADHOC_FLAGS, choosePipelines } from "../data/choose_pipelines.ts";
import { prepareAsk } from "../data/look.ts";
import { LIMIT_FLAGS } from "../data/run_limits.ts";
import { FLAGS } from "../flags.ts";
import { LOAD_FLAGS } from "../project/load_options.ts";
import { formatCountOf } from "../view/numbers.ts";
import { verdictText } from "./verdict_text.ts";

const MOST_SHOWN = 20;
const limit = {
  ...FLAGS.limit,
  summary: "At most this many differences of each stream are shown",
  default: String(MOST_SHOWN),
};

/** `dteg verify`: is the target what the source has? */
export const verify: Command = {
  name: "verify",
  summary: "Compare the rows of source and target: which keys one of them lacks, which columns differ",
  group: "data",
  details:
    "It takes what `dteg run` takes, reads both ends as they are now and writes nothing. The source is compared as a load would bring it: " +
    "with `select`, `columns`, `where`, masks and names. First count and hash of both, where two databases of one kind can by themselves; " +
    "then, where these differ, row by row. Rows that a cursor has not come to yet are left out and told. Values of masked columns are " +
    "never shown. The exit code is 4 (verify.differs) where something differs. " +
    "With --json the result is {pipelines: [{name, path, source, destination, streams: [{name, target, status, rows: {source, target}, " +
    "onlyInSource, onlyInTarget, differing, differences: [{kind, key, rows, columns: [{column, source, target}]}], notes, error}]}]}; " +
    'status is same, differs or failed; kind is "only in source", "only in target" or "differs".',
  args: [{
    name: "WHAT",
    summary: "A pipeline file or name, tag:NAME, a pattern of names, or a file of data",
    many: true,
  }],
  flags: [FLAGS.file, ...ADHOC_FLAGS, limit, ...LIMIT_FLAGS, ...LOAD_FLAGS],
  examples: [
    { line: "dteg verify pipelines/orders.yaml", what: "all streams of a pipeline" },
    { line: "dteg verify orders.csv", what: "a file against the table that it became" },
  ],
  async run(app, input): Promise<Outcome> {
    const { load, ask } = await prepareAsk(app, input);
    const loads = await choosePipelines(app, input, load);
    for (const warning of loads.flatMap(({ warnings }) => warnings)) app.terminal.log("warn", warning);
    const { openAsk } = await import("../../engine/ask/ask_context.ts");
    const { verifyPipelines } = await import("../../engine/verify/verify_pipelines.ts");
    await using context = await openAsk({ ...ask, warn: () => {} }); // each stream's verdict has its notes
    const pipelines = loads.map(({ pipeline }) => pipeline);
    const { errors, ...result } = await verifyPipelines(pipelines, {
      context,
      limit: flagValue(input, limit) ?? MOST_SHOWN,
    });
    const streams = result.pipelines.flatMap((pipeline) => pipeline.streams);
    const wrong = streams.filter(({ status }) => status !== "same").length;
    const { terminal } = app;
    const [error, ...others] = errors;
    return {
      summary: wrong === 0
        ? `${formatCountOf(streams.length, "stream")} the same`
        : `${wrong} of ${formatCountOf(streams.length, "stream")} differ or could not be compared`,
      result,
      ...(!terminal.json && { output: verdictText(result.pipelines, { style: terminal.out }) }),
      ...(error && { error: error.with({ others: [...error.others, ...others] }) }),
    };
  },
};
