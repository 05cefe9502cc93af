import { DtegError, nearest } from "../../../sdk/mod.ts";
import { loadPipeline, type Pipeline } from "../../config/mod.ts";
import type { End } from "../../config/pipeline.ts";
import type { AskContext } from "../../engine/ask/ask_context.ts";
import { type LoadToUndo, undoAll, type UndoStep, undoSteps } from "../../engine/undo/undo_run.ts";
import type { RunRecord } from "../../store/run_record.ts";
import type { App } from "../app.ts";
import { type Command, flagValue, type Input, type Outcome } from "../command.ts";
import { type Asking, endOf, prepareAsk } from "../data/look.ts";
import { FLAGS } from "../flags.ts";
import { LOAD_FLAGS } from "../project/load_options.ts";
import { formatCountOf } from "../view/numbers.ts";
import { confirmed } from "./confirmed.ts";

/** `dteg undo`: takes back what a run loaded. */
export const undo: Command = {
  name: "undo",
  summary: "Take back what a run loaded, where what was there before is kept or its rows can be told",
  group: "data",
  details:
    "A `replace` is taken back where `keep: N` of its stream kept what it replaced: that takes its place again. With `load_columns: true` " +
    "the rows that a run added are taken away: of an append, and of a merge that updated and deleted nothing. The state goes back in the " +
    "same act, so the next run reads again what is taken back. All streams of the run are taken back or, where one of them cannot be, " +
    "none; a run that another one followed cannot. Runs are those that `dteg runs` of this machine lists.",
  args: [
    { name: "RUN", summary: "The run: its id, the beginning of it, or `last`", required: true },
    { name: "STREAM", summary: "One stream of it" },
  ],
  flags: [FLAGS.to, FLAGS.yes, FLAGS.wait, ...LOAD_FLAGS],
  examples: [
    { line: "dteg undo last -y", what: "take back the last run, without a question" },
  ],
  async run(app, input): Promise<Outcome> {
    const [id, stream] = input.args;
    const record = (await app.store()).show(id);
    if (record.status === "running") {
      throw new DtegError("undo.impossible", `run ${record.run} is under way`, {
        hint: "wait for it, or interrupt it",
      });
    }
    const asking = await prepareAsk(app, input);
    const { openAsk } = await import("../../engine/ask/ask_context.ts");
    await using opened = await openAsk(asking.ask);
    const context = { ...opened, wait: flagValue(input, FLAGS.wait) };
    const parts = await partsOf(record, { app, input, asking, context, stream });
    const all = parts.flatMap(({ steps }) => steps);
    const lines = all.map(({ stream, label, what }) => `${stream} (${label}): ${what}`);
    await confirmed(`Take back run ${record.run}? ${lines.join("; ")}.`, { app, input });
    const undone: UndoStep[] = [];
    try {
      for (const { end, steps } of parts) await undoAll(end, steps, { context, done: (step) => undone.push(step) });
    } catch (error) {
      const names = undone.map(({ stream }) => stream).join(", ");
      if (names) app.terminal.log("warn", `taken back before that: ${names}`);
      throw error;
    }
    const summary = `run ${record.run} taken back: ${formatCountOf(undone.length, "stream")}`;
    return {
      summary,
      result: {
        run: record.run,
        streams: undone.map(({ stream, label, undoing }) => ({ stream, target: label, by: undoing.from.kind })),
      },
      text: `${lines.join("\n")}\n${summary}`,
    };
  },
};

interface Part {
  readonly end: End;
  readonly steps: readonly UndoStep[];
}

interface Undoer {
  readonly app: App;
  readonly input: Input;
  readonly asking: Asking;
  readonly context: AskContext;
  readonly stream?: string;
}

/** What is taken back in each target; nothing is changed by that. */
async function partsOf(record: RunRecord, { input, asking, context, stream }: Undoer): Promise<readonly Part[]> {
  const loads = record.pipelines.map(({ name, path, streams }) => ({
    path,
    name,
    loads: streams.filter(({ status, name }) => status === "ok" && (stream === undefined || isMeant(name, stream)))
      .map((one): LoadToUndo => ({ run: record.run, pipeline: name, stream: one })),
  })).filter(({ loads }) => loads.length > 0);
  if (loads.length === 0) throw nothing(record, stream);
  const to = flagValue(input, FLAGS.to);
  const parts: Part[] = [];
  const errors: DtegError[] = [];
  for (const { path, name, loads: own } of loads) {
    const { end, pipeline } = to !== undefined
      ? { end: await endOf(to, { load: asking.load, role: "destination" }), pipeline: undefined }
      : await endOfPipeline(path, name, asking);
    try {
      parts.push({ end, steps: await undoSteps(own, { end, pipeline, context }) });
    } catch (error) {
      if (!(error instanceof DtegError) || error.code !== "undo.impossible") throw error;
      errors.push(error, ...error.others);
    }
  }
  if (errors.length > 0) throw errors[0].with({ others: errors.slice(1) });
  return parts;
}

async function endOfPipeline(
  path: string | null,
  name: string,
  { load }: Asking,
): Promise<{ readonly end: End; readonly pipeline: Pipeline }> {
  if (path === null) {
    throw new DtegError("argument.missing", `run of ${name} had no file that says where it loaded to`, {
      hint: "say its target: --to TARGET",
    });
  }
  const { pipeline } = await loadPipeline(path, load);
  return { end: pipeline.destination, pipeline };
}

const isMeant = (name: string, wanted: string) => name === wanted || name.endsWith(`.${wanted}`);

function nothing(record: RunRecord, stream: string | undefined): DtegError {
  const names = record.pipelines.flatMap(({ streams }) => streams.map(({ name }) => name));
  const near = stream === undefined ? undefined : nearest(stream, names);
  const what = stream === undefined ? "has loaded nothing" : `has loaded no stream ${JSON.stringify(stream)}`;
  return new DtegError("undo.impossible", `run ${record.run} ${what}: there is nothing to take back`, {
    hint: near ? `did you mean ${near}?` : "`dteg runs list` shows what each run has loaded",
  });
}
