import { type Destination, formatName, type KeptState, parseName } from "../../../sdk/mod.ts";
import { isPattern } from "../../config/form/stream_pattern.ts";
import type { End, Pipeline, PipelineStream } from "../../config/pipeline.ts";
import { openDestination } from "../ask/open_end.ts";
import { ruledTable } from "../plan/target_tables.ts";
import type { RunContext } from "../run_context.ts";

/** A state that a target holds. */
export interface FoundState extends KeptState {
  /** The table or file as users call it. */
  readonly label: string;
  /** The stream of the pipeline that it is of, where the pipeline is known and still has it. */
  readonly stream?: PipelineStream;
}

/** All states that an end holds; of one pipeline those that its streams would go on from. */
export async function keptStates(
  end: End,
  context: RunContext,
  { pipeline }: { readonly pipeline?: Pipeline } = {},
): Promise<readonly FoundState[]> {
  await using opened = await openDestination(end, context);
  const { destination } = opened;
  const listed = await destination.state.list();
  const beside = pipeline ? await statesElsewhere(listed, { destination, pipeline }) : [];
  const found = [...listed, ...beside].map((kept) => ({
    ...kept,
    label: context.mask(destination.label(kept.table)),
  }));
  if (!pipeline) return found;
  return found.filter(({ state }) => state.pipeline === pipeline.name)
    .map((one) => ({ ...one, ...streamOf(one, pipeline) }))
    .filter((one) => isOfPipeline(one, destination));
}

/** Streams may go to another database of the server than the one that is listed. */
async function statesElsewhere(
  listed: readonly KeptState[],
  { destination, pipeline }: { readonly destination: Destination; readonly pipeline: Pipeline },
): Promise<readonly KeptState[]> {
  const found: KeptState[] = [];
  for (const { name, into, isWild } of pipeline.streams) {
    if (name === null || isWild || into === undefined || /[{]/.test(into)) continue;
    const table = destination.place(parseName(name), parseName(into));
    if (listed.some((one) => destination.label(one.table) === destination.label(table))) continue;
    const state = await destination.state.read(table, { pipeline: pipeline.name, stream: name });
    if (state?.pipeline === pipeline.name && state.stream === name) found.push({ table, state });
  }
  return found;
}

function streamOf({ state }: KeptState, { streams }: Pipeline): { readonly stream?: PipelineStream } {
  const stream = streams.find(({ name }) => name === state.stream) ??
    streams.find(({ name, isWild }) => name === null || isWild || isPattern(name));
  return stream ? { stream } : {};
}

/** Two environments may share a server, and the names of their pipelines: the place tells them apart. */
function isOfPipeline({ table, state, stream }: FoundState, destination: Destination): boolean {
  if (table.schema === undefined) return true;
  const named = ruledTable(parseName(state.stream), stream?.names);
  const into = stream?.into === undefined ? undefined : parseName(stream.into);
  const place = destination.place(named, into);
  const schema = place.schema?.replace(/\{schema\}/g, named.schema ?? "");
  return schema === undefined || destination.label({ ...place, schema, name: "t" }).toLowerCase() ===
      destination.label({ ...table, name: "t" }).toLowerCase();
}

/** What a state is called in messages. */
export const stateName = ({ state, table }: KeptState): string =>
  `${state.pipeline}, stream ${state.stream}, in ${formatName(table)}`;
