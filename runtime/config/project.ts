import { dirname, join, relative, resolve } from "node:path";
import { DtegError } from "../../sdk/mod.ts";
import { readTree } from "./read.ts";
import type { Tree } from "./tree/tree.ts";

/** A project: the folder of dteg.yaml, with its files as they stand, before templates. */
export interface Project {
  /** Absolute. */
  readonly folder: string;
  /** The folder of secrets. */
  readonly secrets: string;
  readonly file: Tree;
  /** connections.yaml, where there is one. */
  readonly connections?: Tree;
}

/** The project of a folder: the nearest one upwards that has dteg.yaml. */
export async function findProject(folder: string): Promise<Project | undefined> {
  const start = resolve(folder);
  for (let at = start;; at = dirname(at)) {
    const file = await readIfThere(join(at, "dteg.yaml"), start);
    if (file) {
      const connections = await readIfThere(join(at, "connections.yaml"), start);
      return { folder: at, secrets: join(at, ".dteg", "secrets"), file, ...(connections && { connections }) };
    }
    if (at === dirname(at)) return undefined;
  }
}

async function readIfThere(path: string, start: string): Promise<Tree | undefined> {
  try {
    return await readTree(path, { name: relative(start, path) });
  } catch (error) {
    if (error instanceof DtegError && error.code === "pipeline.not_found") return undefined;
    throw error;
  }
}
