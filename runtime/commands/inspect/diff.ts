import { DtegError } from "../../../sdk/mod.ts";
import { nearest } from "../../config/mod.ts";
import type { FoundStream } from "../../engine/ask/find_streams.ts";
import type { StreamPlan } from "../../engine/foresee/run_plan.ts";
import { diffText, type ShownDifference } from "../answers/diff_text.ts";
import type { App } from "../app.ts";
import { type Command, flagValue, type Input, type Outcome } from "../command.ts";
import { endOf, prepareAsk } from "../data/look.ts";
import { makePlan } from "../data/plan.ts";
import { LIMIT_FLAGS } from "../data/run_limits.ts";
import { toggle } from "../flag_value.ts";
import { FLAGS } from "../flags.ts";
import { LOAD_FLAGS } from "../project/load_options.ts";
import { formatCountOf } from "../view/numbers.ts";

const exitCode = toggle({ name: "exit-code", summary: "Exit with 4 where something differs" });

/** `dteg diff schema`: columns that two sides do not have alike. */
export const diff: Command = {
  name: "diff",
  summary: "Compare columns: of a pipeline's source and target, or of two connections",
  group: "data",
  details:
    "`dteg diff schema PIPELINE` tells for each stream which columns were added, dropped, or changed their type since the target " +
    "was made, and what the next run does about it. `dteg diff schema A B` compares the streams of two connections, URLs, files or " +
    "folders, as A has them against B: + only A has it, - only B has it, ~ it differs. The exit code is 0, also with differences; " +
    "with --exit-code it is 4 then. " +
    "With --json the result is {streams: [{name, other, status, columns: [{column, change, from, to, next}], note}]}; status is same, " +
    "changed, added or dropped, and so is change, with type for another type.",
  args: [
    { name: "schema", summary: "The word schema: what is compared", required: true },
    {
      name: "A",
      summary: "A pipeline's file or name; with B a connection's name, a URL, a file or a folder",
      required: true,
    },
    { name: "B", summary: "What A is compared with" },
  ],
  flags: [FLAGS.stream, exitCode, ...LIMIT_FLAGS, ...LOAD_FLAGS],
  examples: [
    { line: "dteg diff schema pipelines/orders.yaml", what: "what changed in the source since the last load" },
    { line: "dteg diff schema orders.csv dteg.duckdb", what: "a file against the table that it became" },
  ],
  async run(app, input): Promise<Outcome> {
    const [kind, first, second] = input.args;
    if (kind !== "schema") throw unknownKind(kind);
    const streams = second === undefined
      ? await ofPipeline(app, { ...input, args: [first] })
      : await ofEnds(app, input, [first, second]);
    const changed = streams.filter(({ status, note }) => status !== "same" || note).length;
    const { terminal } = app;
    return {
      summary: changed === 0
        ? `${formatCountOf(streams.length, "stream")} the same`
        : `${changed} of ${formatCountOf(streams.length, "stream")} differ`,
      result: { streams: streams.map((one) => ({ ...one, note: one.note ?? null })) },
      ...(!terminal.json && { output: diffText(streams, { style: terminal.out }) }),
      ...(changed > 0 && flagValue(input, exitCode) && { exit: 4 }),
    };
  },
};

function unknownKind(kind: string): DtegError {
  const near = nearest(kind, ["schema"]);
  return new DtegError("argument.invalid", `diff does not know ${JSON.stringify(kind)}: wanted schema`, {
    hint: near ? "did you mean schema?" : "write `dteg diff schema PIPELINE`, or `dteg diff schema A B`",
  });
}

async function ofPipeline(app: App, input: Input): Promise<readonly ShownDifference[]> {
  const { plan, errors } = await makePlan(app, input);
  const streams = plan.pipelines.flatMap((pipeline) => pipeline.streams);
  const fatal = errors.find(({ code }) => code !== "schema.lossy");
  if (fatal) throw fatal;
  return streams.map(differenceOf);
}

function differenceOf({ name, target, existing, changes }: StreamPlan): ShownDifference {
  if (!existing) return { name, other: target, status: "added", columns: [], note: "the next run makes it" };
  if (existing.columns.length === 0) {
    return { name, other: target, status: "same", columns: [], note: "what is there does not tell its columns" };
  }
  return { name, other: target, status: changes.length ? "changed" : "same", columns: changes };
}

async function ofEnds(
  app: App,
  input: Input,
  texts: readonly [string, string],
): Promise<readonly ShownDifference[]> {
  const asking = await prepareAsk(app, input);
  const patterns = flagValue(input, FLAGS.stream) ?? [];
  const { openAsk } = await import("../../engine/ask/ask_context.ts");
  const { findStreams } = await import("../../engine/ask/find_streams.ts");
  const { compareStreams } = await import("../../engine/foresee/compare_ends.ts");
  const found: FoundStream[][] = [];
  for (const text of texts) {
    await using context = await openAsk(asking.ask);
    const end = await endOf(text, asking);
    const streams: FoundStream[] = [];
    for await (const stream of findStreams(end, context, { patterns })) streams.push(stream);
    found.push(streams);
  }
  return alone(compareStreams(found[0], found[1]), found[0].length);
}

/** One stream against many is about that one: what else the other end has is no difference. */
function alone(all: readonly ShownDifference[], firsts: number): readonly ShownDifference[] {
  return firsts === 1 && all.some(({ other }) => other !== null)
    ? all.filter(({ status }) => status !== "dropped")
    : all;
}
