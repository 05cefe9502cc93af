import { DtegError } from "../../../sdk/mod.ts";
import {
  lintPipeline,
  listPipelines,
  type Loaded,
  type LoadOptions,
  orderChosen,
  resolvePipelines,
} from "../../config/mod.ts";
import type { ErrorReport } from "../../store/event.ts";
import type { Command, Outcome } from "../command.ts";
import { errorReport } from "../../store/error_report.ts";
import { LOAD_FLAGS, loadOptions } from "./load_options.ts";

/** What was found in one file. */
interface Verdict {
  readonly name: string | null;
  readonly path: string;
  readonly ok: boolean;
  readonly warnings: readonly string[];
  readonly errors: readonly ErrorReport[];
}

interface Looked {
  readonly verdict: Verdict;
  readonly error?: DtegError;
}

/** `dteg validate`: reads files only, connects nowhere. */
export const validate: Command = {
  name: "validate",
  summary: "Read pipeline files and tell what is wrong in them",
  group: "project",
  details: "It reads files only and connects to nothing. Without a name it reads all pipelines of the project. " +
    "Every fault comes with file, line and column. A secret that is not set is a warning here; `dteg run` refuses it.",
  args: [{ name: "PIPELINE", summary: "A file, a pipeline's name, tag:TAG, or a pattern of names", many: true }],
  flags: LOAD_FLAGS,
  examples: [
    { line: "dteg validate", what: "all pipelines of the project" },
    { line: "dteg validate pipelines/orders.yaml --var day=2024-05-01", what: "one file, with a variable" },
  ],
  async run(app, input): Promise<Outcome> {
    const options = await loadOptions(app, input);
    const paths = await pathsOf(input.args, options);
    const looked: Looked[] = [];
    for (const path of paths) looked.push(await look(path, options));
    for (const { verdict: { warnings } } of looked) {
      for (const warning of warnings) app.terminal.log("warn", warning);
    }
    const pipelines = looked.map(({ verdict }) => verdict);
    const sound = pipelines.filter(({ ok }) => ok);
    const { green, dim, bold } = app.terminal.out;
    const environment = options.environment.overlay?.name;
    return {
      summary: summaryOf(sound.length, paths.length),
      result: { ...(environment !== undefined && { environment }), pipelines },
      text: paths.length
        ? [
          environment === undefined ? "" : `${dim("environment")} ${bold(environment)}\n`,
          ...sound.map(({ name, path }) => `${green("ok")} ${name} (${path})\n`),
        ].join("")
        : "there are no pipelines yet: put one into pipelines/",
      error: together(looked.flatMap(({ error }) => error ? [error] : [])),
    };
  },
};

async function pathsOf(args: readonly string[], { environment }: LoadOptions): Promise<readonly string[]> {
  const { folder, project } = environment;
  if (args.length) return await resolvePipelines(args, { folder, project });
  if (project) return (await listPipelines(project, folder)).map(({ path }) => path);
  throw new DtegError("argument.missing", "there is nothing to validate: no file is named, and this is no project", {
    hint: "name a pipeline file, or make a project with `dteg init`",
  });
}

async function look(path: string, options: LoadOptions): Promise<Looked> {
  try {
    const loaded = await lintPipeline(path, options);
    const { pipeline: { name }, warnings } = loaded;
    await checkAfter(loaded, options);
    return { verdict: { name, path, ok: true, warnings, errors: [] } };
  } catch (error) {
    if (!(error instanceof DtegError)) throw error;
    const errors = [error, ...error.others].map(errorReport);
    return { verdict: { name: null, path, ok: false, warnings: [], errors }, error };
  }
}

/** What a pipeline comes after must be there, and must not come after it. */
async function checkAfter(loaded: Loaded, options: LoadOptions): Promise<void> {
  const { folder, project } = options.environment;
  const loadUpstream = (path: string) =>
    lintPipeline(path, options).catch((error): Loaded => {
      if (!(error instanceof DtegError)) throw error;
      return { pipeline: { ...loaded.pipeline, name: path, path, after: [] }, warnings: [], unusedVars: [] }; // that file's faults are told with it
    });
  await orderChosen([loaded], { folder, project, loadUpstream });
}

/** One error that holds all. What several pipelines find at one place of a file that they share is said once. */
function together(errors: readonly DtegError[]): DtegError | undefined {
  const all = errors.flatMap((error) => [error.with({ others: [] }), ...error.others]);
  const placeOf = ({ path, line, col, message }: DtegError) => JSON.stringify([path, line, col, message]);
  const [first, ...others] = new Map(all.map((error) => [placeOf(error), error])).values();
  return first?.with({ others });
}

function summaryOf(sound: number, all: number): string {
  if (all === 0) return "there are no pipelines yet";
  const pipelines = all === 1 ? "1 pipeline" : `${all} pipelines`;
  if (sound === all) return all === 1 ? `${pipelines} is sound` : `${pipelines} are sound`;
  return `${all - sound} of ${pipelines} at fault`;
}
