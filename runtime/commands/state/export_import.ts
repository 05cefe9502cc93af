import { resolve } from "node:path";
import { DtegError, systemReason } from "../../../sdk/mod.ts";
import { changeStates } from "../../engine/state/change_states.ts";
import { keptStates } from "../../engine/state/kept_states.ts";
import { importing, olderOnes, parseStateFile, stateFile } from "../../engine/state/state_file.ts";
import { flagValue, type Outcome } from "../command.ts";
import { FLAGS } from "../flags.ts";
import { formatCountOf } from "../view/numbers.ts";
import { confirmed } from "./confirmed.ts";
import { type Holder, holderOf, holdersOf, statesOf } from "./holders.ts";
import type { Act } from "./act.ts";

export async function exportStates(act: Act): Promise<Outcome> {
  const { app, input, context, words: [name] } = act;
  if (name === undefined && flagValue(input, FLAGS.to) === undefined) {
    throw new DtegError("argument.missing", "nothing to export is named", {
      hint: "name a pipeline, or a target with --to",
    });
  }
  const holder = name === undefined ? (await holdersOf([], act))[0] : await holderOf(name, act);
  const states = await statesOf(holder, context);
  const file = stateFile({ ...holder.end, label: context.mask(holder.end.label) }, states);
  const text = `${JSON.stringify(file, null, 2)}\n`;
  const summary = `${formatCountOf(states.length, "state")} of ${file.target} exported`;
  const out = flagValue(input, FLAGS.out);
  if (out === undefined) return { summary, result: file, output: text };
  const path = resolve(app.folder, out);
  await Deno.writeTextFile(path, text, { mode: 0o600 }).catch((error) => {
    throw new DtegError("file.unreadable", `cannot write "${out}": ${systemReason(error)}`, {
      path: out,
      cause: error,
    });
  });
  return { summary, result: file, text: `${summary} to ${out}` };
}

export async function importStates(act: Act): Promise<Outcome> {
  const { app, context, words: [path] } = act;
  const text = await Deno.readTextFile(resolve(app.folder, path)).catch((error) => {
    const isGone = error instanceof Deno.errors.NotFound;
    throw new DtegError(
      isGone ? "file.not_found" : "file.unreadable",
      `cannot read "${path}": ${systemReason(error)}`,
      {
        path,
        cause: error,
      },
    );
  });
  const file = parseStateFile(text, path);
  const { end } = await importHolder(file.states.map(({ state }) => state.pipeline), act);
  const changes = await importing(file, { ...end, label: context.mask(end.label) }, {
    context,
    path,
    states: await keptStates(end, context),
  });
  const older = olderOnes(changes);
  const back = older.length > 0 ? ` Newer ones are replaced: ${older.join("; ")}.` : "";
  const what = `${formatCountOf(changes.length, "state")} of ${file.target}`;
  await confirmed(`Import ${what}?${back}`, act);
  await changeStates(end, changes, context);
  const summary = `${what} imported`;
  return {
    summary,
    result: { target: file.target, states: changes.length, replacedNewer: older.length },
    text: summary,
  };
}

/** The target: that of --to, else of the pipelines whose states the file holds. */
async function importHolder(names: readonly string[], act: Act): Promise<Holder> {
  const distinct = [...new Set(names)];
  const holders = await holdersOf(flagValue(act.input, FLAGS.to) === undefined ? distinct : [], act);
  const ends = new Set(holders.map(({ end }) => JSON.stringify(end)));
  if (ends.size === 1) return holders[0];
  throw new DtegError("state.invalid", `the states are of ${ends.size} targets, wanted those of one`, {
    hint: "say the target with --to",
  });
}
