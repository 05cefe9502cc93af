import { DtegError } from "../../../sdk/mod.ts";
import { keptStates } from "../../engine/state/kept_states.ts";
import type { Outcome } from "../command.ts";
import { formatCountOf } from "../view/numbers.ts";
import { type Holder, holderOf, holdersOf, statesOf } from "./holders.ts";
import { lastKnown } from "./last_known.ts";
import type { Act } from "./act.ts";
import { type ShownState, shownState, statesText, stateText } from "./state_text.ts";

export async function listAction(act: Act): Promise<Outcome> {
  const { app: { terminal: { out, outIsTty, width } }, words } = act;
  const states: ShownState[] = [];
  for (const holder of await holdersOf(words, act)) states.push(...await listOf(holder, act));
  const summary = states.length > 0
    ? formatCountOf(states.length, "state")
    : "no state yet; a run leaves it in its target";
  return {
    summary,
    result: { states },
    output: states.length > 0 ? statesText(states, { style: out, ...(outIsTty && { width }) }) : summary,
  };
}

/** Where the target cannot be asked, what the runs of this machine reported last. */
async function listOf(holder: Holder, { app, context }: Act): Promise<readonly ShownState[]> {
  const { end, name, pipeline } = holder;
  try {
    const found = await keptStates(end, context, { pipeline });
    return found.filter(({ state }) => name === undefined || state.pipeline === name).map(shownState);
  } catch (error) {
    if (!(error instanceof DtegError) || !["transient", "environment", "auth"].includes(error.failure)) throw error;
    const known = name === undefined ? [] : lastKnown(await app.store(), name);
    if (known.length === 0) throw error;
    app.terminal.log(
      "warn",
      `${context.mask(end.label)} cannot be asked (${
        context.mask(error.message)
      }): of ${name} this is what the runs of this machine ` +
        "reported last",
    );
    return known;
  }
}

export async function showAction(act: Act): Promise<Outcome> {
  const [name, stream] = act.words;
  const found = await statesOf(await holderOf(name, act), act.context, { stream });
  const states = found.map(shownState);
  return {
    summary: states.length === 1 ? `stream ${states[0].stream} of ${name}` : formatCountOf(states.length, "state"),
    result: { states },
    output: states.map((one) => stateText(one, { style: act.app.terminal.out })).join("\n"),
  };
}
