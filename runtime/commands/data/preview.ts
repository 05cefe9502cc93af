import { DtegError } from "../../../sdk/mod.ts";
import { type End, isPipelineFile, loadPipeline, nearest, type PipelineStream } from "../../config/mod.ts";
import type { Inspection, Looked } from "../../engine/inspect.ts";
import { type Command, flagValue, type Outcome } from "../command.ts";
import { FLAGS } from "../flags.ts";
import { LOAD_FLAGS } from "../project/load_options.ts";
import { formatCountOf } from "../view/numbers.ts";
import { type Asking, endOf, FORMAT, jsonRows, openInspection, prepareAsk, shownRows } from "./look.ts";
import { LIMIT_FLAGS } from "./run_limits.ts";

const FIRST_ROWS = 10;

/** `dteg preview`: the first rows of a stream, with their types, as a load would bring them. */
export const preview: Command = {
  name: "preview",
  summary: "Show the first rows of a file, a table or a pipeline, with their types",
  group: "data",
  details:
    "The rows are those that a load would bring: with the types that were found or declared, the columns that a pipeline selects, " +
    "under the names that they get. Nothing is written.",
  args: [{ name: "SOURCE", summary: "A file, a URL, a connection's name, or a pipeline file", required: true }],
  flags: [
    FLAGS.stream,
    { ...FLAGS.limit, summary: "Rows to show", default: String(FIRST_ROWS) },
    FORMAT,
    ...LIMIT_FLAGS,
    ...LOAD_FLAGS,
  ],
  examples: [
    { line: "dteg preview orders.csv", what: "the first ten rows of a file" },
    { line: "dteg preview data/ --stream orders", what: "a file of a folder" },
    { line: "dteg preview pipelines/orders.yaml", what: "what the pipeline would load" },
  ],
  async run(app, input): Promise<Outcome> {
    const [text] = input.args;
    const asking = await prepareAsk(app, input);
    const { end, streams } = await targetsOf(text, asking);
    await using inspection = await openInspection(end, asking);
    const chosen = await chooseStreams(inspection, { streams, wanted: flagValue(input, FLAGS.stream), text });
    const limit = flagValue(input, FLAGS.limit) ?? FIRST_ROWS;
    const found: { name: string; looked: Looked }[] = [];
    for (const stream of chosen) found.push({ name: stream.name, looked: await inspection.preview(stream, { limit }) });
    const parts = found.map(({ name, looked }) =>
      found.length > 1
        ? `${app.terminal.out.bold(name)}\n${shownRows(looked, { app, input })}`
        : shownRows(looked, { app, input })
    );
    return {
      summary: `${formatCountOf(found.length, "stream")}: ${found.map(({ name }) => name).join(", ")}`,
      result: { streams: found.map(({ name, looked }) => ({ name, ...jsonRows(looked) as object })) },
      output: app.terminal.json ? undefined : parts.join("\n"),
    };
  },
};

type Named = PipelineStream & { readonly name: string };

async function targetsOf(text: string, asking: Asking): Promise<{ end: End; streams?: readonly Named[] }> {
  if (!isPipelineFile(text)) return { end: await endOf(text, asking) };
  const { pipeline } = await loadPipeline(text, asking.load);
  return {
    end: pipeline.source,
    streams: pipeline.streams.flatMap((stream) => stream.name === null ? [] : [{ ...stream, name: stream.name }]),
  };
}

interface Choice {
  readonly streams?: readonly Named[];
  readonly wanted?: readonly string[];
  readonly text: string;
}

/** The streams of a pipeline, or of the source; one of many must be named. */
async function chooseStreams(inspection: Inspection, { streams, wanted, text }: Choice): Promise<readonly Named[]> {
  if (streams) {
    if (!wanted) return streams;
    return wanted.map((name) =>
      streams.find((stream) => stream.name === name) ?? unknown(name, streams.map((stream) => stream.name))
    );
  }
  if (wanted) return wanted.map(plainStream);
  const names = await inspection.streams();
  if (names.length === 1) return [plainStream(names[0])];
  const some = names.slice(0, 8).join(", ");
  throw new DtegError(
    "stream.none",
    names.length ? `${text} has ${names.length} streams: which one?` : `${text} has no streams`,
    {
      hint: names.length
        ? `name one with --stream: ${some}${names.length > 8 ? ` and ${names.length - 8} more` : ""}`
        : undefined,
    },
  );
}

function unknown(name: string, names: readonly string[]): never {
  const near = nearest(name, names);
  throw new DtegError("stream.not_found", `the pipeline has no stream ${JSON.stringify(name)}`, {
    hint: near ? `did you mean ${near}?` : `it has ${names.join(", ")}`,
  });
}

function plainStream(name: string): Named {
  return {
    name,
    write: "replace",
    key: [],
    select: [],
    columns: [],
    adopt: false,
    numbers: "number",
    table: {},
    settings: {},
  };
}
