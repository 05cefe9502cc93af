import { DtegError, nearest } from "../../../sdk/mod.ts";
import { adhocPipeline, parseCount, parseDuration } from "../../config/mod.ts";
import { errorReport } from "../../store/error_report.ts";
import type { RejectSet } from "../../store/reject.ts";
import type { RejectStore } from "../../store/reject_store.ts";
import { newRunId } from "../../store/run_id.ts";
import { canReplay } from "../../engine/replay/replay_rows.ts";
import type { RunResult } from "../../engine/run_context.ts";
import type { App } from "../app.ts";
import { type Command, type Flag, flagValue, type Input, type Outcome } from "../command.ts";
import { EXIT_PARTIAL } from "../exit_code.ts";
import { single } from "../flag_value.ts";
import { FLAGS } from "../flags.ts";
import { LOAD_FLAGS, loadOptions } from "../project/load_options.ts";
import { formatCountOf } from "../view/numbers.ts";
import { reportTable } from "../view/report_table.ts";
import { performRun } from "../data/perform_run.ts";
import { rejectsText, setsText, shownReject } from "./rejects_text.ts";
import { replaySets } from "./replay.ts";
import { LIMIT_FLAGS, tempParent } from "../data/run_limits.ts";

type Action = "list" | "show" | "export" | "replay" | "clear";

const ACTIONS: readonly Action[] = ["list", "show", "export", "replay", "clear"];
const LIMIT = 20;
const run = single({ name: "run", value: "RUN", summary: "Those of this run" });
const stream = single({ name: "stream", value: "NAME", summary: "Those of this stream" });
const limit = single<number>({
  name: "limit",
  value: "N",
  summary: "Show at most this many rows",
  default: String(LIMIT),
  parse: parseCount,
});
const olderThan = single<number>({
  name: "older-than",
  value: "DURATION",
  summary: "Clear what is older, as 7d",
  parse: parseDuration,
});
const FLAGS_OF: Readonly<Record<Action, readonly Flag[]>> = {
  list: [run, stream],
  show: [stream, limit],
  export: [stream, FLAGS.to, ...LIMIT_FLAGS, FLAGS.yes, ...LOAD_FLAGS],
  replay: [stream, ...LIMIT_FLAGS, ...LOAD_FLAGS],
  clear: [stream, olderThan, FLAGS.yes],
};
const ALL = [...new Set(Object.values(FLAGS_OF).flat())];

/** `dteg rejects`: the rows that runs set aside. */
export const rejects: Command = {
  name: "rejects",
  summary: "List, show, export, load again and clear the rows that runs set aside",
  group: "data",
  details:
    "`list` shows which runs rejected rows, `show` the rows with reason and place, `export` all of them as NDJSON or into any " +
    "target, `replay` loads them again through the pipeline as it is now, `clear` removes them. A run is named by its id, by the " +
    "beginning of one, or by `last`, the last one that rejected rows. A replay adds the rows in one commit, by the key where the " +
    "stream merges, and never replaces what is there; rows that fail again stay, and those that arrived are not loaded twice.",
  args: [
    { name: "ACTION", summary: "list (when absent), show, export, replay or clear" },
    { name: "RUN", summary: "The run that rejected the rows: its id, the beginning of it, or `last`" },
    { name: "STREAM", summary: "One stream of it" },
  ],
  flags: ALL,
  examples: [
    { line: "dteg rejects", what: "which runs rejected rows" },
    { line: "dteg rejects show last", what: "the rows of the last one, with reason and place" },
    { line: "dteg rejects export last --to rejects.csv", what: "all of them as a file" },
    { line: "dteg rejects replay last", what: "load them again, when the pipeline or the target was mended" },
    { line: "dteg rejects clear --older-than 7d -y", what: "remove old ones" },
  ],
  async run(app, input) {
    const action = actionOf(input);
    refuseForeign(input, action);
    const { rejects: store } = await app.store();
    return await ACT[action](store, { app, input });
  },
};

interface Act {
  readonly app: App;
  readonly input: Input;
}

const ACT: Readonly<Record<Action, (store: RejectStore, act: Act) => Promise<Outcome> | Outcome>> = {
  list(store, { app: { terminal: { width, out } }, input }) {
    const named = flagValue(input, run);
    const all = store.list({ stream: flagValue(input, stream) });
    const sets = named === undefined ? all : all.filter(({ head }) => head.run === runOf(all, named));
    const summary = sets.length > 0
      ? `${formatCountOf(sum(sets), "rejected row")} of ${formatCountOf(sets.length, "load")}`
      : "no rejected rows";
    return {
      summary,
      result: { rejects: sets.map(({ head, ...counts }) => ({ ...publicHead(head), ...counts })) },
      output: sets.length > 0 ? setsText(sets, { width, style: out }) : summary,
    };
  },
  show(store, { app: { terminal: { width, out } }, input }) {
    const sets = chosen(store, input);
    const most = flagValue(input, limit) ?? LIMIT;
    const rows = take(eachShown(store, sets), most);
    const all = sum(sets);
    return {
      summary: `${formatCountOf(all, "rejected row")} of run ${sets[0].head.run}`,
      result: { run: sets[0].head.run, total: all, rows },
      output: rejectsText(rows, { all, width, style: out }),
    };
  },
  async export(store, { app, input }) {
    const sets = chosen(store, input);
    const to = flagValue(input, FLAGS.to);
    const lines = eachShown(store, sets);
    if (to !== undefined) return outcomeOf(await exportTo(to, lines, { app, input }), { app, did: "exported" });
    const summary = `${formatCountOf(sum(sets), "rejected row")} of run ${sets[0].head.run}`;
    if (app.terminal.json) return { summary, result: { run: sets[0].head.run, rows: [...lines] } };
    for (const reject of lines) {
      if (app.terminal.outClosed) break;
      app.terminal.write(`${JSON.stringify(reject)}\n`);
    }
    return { summary, result: null };
  },
  async replay(store, { app, input }) {
    const sets = chosen(store, input);
    const open = sets.filter((set) => some(store.rows(set), canReplay));
    if (open.length === 0) {
      const rest = sets.reduce((rows, set) => rows + set.rows - set.replayed, 0);
      const left = rest > 0 ? `; ${formatCountOf(rest, "line")} of files that are no rows cannot be` : "";
      const summary = `all rejected rows of run ${sets[0].head.run} are replayed${left}`;
      return { summary, result: null, text: summary };
    }
    const id = newRunId();
    const options = await loadOptions(app, input, { runId: id });
    return outcomeOf(await replaySets(open, { app, input, id, options }), { app, did: "replayed" });
  },
  async clear(store, { app, input }) {
    const age = flagValue(input, olderThan);
    if (age === undefined && input.args[1] === undefined) {
      throw new DtegError("argument.missing", "nothing to clear is named", {
        hint: "name a run, or give --older-than 7d",
      });
    }
    const named = input.args[1] === undefined ? store.list({ stream: flagValue(input, stream) }) : chosen(store, input);
    const sets = named.filter(({ head }) => age === undefined || Date.parse(head.at) < Date.now() - age);
    const what = `${formatCountOf(sum(sets), "rejected row")} of ${formatCountOf(sets.length, "load")}`;
    if (sets.length > 0) await confirmed(`Remove ${what}?`, { app, input });
    sets.forEach((set) => store.remove(set));
    const summary = `${what} removed`;
    return { summary, result: { rows: sum(sets), loads: sets.length }, text: summary };
  },
};

const sum = (sets: readonly RejectSet[]) => sets.reduce((rows, set) => rows + set.rows, 0);

/** What a report shows of a set. */
function publicHead({ run, pipeline, path, stream, target, at }: RejectSet["head"]) {
  return { run, at, pipeline, path, stream, target };
}

function* eachShown(store: RejectStore, sets: readonly RejectSet[]) {
  for (const set of sets) for (const reject of store.rows(set)) yield shownReject(reject, set);
}

function some<T>(items: Iterable<T>, test: (item: T) => boolean): boolean {
  for (const item of items) if (test(item)) return true;
  return false;
}

function take<T>(items: Iterable<T>, most: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.length === most) break;
    taken.push(item);
  }
  return taken;
}

/** The sets of the run that is named, of one stream where one is. */
function chosen(store: RejectStore, input: Input): readonly RejectSet[] {
  const [, word = "last", name = flagValue(input, stream)] = input.args;
  const all = store.list();
  const id = runOf(all, word);
  const sets = all.filter(({ head }) => head.run === id && (name === undefined || head.stream === name));
  if (sets.length > 0) return sets;
  const streams = all.filter(({ head }) => head.run === id).map(({ head }) => head.stream);
  throw new DtegError("rejects.none", `run ${id} rejected no rows of stream ${JSON.stringify(name)}`, {
    hint: `it did of ${streams.join(", ")}`,
  });
}

/** The run of rejected rows that a word means. */
function runOf(sets: readonly RejectSet[], word: string): string {
  const ids = [...new Set(sets.map(({ head }) => head.run))];
  const found = word === "last" ? ids.slice(0, 1) : ids.filter((id) => id === word || id.startsWith(word));
  if (found.length === 1) return found[0];
  if (found.length > 1) {
    throw new DtegError(
      "run.ambiguous",
      `${JSON.stringify(word)} begins the ids of several runs: ${found.join(", ")}`,
      {
        hint: "give more of the id",
      },
    );
  }
  const hint = ids.length > 0 ? "`dteg rejects list` shows those that there are" : undefined;
  const what = word === "last"
    ? "no run rejected any rows"
    : `there are no rejected rows of a run ${JSON.stringify(word)}`;
  throw new DtegError("rejects.none", what, { hint });
}

async function exportTo(to: string, rows: Iterable<unknown>, { app, input }: Act): Promise<RunResult> {
  const id = newRunId();
  const options = await loadOptions(app, input, { runId: id });
  const folder = await Deno.makeTempDir({ dir: tempParent(app), prefix: "dteg-rejects-" });
  try {
    const path = `${folder}/rejects.ndjson`;
    using file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
    const encoder = new TextEncoder();
    for (const row of rows) {
      const bytes = encoder.encode(`${JSON.stringify(row)}\n`);
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    }
    const load = await adhocPipeline({ from: path, to, name: "rejects", adopt: flagValue(input, FLAGS.yes) }, options);
    return await performRun({ app, input, id, options, loads: [load] });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function outcomeOf({ report, error }: RunResult, { app, did }: { readonly app: App; readonly did: string }): Outcome {
  const { width, out: style } = app.terminal;
  const streams = report.pipelines.flatMap((pipeline) => pipeline.streams);
  const written = streams.reduce((rows, stream) => rows + stream.written, 0);
  const again = streams.reduce((rows, stream) => rows + stream.rejected, 0);
  const kept = again > 0 ? `; ${formatCountOf(again, "row")} failed again and stayed` : "";
  const summary = `${error ? `${report.status}: ` : ""}${formatCountOf(written, "row")} ${did}${kept}`;
  const table = reportTable(report, { width, style, except: error ? errorReport(error) : null });
  const isPartial = error !== undefined && report.status === "partial";
  return {
    summary,
    result: report,
    text: `${table}${summary}\n`,
    ...(error && { error }),
    ...(isPartial && { exit: EXIT_PARTIAL }),
  };
}

async function confirmed(question: string, { app, input }: Act): Promise<void> {
  if (flagValue(input, FLAGS.yes) === true) return;
  const answer = await app.terminal.confirm(question);
  if (answer) return;
  throw new DtegError(
    "plan.confirm",
    answer === undefined ? `${question} Nobody is there to answer` : "nothing is removed",
    {
      hint: "-y answers yes",
    },
  );
}

function actionOf({ args: [word = "list"] }: Input): Action {
  const action = ACTIONS.find((known) => known === word);
  if (action) return action;
  const close = nearest(word, ACTIONS);
  const hint = /^(last|r[0-9a-z]{6,})$/.test(word)
    ? `did you mean \`dteg rejects show ${word}\`?`
    : close
    ? `did you mean ${close}?`
    : "see `dteg help rejects`";
  throw new DtegError("usage", `\`dteg rejects\` does not know ${JSON.stringify(word)}: wanted ${ACTIONS.join(", ")}`, {
    hint,
  });
}

function refuseForeign(input: Input, action: Action): void {
  const foreign = ALL.find((flag) => flagValue(input, flag) !== undefined && !FLAGS_OF[action].includes(flag));
  if (foreign) {
    const owners = ACTIONS.filter((other) => FLAGS_OF[other].includes(foreign)).map((owner) => `\`${owner}\``);
    throw new DtegError("flag.conflict", `\`rejects ${action}\` does not take --${foreign.name}`, {
      hint: `it belongs to ${owners.join(", ")}`,
    });
  }
  if (action === "list" && input.args.length > 1) {
    throw new DtegError("argument.unexpected", `\`rejects list\` takes no run: ${JSON.stringify(input.args[1])}`, {
      hint: `use \`dteg rejects show ${input.args[1]}\`, or --run`,
    });
  }
}
