import { DtegError } from "../../../sdk/mod.ts";
import { changeStates, renaming, resetting, settingCursor } from "../../engine/state/change_states.ts";
import { type FoundState, keptStates } from "../../engine/state/kept_states.ts";
import { flagValue, type Outcome } from "../command.ts";
import { FLAGS } from "../flags.ts";
import { formatCountOf } from "../view/numbers.ts";
import { confirmed } from "./confirmed.ts";
import { holderOf, statesOf } from "./holders.ts";
import type { Act } from "./act.ts";

export async function setAction(act: Act): Promise<Outcome> {
  const { context, words: [name, stream, value] } = act;
  const holder = await holderOf(name, act);
  const found = await statesOf(holder, context, { stream });
  if (found.length > 1) {
    throw new DtegError("argument.invalid", `${JSON.stringify(stream)} means ${places(found)}: wanted one of them`, {
      hint: "name the stream as `dteg state list` shows it",
    });
  }
  const [one] = found;
  const change = await settingCursor(one, value, { end: holder.end, context });
  const { column = "", value: before } = one.state.position ?? {};
  const what = `${one.state.stream} of ${one.state.pipeline}: ${column} ${before ?? "none"} → ${value}`;
  await confirmed(`Set ${what}?`, act);
  if (one.state.position?.seen) warnOfDoubles(act, one);
  await changeStates(holder.end, [change], context);
  const summary = `set ${what}`;
  return {
    summary,
    result: { stream: one.state.stream, cursor: column, before: before ?? null, value },
    text: summary,
  };
}

export async function resetAction(act: Act): Promise<Outcome> {
  const { context, words: [name, stream] } = act;
  const holder = await holderOf(name, act);
  const found = await statesOf(holder, context, { stream });
  const moved = found.filter(({ state }) => state.position);
  if (moved.length === 0) {
    const summary = `nothing to reset: ${places(found)} ${
      found.length === 1 ? "has" : "have"
    } no cursor, each run reads all`;
    return { summary, result: { streams: [] }, text: summary };
  }
  const doubles = moved.filter(({ state }) => state.position?.seen);
  const added = doubles.length > 0
    ? ` All rows of ${names(doubles)} are then added a second time, since no key tells them apart.`
    : "";
  await confirmed(`Read all of ${places(moved)} in the next run?${added}`, act);
  for (const one of doubles) warnOfDoubles(act, one);
  await changeStates(holder.end, moved.map(resetting), context);
  const summary = `${formatCountOf(moved.length, "state")} reset: the next run reads all of ${names(moved)}`;
  return { summary, result: { streams: moved.map(({ state }) => state.stream) }, text: summary };
}

export async function renameAction(act: Act): Promise<Outcome> {
  const { context, input, words: [from, to] } = act;
  const holder = flagValue(act.input, FLAGS.to) === undefined ? await holderOf(to, act) : await holderOf(from, act);
  const name = flagValue(input, FLAGS.to) === undefined ? holder.name ?? to : to;
  if (from === name) {
    throw new DtegError("argument.invalid", `${JSON.stringify(from)} is its name already`, {
      hint: "give the name that the state has, and the one that the pipeline has now",
    });
  }
  const own = { end: holder.end, name: from };
  await statesOf(own, context); // who has none is told so
  const changes = renaming(await keptStates(holder.end, context), { from, to: name });
  await changeStates(holder.end, changes, context);
  const streams = changes.map(({ now }) => now?.stream ?? "");
  const summary = `${formatCountOf(changes.length, "state")} of ${from} renamed to ${name}: ${streams.join(", ")}`;
  return { summary, result: { from, to: name, streams }, text: summary };
}

const names = (found: readonly FoundState[]) => found.map(({ state }) => state.stream).join(", ");
const places = (found: readonly FoundState[]) =>
  found.map(({ state, label }) => `${state.stream} (${label})`).join(", ");

function warnOfDoubles({ app }: Act, { state }: FoundState): void {
  app.terminal.log(
    "warn",
    `${state.stream} is appended without a key: rows that are read again are added again. \`dteg run --full-refresh\` puts all in ` +
      "their place instead",
  );
}
