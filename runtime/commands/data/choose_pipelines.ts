import { DtegError } from "../../../sdk/mod.ts";
import {
  adhocPipeline,
  isPattern,
  listPipelines,
  type Loaded,
  type LoadOptions,
  loadPipeline,
  nearest,
  orderChosen,
  type Pipeline,
  refuseUnused,
  resolvePipelines,
} from "../../config/mod.ts";
import type { App } from "../app.ts";
import { type Flag, flagValue, type Input } from "../command.ts";
import { FLAGS } from "../flags.ts";

/** Where a bare file goes. */
export const DEFAULT_DATABASE = "dteg.duckdb";

/** Flags that say a whole run without a file. */
export const ADHOC_FLAGS: readonly Flag[] = [
  FLAGS.from,
  FLAGS.to,
  FLAGS.stream,
  FLAGS.into,
  FLAGS.write,
  FLAGS.key,
  FLAGS.cursor,
  FLAGS.select,
  FLAGS.where,
  FLAGS.name,
];
/** Those that a pipeline file says itself. */
const ONLY_ADHOC: readonly Flag[] = [
  FLAGS.from,
  FLAGS.to,
  FLAGS.into,
  FLAGS.write,
  FLAGS.key,
  FLAGS.cursor,
  FLAGS.select,
  FLAGS.where,
  FLAGS.name,
];

const DATA = /\.(csv|tsv|tab|json|ndjson|jsonl|parquet|pq)(\.(gz|gzip|zst|zstd))?$/i;

/** The pipelines that a command line means: files of data, pipeline files and names, or --from and --to. */
export async function choosePipelines(app: App, input: Input, options: LoadOptions): Promise<readonly Loaded[]> {
  const words = [...input.args, ...flagValue(input, FLAGS.file) ?? []];
  const from = flagValue(input, FLAGS.from);
  if (from !== undefined) {
    if (words.length > 0) {
      throw new DtegError("flag.conflict", `--from and ${JSON.stringify(words[0])} each name what is to be loaded`, {
        hint: "leave one of them out",
      });
    }
    const to = flagValue(input, FLAGS.to);
    if (to === undefined) {
      throw new DtegError("flag.conflict", "--from needs --to: where the rows go", {
        hint: "add --to duckdb://out.duckdb, --to parquet://out/, or --to - for standard output",
      });
    }
    const load = await adhoc({ from, to }, input, options);
    refuseUnused([load.unusedVars], options.environment);
    return [load];
  }
  const data = words.filter((word) => DATA.test(word));
  if (data.length === 0) {
    const given = ONLY_ADHOC.find((flag) => flagValue(input, flag) !== undefined);
    if (given) {
      throw new DtegError("flag.conflict", `--${given.name} says how to load without a file: it needs --from`, {
        hint: "a pipeline file says it itself; --set changes one of its settings",
      });
    }
  }
  const others = words.length > 0 ? words.filter((word) => !DATA.test(word)) : await onlyPipeline(app, options);
  const to = flagValue(input, FLAGS.to) ?? DEFAULT_DATABASE;
  const loads: Loaded[] = [];
  for (const word of data) loads.push(await adhoc({ from: word, to }, input, options));
  if (others.length > 0) {
    const { environment } = options;
    for (const path of await resolvePipelines(others, { folder: app.folder, project: environment.project })) {
      loads.push(picked(await loadPipeline(path, options), flagValue(input, FLAGS.stream)));
    }
  }
  refuseUnused(loads.map(({ unusedVars }) => unusedVars), options.environment);
  return await ordered(loads, { app, input, options });
}

/** A project's pipeline needs no name where it is the only one. */
async function onlyPipeline({ folder }: App, { environment: { project } }: LoadOptions): Promise<readonly string[]> {
  const names = project ? (await listPipelines(project, folder)).map(({ name }) => name) : [];
  if (names.length === 1) return names;
  const some = names.slice(0, 8).join(", ");
  throw new DtegError("argument.missing", "nothing to run is named", {
    hint: names.length > 1
      ? `name a pipeline: ${some}${names.length > 8 ? " …" : ""}; or all of them: '*'`
      : "name a pipeline, a file of data, or use --from and --to",
  });
}

/** In the order that `after` asks for; with --with-upstream also what the chosen ones come after. */
async function ordered(
  loads: readonly Loaded[],
  { app: { folder }, input, options }: { readonly app: App; readonly input: Input; readonly options: LoadOptions },
): Promise<readonly Loaded[]> {
  const withUpstream = flagValue(input, FLAGS.withUpstream) === true;
  const { project } = options.environment;
  return await orderChosen(loads, {
    folder,
    project,
    ...(withUpstream && { loadUpstream: (path) => loadPipeline(path, options) }),
  });
}

function adhoc({ from, to }: { from: string; to: string }, input: Input, options: LoadOptions): Promise<Loaded> {
  return adhocPipeline({
    from,
    to,
    streams: flagValue(input, FLAGS.stream),
    into: flagValue(input, FLAGS.into),
    write: flagValue(input, FLAGS.write),
    key: flagValue(input, FLAGS.key),
    cursor: flagValue(input, FLAGS.cursor),
    select: flagValue(input, FLAGS.select),
    where: flagValue(input, FLAGS.where),
    name: flagValue(input, FLAGS.name),
    adopt: flagValue(input, FLAGS.yes),
  }, options);
}

/** Only the streams that --stream names. */
function picked({ pipeline, ...rest }: Loaded, names: readonly string[] | undefined): Loaded {
  if (!names) return { pipeline, ...rest };
  if (names.some(isPattern) || pipeline.streams.some(({ isWild }) => isWild)) { // the source knows what they mean
    return { ...rest, pipeline: { ...pipeline, only: names } };
  }
  const missing = names.find((name) => !pipeline.streams.some((stream) => stream.name === name));
  if (missing !== undefined) {
    const near = nearest(missing, pipeline.streams.flatMap(({ name }) => name ?? []));
    throw new DtegError("stream.not_found", `pipeline ${pipeline.name} has no stream ${JSON.stringify(missing)}`, {
      hint: near ? `did you mean ${near}?` : `it has ${streamNames(pipeline)}`,
    });
  }
  return {
    ...rest,
    pipeline: { ...pipeline, streams: pipeline.streams.filter(({ name }) => name !== null && names.includes(name)) },
  };
}

const streamNames = ({ streams }: Pipeline) => streams.map(({ name }) => name).join(", ");
