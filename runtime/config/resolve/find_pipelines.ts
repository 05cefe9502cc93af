import { basename, dirname, extname, join, relative, resolve } from "node:path";
import { DtegError, nearest } from "../../../sdk/mod.ts";
import type { Project } from "../project.ts";
import { readTree } from "../read.ts";
import { isMap, valueAt } from "../tree/tree.ts";

/** A pipeline of a project. */
export interface PipelineFile {
  /** As a user would name it from the current folder. */
  readonly path: string;
  readonly name: string;
  readonly tags: readonly string[];
}

/** The pipelines of a project, by name. A file that is no YAML is listed under its base name. */
export function listPipelines(project: Project, folder: string): Promise<PipelineFile[]> {
  return pipelinesIn(join(project.folder, "pipelines"), folder);
}

/** The pipelines of one folder, by name, as a user would name them from the current folder. */
export async function pipelinesIn(inside: string, folder: string): Promise<PipelineFile[]> {
  const found: PipelineFile[] = [];
  for (const file of await yamlFiles(inside)) {
    const path = relative(folder, join(inside, file)) || file;
    const root = await rootOf(resolve(folder, path));
    const name = valueAt(root, "/name");
    const tags = valueAt(root, "/tags");
    found.push({
      path,
      name: typeof name === "string" ? name : basename(file, extname(file)),
      tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [],
    });
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}

async function yamlFiles(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).filter((entry) =>
      !entry.isDirectory && isPipelineFile(entry.name)
    ).map((e) => e.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}

async function rootOf(path: string) {
  try {
    const { root } = await readTree(path);
    return isMap(root) ? root : {};
  } catch (error) {
    if (error instanceof DtegError) return {}; // whoever runs this file is told; a list of names is not the place
    throw error;
  }
}

/** True for an argument of `run` that names a pipeline's file. */
export function isPipelineFile(argument: string): boolean {
  return /\.ya?ml$/i.test(argument);
}

/** What {@linkcode resolvePipelines} looks in. */
export interface ResolveOptions {
  /** The current folder, absolute. */
  readonly folder: string;
  readonly project?: Project;
}

/** The files that the arguments of a command name: a file itself, a pipeline's name, `tag:x`, or a pattern of names. */
export async function resolvePipelines(
  args: readonly string[],
  { folder, project }: ResolveOptions,
): Promise<string[]> {
  const known = project ? await listPipelines(project, folder) : [];
  const paths: string[] = [];
  for (const arg of args) paths.push(...await resolveOne(arg, { folder, known }));
  return [...new Set(paths)];
}

interface Known {
  readonly folder: string;
  readonly known: readonly PipelineFile[];
}

async function resolveOne(arg: string, { folder, known }: Known): Promise<string[]> {
  const kind = await kindOf(resolve(folder, arg));
  if (isPipelineFile(arg) && kind === "file") return [arg];
  if (kind === "folder" && !known.some(({ name }) => name === arg)) {
    throw new DtegError("pipeline.is_folder", `${JSON.stringify(arg)} is a folder, wanted a pipeline file`, {
      path: arg,
      hint: "name the file; to load a folder of data use --from",
    });
  }
  if (isPipelineFile(arg)) {
    const files = await yamlFiles(resolve(folder, dirname(arg)));
    const near = nearest(arg, [...files.map((file) => join(dirname(arg), file)), ...known.map(({ path }) => path)]);
    const hint = near ? `did you mean ${near}?` : "check the path; `dteg list` shows the project's pipelines";
    throw notFound(`there is no pipeline file ${JSON.stringify(arg)}`, hint);
  }
  const tag = /^tag:(.+)$/.exec(arg)?.[1];
  const pattern = new RegExp(`^${RegExp.escape(arg).replaceAll("\\*", ".*").replaceAll("\\?", ".")}$`, "u");
  const found = known.filter(({ name, tags }) => tag ? tags.includes(tag) : pattern.test(name));
  if (found.length > 0) return found.map(({ path }) => path);
  const near = nearest(tag ?? arg, tag ? known.flatMap(({ tags }) => tags) : known.map(({ name }) => name));
  const names = known.map(({ name }) => name).join(", ");
  const how = tag ? "with the tag" : /[*?]/.test(arg) ? "whose name fits" : "named";
  throw notFound(
    `there is no pipeline ${how} ${JSON.stringify(tag ?? arg)}`,
    near
      ? `did you mean ${tag ? "tag:" : ""}${near}?`
      : names
      ? `the project has ${names}`
      : "name a file that ends in .yaml, or use --from",
  );
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await Deno.stat(path)).isDirectory ? "folder" : "file";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

function notFound(message: string, hint: string): DtegError {
  return new DtegError("pipeline.not_found", message, { hint });
}
