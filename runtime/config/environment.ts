import { resolve } from "node:path";
import { DtegError } from "../../sdk/mod.ts";
import type { Project } from "./project.ts";
import { readEnvFile } from "./resolve/env_file.ts";
import { chooseOverlay, type Overlay } from "./overlay/overlay.ts";
import { parseSet, type SetFlag } from "./tree/set.ts";

/** All that a pipeline file may refer to, and what flags change in it. */
export interface Environment {
  /** The real environment over that of --env-file. */
  readonly env: Readonly<Record<string, string>>;
  /** The current folder, absolute. */
  readonly folder: string;
  /** Of --var. */
  readonly vars: ReadonlyMap<string, string>;
  readonly sets: readonly SetFlag[];
  readonly project?: Project;
  /** The chosen environment of the project. */
  readonly overlay?: Overlay;
  readonly run: { readonly id: string; readonly startedAt: string };
}

/** What {@linkcode makeEnvironment} is made of. */
export interface EnvironmentParts {
  readonly env: Readonly<Record<string, string>>;
  /** The current folder, absolute. */
  readonly folder: string;
  /** Path of --env-file. */
  readonly envFile?: string;
  /** Values of --var: `name=value`. */
  readonly vars?: readonly string[];
  /** Values of --set: `a.b[0]=value`. */
  readonly set?: readonly string[];
  readonly project?: Project;
  /** Name of the environment, as --env and DTEG_ENV have it. */
  readonly name?: string;
  readonly runId?: string;
  readonly startedAt?: string;
}

/** The environment of a run. Throws a DtegError when a flag or the file of --env-file cannot be read. */
export function makeEnvironment(parts: EnvironmentParts): Environment {
  const { folder, envFile, vars = [], set = [], project, runId = "run" } = parts;
  const env = envFile === undefined
    ? parts.env
    : { ...readEnvFile(resolve(folder, envFile), { name: envFile }), ...parts.env };
  const overlay = chooseOverlay(project, parts.name ?? (env.DTEG_ENV || undefined));
  return {
    env,
    folder,
    vars: new Map(vars.map(parseVar)),
    sets: set.map(parseSet),
    ...(project && { project }),
    ...(overlay && { overlay }),
    run: { id: runId, startedAt: parts.startedAt ?? new Date().toISOString() },
  };
}

function parseVar(text: string): [name: string, value: string] {
  const match = /^([A-Za-z0-9_][A-Za-z0-9_.-]*)=(.*)$/s.exec(text);
  if (!match) {
    throw new DtegError("flag.invalid", `cannot read --var ${JSON.stringify(text)}: wanted name=value`, {
      hint: "write --var day=2024-01-31",
    });
  }
  return [match[1], match[2]];
}
