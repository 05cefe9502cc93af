import { DtegError } from "../../../sdk/mod.ts";
import {
  type End,
  isPipelineFile,
  listPipelines,
  loadPipeline,
  nearest,
  type Pipeline,
  resolvePipelines,
} from "../../config/mod.ts";
import type { CheckedEnd, CheckedStep, EndRole } from "../../engine/ask/check_end.ts";
import { errorReport } from "../../store/error_report.ts";
import type { App } from "../app.ts";
import { type Command, flagValue, type Input, type Outcome } from "../command.ts";
import { single } from "../flag_value.ts";
import { LOAD_FLAGS } from "../project/load_options.ts";
import { formatCountOf } from "../view/numbers.ts";
import { padText } from "../view/text_width.ts";
import { visibleText } from "../view/visible_text.ts";
import { type CheckedStreams, checkStreams } from "./check_streams.ts";
import { type Asking, endOf, prepareAsk } from "./look.ts";

const as = single<EndRole | "both">({
  name: "as",
  value: "ROLE",
  choices: ["source", "destination", "both"],
  summary: "Which way a connection or URL is checked; a pipeline says it itself",
  default: "both, as far as its connector goes",
});

/** An end that is checked in one role. */
interface Checked {
  readonly end: End;
  readonly role: EndRole;
  /** It is tried in both roles, and does for one: nothing need be there to be read yet, and not all that is read can be written. */
  readonly eitherWill?: boolean;
  /** The pipeline that uses it. */
  readonly pipeline?: Pipeline;
}

/** `dteg check`: connects to both ends of pipelines, or to one end. */
export const check: Command = {
  name: "check",
  summary: "Connect to both ends of pipelines, or to one end, and tell what works: name, network, login, rights",
  group: "data",
  details:
    "Each step is named when it has ended: dns, tcp, tls, login, open, read, create, write; for a pipeline also load: that each of " +
    "its streams is there and may be read, and its target written. Without a name both ends of all pipelines of the project are " +
    "checked, each once. Nothing is left behind at any end. With --json the result is {ends: [{name, connector, role, ok, steps: " +
    "[{name, on, ok, seconds}], error}], pipelines: [{name, ok, streams, errors}]}. The exit code is 3 " +
    "where an end cannot be reached, does not know the user, or does not give a right.",
  args: [{ name: "WHAT", summary: "A pipeline's file or name, a connection's name, a URL or a path", many: true }],
  flags: [as, ...LOAD_FLAGS],
  examples: [
    { line: "dteg check", what: "both ends of all pipelines of the project" },
    { line: "dteg check pipelines/orders.yaml", what: "both ends of one pipeline" },
    { line: "dteg check orders.csv --as source", what: "whether a file can be read" },
  ],
  async run(app, input): Promise<Outcome> {
    const asking = await prepareAsk(app, input);
    const wanted = await endsOf(app, input, asking);
    const ends = distinct(wanted);
    const { openAsk } = await import("../../engine/ask/ask_context.ts");
    const { checkEnd } = await import("../../engine/ask/check_end.ts");
    const speaks = !app.terminal.json && !app.terminal.quiet;
    const write = (line: string) => speaks && app.terminal.write(line);
    const found: Found[] = [];
    for (const one of ends) {
      if (!one.eitherWill) write(headLine(one, app));
      await using context = await openAsk(asking.ask);
      const onStep = (step: CheckedStep) => !one.eitherWill && write(stepLine(step, app));
      found.push({ ...one, ...await checkEnd(one.end, one.role, { context, onStep }) });
    }
    for (const one of found.filter(({ eitherWill }) => eitherWill)) {
      write(headLine(one, app));
      if (isExcused(one, found)) write(app.terminal.out.dim(`  – ${visibleText(one.error?.message ?? "")}\n`));
      else for (const step of one.steps) write(stepLine(step, app));
    }
    const isSound = (end: End) => found.every((one) => !one.error || JSON.stringify(one.end) !== JSON.stringify(end));
    const pipelines = [...new Set(wanted.flatMap(({ pipeline }) => pipeline ?? []))].filter(({ source, destination }) =>
      isSound(source) && isSound(destination)
    );
    const streams = await checkStreams(pipelines, { app, asking, write });
    return outcomeOf(found.filter((one) => !isExcused(one, found)), streams);
  },
};

type Found = Checked & CheckedEnd;

/** A role that an end is not made for, where it does for the other one. */
function isExcused({ end, role, eitherWill, error }: Found, found: readonly Found[]): boolean {
  if (!eitherWill || error?.failure !== "config") return false;
  return found.some((other) => other.end.label === end.label && other.role !== role && !other.error);
}

function outcomeOf(found: readonly Found[], pipelines: readonly CheckedStreams[]): Outcome {
  const all = [...found.flatMap(({ error }) => error ?? []), ...pipelines.flatMap(({ errors }) => errors)];
  const [error, ...others] = new Map(all.map((error) => [error.message, error])).values();
  const sound = found.filter((one) => !one.error).length;
  return {
    summary: error
      ? sound < found.length
        ? `${found.length - sound} of ${formatCountOf(found.length, "end")} at fault`
        : `${formatCountOf(all.length, "stream")} cannot be loaded`
      : `${formatCountOf(found.length, "end")} can be used`,
    result: {
      ends: found.map(({ end, role, steps, error }) => ({
        name: end.label,
        connector: end.connector,
        role,
        ok: error === undefined,
        steps,
        error: error ? errorReport(error) : null,
      })),
      pipelines: pipelines.map(({ name, streams, errors }) => ({
        name,
        ok: errors.length === 0,
        streams,
        errors: errors.map(errorReport),
      })),
    },
    ...(error && { error: error.with({ others: [...error.others, ...others] }) }),
  };
}

function headLine({ end, role }: Checked, { terminal: { out } }: App): string {
  const as = role === "source" ? "read from" : "written to";
  return `${out.bold(visibleText(end.label))}  ${out.dim(`${end.connector}, ${as}`)}\n`;
}

function stepLine({ name, on, ok }: CheckedStep, { terminal: { out } }: App): string {
  const mark = ok ? out.green("✓") : out.red("✗");
  return `  ${mark} ${padText(name, 7)} ${visibleText(on)}\n`;
}

async function endsOf(app: App, input: Input, asking: Asking): Promise<readonly Checked[]> {
  const { project } = asking.load.environment;
  if (input.args.length > 0) {
    return (await Promise.all(input.args.map((word) => endsOfWord(word, { app, input, asking })))).flat();
  }
  if (!project) {
    throw new DtegError("argument.missing", "there is nothing to check: nothing is named, and this is no project", {
      hint: "name a pipeline, a connection or a URL",
    });
  }
  const files = await listPipelines(project, app.folder);
  if (files.length === 0) {
    throw new DtegError("pipeline.not_found", "there are no pipelines yet: put one into pipelines/");
  }
  return (await Promise.all(files.map(({ path }) => endsOfPipeline(path, asking)))).flat();
}

interface Words {
  readonly app: App;
  readonly input: Input;
  readonly asking: Asking;
}

async function endsOfWord(word: string, { app, input, asking }: Words): Promise<readonly Checked[]> {
  const { environment: { project }, connectors } = asking.load;
  const pipelines = project ? await listPipelines(project, app.folder) : [];
  if (isPipelineFile(word) || word.startsWith("tag:") || pipelines.some(({ name }) => name === word)) {
    const paths = await resolvePipelines([word], { folder: app.folder, project });
    return (await Promise.all(paths.map((path) => endsOfPipeline(path, asking)))).flat();
  }
  const wanted = flagValue(input, as) ?? "both";
  const first = wanted === "both" ? "source" : wanted;
  const end = await endOf(word, { load: asking.load, role: first }).catch((error) => {
    throw withPipelines(error, { word, names: pipelines.map(({ name }) => name) });
  });
  const connector = connectors.find(({ name }) => name === end.connector);
  const both = wanted === "both" && connector?.destination
    ? [{ end, role: "destination" as const, eitherWill: true }]
    : [];
  return both.length > 0 ? [{ end, role: first, eitherWill: true }, ...both] : [{ end, role: first }];
}

/** A word that is no connection may be a pipeline's name with a slip. */
function withPipelines(error: unknown, { word, names }: { readonly word: string; readonly names: readonly string[] }) {
  const near = nearest(word, names);
  const isUnknown = error instanceof DtegError && error.code === "connection.unknown";
  if (!isUnknown || !near || error.hint?.startsWith("did you mean")) return error;
  return error.with({ hint: `did you mean the pipeline ${near}?` });
}

async function endsOfPipeline(path: string, { load }: Asking): Promise<readonly Checked[]> {
  const { pipeline } = await loadPipeline(path, load);
  return [
    { end: pipeline.source, role: "source", pipeline },
    { end: pipeline.destination, role: "destination", pipeline },
  ];
}

/** Each end once in each role, in the order of their first mention. */
function distinct(ends: readonly Checked[]): readonly Checked[] {
  return [...new Map(ends.map((one) => [JSON.stringify([one.role, one.end]), one])).values()];
}
