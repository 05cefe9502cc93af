import { formatName, typeText } from "../../../sdk/mod.ts";
import type { FoundStream } from "../../engine/ask/find_streams.ts";
import type { App } from "../app.ts";
import { type Command, flagValue, type Input, type Outcome } from "../command.ts";
import { toggle } from "../flag_value.ts";
import { FLAGS } from "../flags.ts";
import { LOAD_FLAGS } from "../project/load_options.ts";
import { formatCountOf } from "../view/numbers.ts";
import { columnsOfStream, streamPages } from "../answers/stream_table.ts";
import { noStream } from "./no_stream.ts";
import { endOf, prepareAsk } from "./look.ts";
import { LIMIT_FLAGS } from "./run_limits.ts";

const columns = toggle({ name: "columns", summary: "Show the columns of each stream, with types, keys and comments" });

/** `dteg discover`: the streams of a source. */
export const discover: Command = {
  name: "discover",
  summary: "List the streams of a source: tables, views and files, with keys, cursors and columns",
  group: "data",
  details:
    "Patterns select streams by their names: * is any text, ? one letter, and ! in front leaves out (put them in quotes); one " +
    "without a dot is held against the last part of a name too. Rows are the source's own estimate. Types of files are guessed from " +
    "their first rows. A single stream is shown with its columns. " +
    "With --json the result is {source, streams: [{name, kind, rows, bytes, key, cursors, comment, columns: [{name, type, native, " +
    "nullable, comment}]}]}; kind is table, view or file, and what is not known is null.",
  args: [
    { name: "SOURCE", summary: "A connection's name, a URL, a file or a folder", required: true },
    { name: "PATTERN", summary: "Names of streams: 'public.*' '!public.tmp_*'", many: true },
  ],
  flags: [columns, { ...FLAGS.limit, summary: "Stop after so many streams" }, ...LIMIT_FLAGS, ...LOAD_FLAGS],
  examples: [
    { line: "dteg discover orders.csv", what: "the columns of a file, as a load would take them" },
    { line: "dteg discover data/", what: "each file of a folder" },
    { line: "dteg discover data/ 'o*' '!*_old' --columns", what: "some of them, with their columns" },
  ],
  async run(app, input): Promise<Outcome> {
    const [text, ...patterns] = input.args;
    const asking = await prepareAsk(app, input);
    const end = await endOf(text, asking);
    const { openAsk } = await import("../../engine/ask/ask_context.ts");
    const { findStreams } = await import("../../engine/ask/find_streams.ts");
    await using context = await openAsk(asking.ask);
    const listing = await show(findStreams(end, context, { patterns }), { app, input });
    if (listing.count === 0) throw await noStream({ end, patterns, context });
    const streams = formatCountOf(listing.count, "stream");
    return {
      summary: `${end.label} has ${listing.more ? "more than " : ""}${streams}`,
      result: app.terminal.json ? { source: end.label, streams: listing.streams.map(streamJson) } : null,
    };
  },
};

interface Listing {
  readonly count: number;
  /** There are more than were asked for. */
  readonly more: boolean;
  /** Kept for --json only. */
  readonly streams: readonly FoundStream[];
}

/** Prints streams as they come: the first is kept back until it is known whether it is the only one. */
async function show(
  found: AsyncIterable<FoundStream>,
  { app: { terminal }, input }: { readonly app: App; readonly input: Input },
): Promise<Listing> {
  const limit = flagValue(input, FLAGS.limit) ?? Infinity;
  const withColumns = flagValue(input, columns) === true;
  const options = { style: terminal.out, ...(terminal.outIsTty && { width: terminal.width }) };
  const pages = streamPages(options);
  const kept: FoundStream[] = [];
  let first: FoundStream | undefined;
  let count = 0, more = false;
  const put = (stream: FoundStream) => {
    if (terminal.json) kept.push(stream);
    else if (withColumns) terminal.write(`${count > 1 ? "\n" : ""}${columnsOfStream(stream, options)}`);
    else terminal.write(pages.add(stream));
  };
  for await (const stream of found) {
    if ((more = count >= limit) || terminal.outClosed) break;
    count++;
    if (count === 1) first = stream;
    if (count === 2 && first) put(first);
    if (count >= 2) put(stream);
  }
  if (count === 1 && first) {
    if (terminal.json) put(first);
    else terminal.write(columnsOfStream(first, options));
  } else if (!terminal.json) terminal.write(pages.end());
  if (more) terminal.log("info", `these are the first ${formatCountOf(count, "stream")}; a pattern picks others`);
  return { count, more, streams: kept };
}

/** A stream as --json has it. */
function streamJson({ name, kind = "table", rows, bytes, primaryKey, cursors, comment, schema }: FoundStream): unknown {
  return {
    name: formatName(name),
    kind,
    rows: rows ?? null,
    bytes: bytes ?? null,
    key: primaryKey ?? null,
    cursors: cursors ?? null,
    comment: comment ?? null,
    columns: schema.map(({ name, type, native, nullable = true, comment }) => ({
      name,
      type: typeText(type),
      native: native?.type ?? null,
      nullable,
      comment: comment ?? null,
    })),
  };
}
