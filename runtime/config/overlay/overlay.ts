import { DtegError, nearest } from "../../../sdk/mod.ts";
import type { Project } from "../project.ts";
import { subtree } from "../tree/subtree.ts";
import { isMap, member, type Tree, valueAt } from "../tree/tree.ts";

/** What an environment of dteg.yaml lays over the project. */
export interface Overlay {
  readonly name: string;
  /** Where it stands in dteg.yaml. */
  readonly pointer: string;
  /** Its `connections`, `vars` and `settings`. */
  readonly tree: Tree;
}

/** The environment that is taken when none is chosen, where a project has it. */
const DEFAULT = "dev";

/** The overlay of the environment that is wanted; without a wish that of `dev`, where there is one. */
export function chooseOverlay(project: Project | undefined, wanted: string | undefined): Overlay | undefined {
  const names = environmentNames(project);
  const name = wanted ?? DEFAULT;
  if (project && names.includes(name)) {
    const pointer = member("/environments", name);
    return { name, pointer, tree: subtree(project.file, pointer) };
  }
  if (wanted === undefined) return undefined;
  const where = project?.file.path ?? "dteg.yaml";
  const near = nearest(wanted, names);
  throw new DtegError("environment.unknown", `there is no environment ${JSON.stringify(wanted)}`, {
    hint: near
      ? `did you mean --env ${near}?`
      : names.length > 0
      ? `${where} has ${names.join(", ")}`
      : project
      ? `declare it in ${where}: environments: { ${wanted}: { vars: {…}, connections: {…} } }`
      : "environments stand in the dteg.yaml of a project, and there is none here; leave out --env and DTEG_ENV",
  });
}

/** The environments that a project declares, in the order of its file. */
export function environmentNames(project: Project | undefined): readonly string[] {
  const declared = project && valueAt(project.file.root, "/environments");
  return isMap(declared) ? Object.keys(declared) : [];
}
