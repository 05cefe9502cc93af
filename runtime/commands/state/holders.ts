import { DtegError, nearest } from "../../../sdk/mod.ts";
import { type End, listPipelines, loadPipeline, type Pipeline, resolvePipelines } from "../../config/mod.ts";
import type { AskContext } from "../../engine/ask/ask_context.ts";
import { type FoundState, keptStates } from "../../engine/state/kept_states.ts";
import type { App } from "../app.ts";
import { flagValue, type Input } from "../command.ts";
import { DEFAULT_DATABASE } from "../data/choose_pipelines.ts";
import { type Asking, endOf } from "../data/look.ts";
import { FLAGS } from "../flags.ts";

/** A target that holds state, and whose of it is asked for. */
export interface Holder {
  readonly end: End;
  /** Name of the pipeline; absent: all that the target holds. */
  readonly name?: string;
  /** The pipeline, where there is a file of it. */
  readonly pipeline?: Pipeline;
}

interface Where {
  readonly app: App;
  readonly input: Input;
  readonly asking: Asking;
}

/** The targets that names of pipelines and --to mean; without either those of the project, or the database of the folder. */
export async function holdersOf(names: readonly string[], { app, input, asking }: Where): Promise<readonly Holder[]> {
  const to = flagValue(input, FLAGS.to);
  if (to !== undefined) {
    const end = await endOf(to, { load: asking.load, role: "destination" });
    return names.length > 0 ? names.map((name) => ({ end, name })) : [{ end }];
  }
  const { project } = asking.load.environment;
  if (names.length > 0) {
    const paths = await resolvePipelines(names, { folder: app.folder, project }).catch((error) => {
      throw withTo(error);
    });
    return await Promise.all(paths.map((path) => ofPipeline(path, asking)));
  }
  if (project) {
    return await Promise.all((await listPipelines(project, app.folder)).map(({ path }) => ofPipeline(path, asking)));
  }
  return [{ end: await endOf(DEFAULT_DATABASE, { load: asking.load, role: "destination" }) }];
}

async function ofPipeline(path: string, { load }: Asking): Promise<Holder> {
  const { pipeline } = await loadPipeline(path, load);
  return { end: pipeline.destination, name: pipeline.name, pipeline };
}

/** The one target of a pipeline. */
export async function holderOf(name: string, where: Where): Promise<Holder> {
  const found = await holdersOf([name], where);
  if (found.length === 1) return found[0];
  throw new DtegError("argument.invalid", `${JSON.stringify(name)} means ${found.length} pipelines, wanted one`, {
    hint: `name one: ${found.map(({ name }) => name).join(", ")}`,
  });
}

/** The states of one pipeline in its target, of one stream where one is named. Throws `state.none` where there is none. */
export async function statesOf(
  { end, name, pipeline }: Holder,
  context: AskContext,
  { stream }: { readonly stream?: string } = {},
): Promise<readonly FoundState[]> {
  const all = await keptStates(end, context, { pipeline });
  const own = all.filter(({ state }) => name === undefined || state.pipeline === name);
  const wanted = stream === undefined ? own : own.filter(({ state }) => isMeant(state.stream, stream));
  if (wanted.length > 0) return wanted;
  if (own.length > 0) throw noStream(own, { name, stream, end });
  throw await noPipeline(all, { name, end, context });
}

/** The last part of a stream's name will do. */
function isMeant(stream: string, wanted: string): boolean {
  return stream === wanted || stream.endsWith(`.${wanted}`);
}

function noStream(
  own: readonly FoundState[],
  { name, stream = "", end }: { readonly name?: string; readonly stream?: string; readonly end: End },
): DtegError {
  const streams = own.map(({ state }) => state.stream);
  const near = nearest(stream, [...streams, ...streams.map((one) => one.slice(one.lastIndexOf(".") + 1))]);
  return new DtegError(
    "state.none",
    `${end.label} holds no state of a stream ${JSON.stringify(stream)}${
      name === undefined ? "" : ` of pipeline ${name}`
    }`,
    { hint: near ? `did you mean ${near}?` : `it holds those of ${some(streams)}` },
  );
}

async function noPipeline(
  all: readonly FoundState[],
  { name, end, context }: { readonly name?: string; readonly end: End; readonly context: AskContext },
): Promise<DtegError> {
  const others = all.length > 0 ? all : name === undefined ? [] : await keptStates(end, context);
  const names = [...new Set(others.map(({ state }) => state.pipeline))];
  const near = name === undefined ? undefined : nearest(name, names);
  return new DtegError(
    "state.none",
    `${end.label} holds no state${name === undefined ? "" : ` of pipeline ${JSON.stringify(name)}`}`,
    {
      hint: near
        ? `did you mean ${near}?`
        : names.length > 0
        ? `it holds those of ${some(names)}; after a change of the name: \`dteg state rename OLD NEW\``
        : "a run leaves its state there",
    },
  );
}

function some(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(", ");
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}

/** A pipeline without a file has a state all the same. */
function withTo(error: unknown): unknown {
  if (!(error instanceof DtegError) || error.code !== "pipeline.not_found" || error.hint?.startsWith("did you mean")) {
    return error;
  }
  return error.with({
    hint: "a load without a file: say its target with --to, and the name that `dteg state list --to` shows",
  });
}
