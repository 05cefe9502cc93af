import { DtegError, nearest } from "../../../sdk/mod.ts";
import { parseCount } from "../../config/size.ts";
import { type LogLevel, RUN_STATUSES, type RunStatus } from "../../store/event.ts";
import type { RunStore } from "../../store/run_store.ts";
import { type Command, type Flag, flagValue, type Input, type Outcome } from "../command.ts";
import { single } from "../flag_value.ts";
import type { Terminal } from "../terminal.ts";
import { formatCountOf } from "../view/numbers.ts";
import { logEntry, textLine } from "../view/log_lines.ts";
import { runListText, runText } from "./run_text.ts";

type Action = "list" | "show" | "logs";

const LIMIT = 20;
const ACTIONS: readonly Action[] = ["list", "show", "logs"];
const limit = single<number>({
  name: "limit",
  value: "N",
  summary: "At most this many runs, the newest first",
  default: String(LIMIT),
  parse: parseCount,
});
const status = single<RunStatus>({
  name: "status",
  value: "STATUS",
  choices: RUN_STATUSES,
  summary: "Runs of this status",
});
const pipeline = single({ name: "pipeline", value: "NAME", summary: "Runs of this pipeline" });
const level = single<LogLevel>({
  name: "level",
  value: "LEVEL",
  choices: ["debug", "info", "warn", "error"],
  summary: "Log lines from this level up",
  default: "debug",
});
const ALL: readonly Flag[] = [limit, status, pipeline, level];
const FLAGS_OF: Readonly<Record<Action, readonly Flag[]>> = {
  list: [limit, status, pipeline],
  show: [],
  logs: [level],
};

/** `dteg runs`: what ran, and how it went. */
export const runs: Command = {
  name: "runs",
  summary: "List past runs, and show one with its report or its log",
  group: "inspect",
  details:
    "`dteg runs` lists the newest runs, `show` prints one as it ended, `logs` what it told. A run is named by its id, " +
    "by the beginning of one, or by `last`, which is also what is meant without a name. Times are local, in JSON UTC. " +
    "A run whose process ended without a word is `lost`. Runs are kept for 30 days.",
  args: [
    { name: "ACTION", summary: "list (when absent), show or logs" },
    { name: "RUN", summary: "The run to show: its id, the beginning of it, or `last`" },
  ],
  flags: ALL,
  examples: [
    { line: "dteg runs", what: "the newest runs" },
    { line: "dteg runs --status failed --limit 5", what: "the last five that failed" },
    { line: "dteg runs show last", what: "the report of the last run" },
    { line: "dteg runs logs last --level warn", what: "what went wrong in it" },
  ],
  async run({ store, terminal }, input) {
    const action = actionOf(input);
    const foreign = ALL.find((flag) => flagValue(input, flag) !== undefined && !FLAGS_OF[action].includes(flag));
    if (foreign) {
      const owner = ACTIONS.find((other) => FLAGS_OF[other].includes(foreign));
      throw new DtegError("flag.conflict", `\`runs ${action}\` does not take --${foreign.name}`, {
        hint: `it belongs to \`dteg runs ${owner}\``,
      });
    }
    if (action === "list" && input.args.length > 1) {
      throw new DtegError("argument.unexpected", `\`runs list\` takes no run: ${JSON.stringify(input.args[1])}`, {
        hint: `use \`dteg runs show ${input.args[1]}\``,
      });
    }
    return ACT[action](await store(), input, { terminal });
  },
};

const ACT: Readonly<Record<Action, (store: RunStore, input: Input, to: { readonly terminal: Terminal }) => Outcome>> = {
  list(store, input, { terminal: { width, out, outIsTty } }) {
    const found = store.list({
      limit: flagValue(input, limit) ?? LIMIT,
      status: flagValue(input, status),
      pipeline: flagValue(input, pipeline),
    });
    const filtered = flagValue(input, status) !== undefined || flagValue(input, pipeline) !== undefined;
    const summary = found.length > 0
      ? formatCountOf(found.length, "run")
      : filtered
      ? "no run fits"
      : "no runs yet; `dteg run FILE` makes one";
    return {
      summary,
      result: { runs: found },
      output: found.length > 0 ? runListText(found, { style: out, ...(outIsTty && { width }) }) : summary,
    };
  },
  show(store, { args }, { terminal: { width, out } }) {
    const record = store.show(args[1] ?? "last");
    const output = runText(record, { width, style: out });
    return { summary: `run ${record.run}: ${record.status}`, result: record, output };
  },
  logs(store, input, { terminal: { out } }) {
    const id = input.args[1] ?? "last";
    const { run } = store.show(id);
    const least = flagValue(input, level);
    const events = store.logs(run, { level: least });
    const none = `run ${run} told nothing${least ? ` of level ${least} or above` : ""}`;
    return {
      summary: events.length > 0 ? `${formatCountOf(events.length, "line")} of run ${run}` : none,
      result: { run, lines: events.map(logEntry) },
      output: events.length > 0 ? events.map((event) => textLine(event, { style: out, day: true })).join("") : none,
    };
  },
};

function actionOf({ args: [word = "list"] }: Input): Action {
  const action = ACTIONS.find((known) => known === word);
  if (action) return action;
  const close = nearest(word, ACTIONS);
  const isRun = word === "last" || /^r[0-9a-z]{6,}$/.test(word);
  throw new DtegError("usage", `\`dteg runs\` does not know ${JSON.stringify(word)}: wanted ${ACTIONS.join(", ")}`, {
    hint: isRun
      ? `did you mean \`dteg runs show ${word}\`?`
      : close
      ? `did you mean ${close}?`
      : "see `dteg help runs`",
  });
}
