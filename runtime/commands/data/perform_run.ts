import { type Connector, DtegError } from "../../../sdk/mod.ts";
import { hidePasswords, type Loaded, type LoadOptions, maskKey } from "../../config/mod.ts";
import type { RunRequest, RunResult } from "../../engine/run_context.ts";
import type { Emit } from "../../store/event.ts";
import { openRecorder } from "../../store/recorder.ts";
import type { App } from "../app.ts";
import { flagValue, type Input } from "../command.ts";
import { FLAGS } from "../flags.ts";
import { makeRunView } from "../view/run_view.ts";
import { limitsOf, tempParent } from "./run_limits.ts";

/** A run of pipelines that are loaded. */
export interface Performance {
  readonly app: App;
  readonly input: Input;
  readonly id: string;
  readonly loads: readonly Pick<Loaded, "pipeline" | "warnings">[];
  readonly options: LoadOptions;
  /** Connectors beside those that there are. */
  readonly more?: readonly Connector[];
  /** Where rejected rows go. Default: the store of this folder. */
  readonly rejects?: RunRequest["rejects"];
}

/** Runs pipelines, records the run, and shows how it goes. */
export async function performRun(performance: Performance): Promise<RunResult> {
  const { app, input, id, loads, options: { environment, secrets }, more = [] } = performance;
  const view = makeRunView(app.terminal);
  const mask = (text: string) => hidePasswords(secrets.mask(text));
  const say = (level: "warn" | "info", message: string) =>
    view({ kind: "log", run: id, at: Date.now(), level, message });
  const record = await openRecorder(app.store, {
    onFailure: (error) => say("warn", `this run is not recorded: ${error.message}`),
  });
  for (const warning of loads.flatMap(({ warnings }) => warnings)) say("warn", warning);
  const emit: Emit = (event) => {
    record(event);
    view(event);
  };
  const { runPipelines } = await import("../../engine/run.ts");
  const isYes = flagValue(input, FLAGS.yes) === true;
  return await runPipelines({
    run: id,
    version: app.version,
    pipelines: loads.map(({ pipeline }) => pipeline),
    folder: app.folder,
    connectors: [...await app.connectors(), ...more],
    limits: limitsOf(input, loads.map(({ pipeline }) => pipeline.settings)),
    tempParent: tempParent(app),
    signal: app.signal,
    emit,
    mask,
    maskKey: () => maskKey(environment, { secrets }),
    wait: flagValue(input, FLAGS.wait),
    limit: flagValue(input, FLAGS.limit),
    rejects: performance.rejects ?? (async () => (await app.store()).rejects),
    fullRefresh: flagValue(input, FLAGS.fullRefresh) === true,
    ...intervalFlags(input),
    confirm: (question) => isYes ? Promise.resolve(true) : app.terminal.confirm(question),
  });
}

/** The interval of a backfill, as it was typed. */
export function intervalFlags(input: Input): Pick<RunRequest, "interval"> {
  const start = flagValue(input, FLAGS.intervalStart), end = flagValue(input, FLAGS.intervalEnd);
  if (start === undefined && end === undefined) return {};
  const other = [FLAGS.fullRefresh, FLAGS.limit].find((flag) => flagValue<unknown>(input, flag) !== undefined);
  if (other) {
    throw new DtegError("flag.conflict", `--${other.name} and an interval exclude each other`, {
      hint: `leave --${other.name} out: a backfill replaces exactly what is in the interval`,
    });
  }
  return { interval: { ...(start !== undefined && { start }), ...(end !== undefined && { end }) } };
}
