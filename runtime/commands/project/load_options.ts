import { dirname, join, relative, resolve } from "node:path";
import { DtegError } from "../../../sdk/mod.ts";
import { findProject, type LoadOptions, makeEnvironment, type Project, Secrets } from "../../config/mod.ts";
import { readTree } from "../../config/read.ts";
import type { App } from "../app.ts";
import { type Flag, flagValue, type Input } from "../command.ts";
import { FLAGS } from "../flags.ts";

/** The flags that {@linkcode loadOptions} reads. */
export const LOAD_FLAGS: readonly Flag[] = [FLAGS.config, FLAGS.env, FLAGS.envFile, FLAGS.set, FLAGS.var];

/** What a pipeline is loaded with: the project of the current folder or of --config, environment and variables. */
export async function loadOptions(
  app: App,
  input: Input,
  { runId }: { readonly runId?: string } = {},
): Promise<LoadOptions> {
  const project = await projectOf(app, flagValue(input, FLAGS.config));
  const environment = makeEnvironment({
    env: app.env,
    folder: app.folder,
    envFile: flagValue(input, FLAGS.envFile),
    vars: flagValue(input, FLAGS.var),
    set: flagValue(input, FLAGS.set),
    name: flagValue(input, FLAGS.env),
    project,
    runId,
  });
  return { environment, connectors: await app.connectors(), secrets: new Secrets() };
}

async function projectOf({ folder: current }: App, config: string | undefined): Promise<Project | undefined> {
  if (config === undefined) return await findProject(current);
  const path = resolve(current, config), folder = dirname(path);
  const file = await readTree(path, { name: config });
  const connections = await readConnections(join(folder, "connections.yaml"), current);
  return { folder, secrets: join(folder, ".dteg", "secrets"), file, ...(connections && { connections }) };
}

async function readConnections(path: string, current: string): Promise<Project["connections"]> {
  try {
    return await readTree(path, { name: relative(current, path) });
  } catch (error) {
    if (error instanceof DtegError && error.code === "pipeline.not_found") return undefined;
    throw error;
  }
}
