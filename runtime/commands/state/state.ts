import { DtegError, nearest } from "../../../sdk/mod.ts";
import { type Command, type Flag, flagValue, type Input, type Outcome } from "../command.ts";
import { prepareAsk } from "../data/look.ts";
import { FLAGS } from "../flags.ts";
import { LOAD_FLAGS } from "../project/load_options.ts";
import type { Act } from "./act.ts";
import { exportStates, importStates } from "./export_import.ts";
import { listAction, showAction } from "./list_show.ts";
import { renameAction, resetAction, setAction } from "./set_reset_rename.ts";

interface Action {
  run(act: Act): Promise<Outcome>;
  /** The arguments that it takes, as usage prints them. */
  readonly usage: string;
  readonly least: number;
  readonly most: number;
  readonly flags: readonly Flag[];
}

const CHANGING: readonly Flag[] = [FLAGS.yes, FLAGS.wait];
const ACTIONS: Readonly<Record<string, Action>> = {
  list: { run: listAction, usage: "[PIPELINE…]", least: 0, most: Infinity, flags: [] },
  show: { run: showAction, usage: "PIPELINE [STREAM]", least: 1, most: 2, flags: [] },
  set: { run: setAction, usage: "PIPELINE STREAM VALUE", least: 3, most: 3, flags: CHANGING },
  reset: { run: resetAction, usage: "PIPELINE [STREAM]", least: 1, most: 2, flags: CHANGING },
  rename: { run: renameAction, usage: "OLD NEW", least: 2, most: 2, flags: [FLAGS.wait] },
  export: { run: exportStates, usage: "PIPELINE", least: 0, most: 1, flags: [FLAGS.out] },
  import: { run: importStates, usage: "FILE", least: 1, most: 1, flags: CHANGING },
};
const NAMES = Object.keys(ACTIONS);

/** `dteg state`: how far each stream was read, as its target has it. */
export const state: Command = {
  name: "state",
  summary: "Show and change how far streams were read, as their targets keep it",
  group: "data",
  details:
    "State lives with the data: in the table _dteg_state of a database, in _dteg_manifest.json of a folder, in .NAME.dteg.json beside one " +
    "file. Streams are found by their pipeline's name or file, or, with --to, in any target by the names that it holds. `list` and " +
    "`show` tell how far each was read and by which run; `set` moves a cursor, `reset` makes the next run read all, `rename` follows " +
    "a pipeline that was renamed, `export` and `import` keep states as JSON. A change is one act of the target, and refused where a " +
    "run is under way, or has moved the state meanwhile. Where a target cannot be asked, `list` tells what the runs of this machine reported last. " +
    "With --json the result of `list` and `show` is {states: [{pipeline, stream, target, cursor, value, run, load, committedAt, names, " +
    "masks, remembered, lease, kept, isCurrent}]}.",
  args: [
    { name: "ACTION", summary: "list (when absent), show, set, reset, rename, export or import" },
    {
      name: "NAME",
      summary: `What it is about: ${NAMES.map((name) => `\`${name}\` ${ACTIONS[name].usage}`).join(", ")}`,
      many: true,
    },
  ],
  flags: [FLAGS.to, FLAGS.out, FLAGS.yes, FLAGS.wait, ...LOAD_FLAGS],
  examples: [
    { line: "dteg state", what: "how far the streams of the project were read" },
    { line: "dteg state list --to dteg.duckdb", what: "all that a target holds" },
    { line: "dteg state show sales orders", what: "one stream, with all that is kept of it" },
    { line: "dteg state set sales orders '2024-05-01 00:00:00' -y", what: "read from another value on" },
    { line: "dteg state reset sales orders -y", what: "read all of it in the next run" },
    { line: "dteg state export sales -o sales.state.json", what: "keep a copy" },
    { line: "dteg state rename sales store --to sales.duckdb", what: "the pipeline sales is called store now" },
  ],
  async run(app, input) {
    const { name, action } = actionOf(input);
    const words = input.args.slice(1);
    requireWords(name, action, words);
    const foreign = [FLAGS.out, FLAGS.yes, FLAGS.wait].find((flag: Flag) =>
      flagValue(input, flag) !== undefined && !action.flags.includes(flag)
    );
    if (foreign) {
      const owners = NAMES.filter((other) => ACTIONS[other].flags.includes(foreign)).map((owner) => `\`${owner}\``);
      throw new DtegError("flag.conflict", `\`state ${name}\` does not take --${foreign.name}`, {
        hint: `it belongs to ${owners.join(", ")}`,
      });
    }
    const asking = await prepareAsk(app, input);
    const { openAsk } = await import("../../engine/ask/ask_context.ts");
    await using context = await openAsk(asking.ask);
    return await action.run({ app, input, asking, context: { ...context, wait: flagValue(input, FLAGS.wait) }, words });
  },
};

function actionOf({ args: [word = "list"] }: Input): { readonly name: string; readonly action: Action } {
  if (Object.hasOwn(ACTIONS, word)) return { name: word, action: ACTIONS[word] };
  const near = nearest(word, NAMES);
  throw new DtegError("usage", `\`dteg state\` does not know ${JSON.stringify(word)}: wanted ${NAMES.join(", ")}`, {
    hint: `${near ? `did you mean ${near}? ` : ""}For the state of a pipeline: \`dteg state list ${word}\``,
  });
}

function requireWords(name: string, { usage, least, most }: Action, words: readonly string[]): void {
  if (words.length >= least && words.length <= most) return;
  const code = words.length < least ? "argument.missing" : "argument.unexpected";
  const what = words.length < least ? "lacks arguments" : `does not take ${JSON.stringify(words[most])}`;
  throw new DtegError(code, `\`state ${name}\` ${what}: wanted \`dteg state ${name} ${usage}\``, {
    hint: "`dteg state list` shows the names of pipelines and streams",
  });
}
