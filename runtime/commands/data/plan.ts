import { resolve } from "node:path";
import { DtegError, systemReason } from "../../../sdk/mod.ts";
import type { Planned } from "../../engine/foresee/plan_pipelines.ts";
import type { PlannedAction, RunPlan } from "../../engine/foresee/run_plan.ts";
import { planText } from "../answers/plan_text.ts";
import type { App } from "../app.ts";
import { type Command, flagValue, type Input, type Outcome } from "../command.ts";
import { toggle } from "../flag_value.ts";
import { FLAGS } from "../flags.ts";
import { LOAD_FLAGS } from "../project/load_options.ts";
import { formatCountOf } from "../view/numbers.ts";
import { ADHOC_FLAGS, choosePipelines } from "./choose_pipelines.ts";
import { prepareAsk } from "./look.ts";
import { intervalFlags } from "./perform_run.ts";
import { LIMIT_FLAGS } from "./run_limits.ts";

const check = toggle({ name: "check", summary: "Exit with 4 where a run would make, replace or alter a table" });
const details = toggle({ name: "details", summary: "Each stream with its columns and statements, also of many" });
const MOST_WITH_DETAILS = 3;

/** `dteg plan`: what a run would do. */
export const plan: Command = {
  name: "plan",
  summary: "Show what `dteg run` would do: targets, statements, types, and what is replaced",
  group: "data",
  details:
    "It takes what `dteg run` takes, connects to both ends and changes nothing at either. Each column has a grade: exact; " +
    "exact except (odd values are refused at their row); widening; lossy (the run refuses it, and so does the plan, with exit code " +
    "4). Rows are the source's own estimate. A file of -o is for `dteg run --plan FILE`, which loads only if names, types, statements " +
    "state, the pipeline's words and what stands at the target are still the same; rows may differ. " +
    "With --json the result is what -o writes: {plan, dteg, plannedAt, pipelines: [{name, path, source, destination, definition, streams: [{name, " +
    "target, write, key, action, rows, bytes, columns: [{name, target, from, to, grade, note}], statements, existing, alters, " +
    "cursor: {columns, from}, deletes, load, changes: [{column, change, from, to, next, refused}], warnings, error}]}]}; action is " +
    "create, replace, refill, append or merge, and refused the code with which the contract refuses a change.",
  args: [{
    name: "WHAT",
    summary: "A pipeline file or name, tag:NAME, a pattern of names, or a file of data",
    many: true,
  }],
  flags: [
    FLAGS.file,
    FLAGS.withUpstream,
    ...ADHOC_FLAGS,
    details,
    check,
    FLAGS.limit,
    FLAGS.fullRefresh,
    FLAGS.intervalStart,
    FLAGS.intervalEnd,
    { ...FLAGS.out, summary: "Write the plan to a file, as JSON" },
    ...LIMIT_FLAGS,
    ...LOAD_FLAGS,
  ],
  examples: [
    { line: "dteg plan orders.csv", what: "what loading the file would do" },
    { line: "dteg plan pipelines/orders.yaml -o plan.json", what: "keep the plan, to look at it and run it later" },
    {
      line: 'dteg plan orders.csv --check || echo "exit code $?"',
      what: "in CI: exit code 4 where a table would be made, replaced or altered",
    },
    { line: "dteg plan --from orders.csv --to parquet://out/", what: "flags in place of a file" },
  ],
  async run(app, input): Promise<Outcome> {
    intervalFlags(input);
    const outcome = await planOutcome(app, input);
    const out = flagValue(input, FLAGS.out);
    if (out !== undefined) await writePlan(out, { plan: outcome.result, folder: app.folder });
    const text = out !== undefined && !app.terminal.json
      ? `\nThe plan is in ${out}: dteg run --plan ${out} …`
      : undefined;
    const error = outcome.error ?? (flagValue(input, check) ? changesError(outcome.result) : undefined);
    return { ...outcome, ...(text && { text }), ...(error && { error }) };
  },
};

/** What a plan tells, for people and programs. */
export async function planOutcome(
  app: App,
  input: Input,
): Promise<Outcome & { readonly result: RunPlan; readonly error?: DtegError }> {
  const { plan, errors } = await makePlan(app, input);
  const streams = plan.pipelines.flatMap((pipeline) => pipeline.streams);
  const { terminal } = app;
  const text = planText(plan, {
    details: flagValue(input, details) === true || streams.length <= MOST_WITH_DETAILS,
    style: terminal.out,
    ...(terminal.outIsTty && { width: terminal.width }),
  });
  const [error, ...others] = errors;
  return {
    summary: error
      ? `${formatCountOf(errors.length, "stream")} of ${streams.length} cannot be loaded`
      : `${formatCountOf(streams.length, "stream")} can be loaded`,
    result: plan,
    ...(!terminal.json && { output: text }),
    ...(error && { error: error.with({ others: [...error.others, ...others] }) }),
  };
}

/** Why --check fails: tables would be made, replaced or altered. */
function changesError({ pipelines }: RunPlan): DtegError | undefined {
  const streams = pipelines.flatMap(({ streams }) => streams);
  const altered = streams.filter(({ alters }) => alters);
  if (altered.length === 0) return undefined;
  const names = altered.slice(0, 3).map(({ target, action }) => `${target} (${ALTERED[action]})`).join(", ");
  const more = altered.length > 3 ? ` and ${altered.length - 3} more` : "";
  return new DtegError(
    "plan.changes",
    `a run would change ${altered.length} of ${streams.length} targets: ${names}${more}`,
    {
      hint: "look at the plan above; leave --check out where that is meant",
    },
  );
}

const ALTERED: Readonly<Record<PlannedAction, string>> = {
  create: "made",
  replace: "replaced",
  refill: "emptied and filled",
  append: "altered",
  merge: "altered",
  scd2: "altered",
};

/** The plan of what a command line means. */
export async function makePlan(app: App, input: Input): Promise<Planned> {
  const { load, ask } = await prepareAsk(app, input);
  const loads = await choosePipelines(app, input, load);
  for (const warning of loads.flatMap(({ warnings }) => warnings)) app.terminal.log("warn", warning);
  const { openAsk } = await import("../../engine/ask/ask_context.ts");
  const { planPipelines } = await import("../../engine/foresee/plan_pipelines.ts");
  const flags = {
    limit: flagValue(input, FLAGS.limit),
    fullRefresh: flagValue(input, FLAGS.fullRefresh) === true,
    ...intervalFlags(input),
  };
  await using context = await openAsk({ ...ask, ...flags, warn: () => {} }); // each stream's plan has its warnings
  return await planPipelines(loads.map(({ pipeline }) => pipeline), context);
}

async function writePlan(
  file: string,
  { plan, folder }: { readonly plan: RunPlan; readonly folder: string },
): Promise<void> {
  try {
    await Deno.writeTextFile(resolve(folder, file), `${JSON.stringify(plan, null, 2)}\n`);
  } catch (cause) {
    const reason = systemReason(cause);
    throw new DtegError("file.unreadable", `cannot write ${JSON.stringify(file)}: ${reason}`, {
      path: file,
      cause,
      hint: "check folder and rights",
    });
  }
}
