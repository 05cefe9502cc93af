import { resolve } from "node:path";
import { DtegError } from "../../../sdk/mod.ts";
import { environmentNames, findProject, listPipelines, type Project } from "../../config/mod.ts";
import { readTree } from "../../config/read.ts";
import { isMap, member, valueAt } from "../../config/tree/tree.ts";

/** Names that a project gives. */
export interface Names {
  readonly connection: readonly string[];
  readonly pipeline: readonly string[];
  readonly stream: readonly string[];
  readonly environment: readonly string[];
}

const NONE: Names = { connection: [], pipeline: [], stream: [], environment: [] };
const URL_VALUE = /^[a-z][a-z0-9+]*:\/\//;

/** The names of the project of a folder; none of a file that cannot be read. It opens nothing but YAML files. */
export async function projectNames(
  { folder, env }: { readonly folder: string; readonly env: Readonly<Record<string, string>> },
): Promise<Names> {
  const variables = Object.keys(env).filter((name) => URL_VALUE.test(env[name]) && /DB|DATABASE|URL/.test(name));
  try {
    const project = await findProject(folder);
    if (!project) return { ...NONE, connection: variables };
    const pipelines = await listPipelines(project, folder);
    const streams = await Promise.all(pipelines.map(({ path }) => streamsOf(resolve(folder, path))));
    return {
      connection: [...new Set([...connectionsOf(project), ...variables])],
      pipeline: pipelines.map(({ name }) => name),
      stream: [...new Set(streams.flat())].toSorted(),
      environment: environmentNames(project),
    };
  } catch (error) {
    if (error instanceof DtegError) return { ...NONE, connection: variables }; // whoever runs the command is told
    throw error;
  }
}

/** Those of connections.yaml, and of any environment. */
function connectionsOf(project: Project): readonly string[] {
  const root = project.connections?.root;
  const laid = environmentNames(project).map((name) =>
    valueAt(project.file.root, `${member("/environments", name)}/connections`)
  );
  return [root, ...laid].flatMap((one) => isMap(one) ? Object.keys(one) : []);
}

async function streamsOf(path: string): Promise<readonly string[]> {
  const { root } = await readTree(path);
  const streams = isMap(root) ? valueAt(root, "/streams") : undefined;
  if (isMap(streams)) return Object.keys(streams);
  if (!Array.isArray(streams)) return [];
  const names = streams.map((stream) => isMap(stream) ? stream.name : stream);
  return names.filter((name): name is string => typeof name === "string" && !/[*!]/.test(name));
}
