import type { End } from "../../config/mod.ts";
import { type Command, flagValue, type Outcome } from "../command.ts";
import { prepareAsk } from "../data/look.ts";
import { FLAGS } from "../flags.ts";
import { LOAD_FLAGS } from "../project/load_options.ts";
import { formatCount } from "../view/numbers.ts";
import { holdersOf } from "./holders.ts";

/** `dteg clean`: takes away what dead runs left. */
export const clean: Command = {
  name: "clean",
  summary: "Take away what runs left that were killed; the next run of the same target does so by itself",
  group: "data",
  details:
    "Goes through the targets of the pipelines that are named, of all pipelines of the project, or of --to: staging tables, hidden files " +
    "and leases of runs that are no more, and their folders for temporary files on this machine. Nothing of a load that may be alive is " +
    "touched, and no data and no state ever.",
  args: [{ name: "PIPELINE", summary: "A pipeline file or name; absent: all of the project", many: true }],
  flags: [FLAGS.to, FLAGS.dryRun, ...LOAD_FLAGS],
  examples: [
    { line: "dteg clean --dry-run", what: "show what would go" },
    { line: "dteg clean --to dteg.duckdb", what: "one target" },
  ],
  async run(app, input): Promise<Outcome> {
    const remove = flagValue(input, FLAGS.dryRun) !== true;
    const asking = await prepareAsk(app, input);
    const { deadRunFolders } = await import("../../engine/run_folder.ts");
    const folders = await deadRunFolders(asking.ask.tempParent);
    const { openAsk } = await import("../../engine/ask/ask_context.ts");
    const { leftovers } = await import("../../engine/lease/leftovers.ts");
    await using context = await openAsk(asking.ask); // it removes the folders of dead runs, as each command does
    const holders = await holdersOf(input.args, { app, input, asking });
    const ends = new Map(holders.map(({ end }): [string, End] => [JSON.stringify(end), end]));
    const found = folders.map((path) => ({ target: "this machine", what: `folder ${path}` }));
    for (const end of ends.values()) {
      const target = context.mask(end.label);
      for (const what of await leftovers(end, context, { remove })) found.push({ target, what });
    }
    const things = found.length === 1 ? "1 thing" : `${formatCount(found.length)} things`;
    const done = remove ? "removed" : "would be removed";
    const summary = found.length === 0 ? "dead runs left nothing" : `${things} of dead runs ${done}`;
    return {
      summary,
      result: { removed: remove, found },
      text: [...found.map(({ target, what }) => `${target}: ${what}`), summary].join("\n"),
    };
  },
};
