import { DtegError, nearest } from "../../../sdk/mod.ts";
import type { Environment } from "../environment.ts";
import { isMap, type Tree, valueAt } from "../tree/tree.ts";

/** Variables of --var that neither a file declares nor its text names: it would be loaded as if they were not given. */
export function unusedVars(environment: Environment, pipeline: Tree): readonly string[] {
  const trees = filesOf(environment, pipeline);
  const declared = new Set(trees.flatMap(declaredIn));
  return [...environment.vars.keys()].filter((name) =>
    !declared.has(name) && !trees.some(({ text }) => mentions(text, name))
  );
}

/** Refuses the variables that none of the pipelines use: a slip in a name must not load another day's rows. */
export function refuseUnused(
  unused: readonly (readonly string[])[],
  { vars, project }: Pick<Environment, "vars" | "project">,
): void {
  const [first, ...rest] = unused;
  const name = first?.find((one) => rest.every((others) => others.includes(one)));
  if (name === undefined) return;
  const known = project ? declaredIn(project.file).filter((one) => !vars.has(one)) : [];
  const near = nearest(name, known);
  throw new DtegError("flag.invalid", `--var ${name}: nothing that is loaded uses a variable of this name`, {
    hint: near
      ? `did you mean --var ${near}=${vars.get(name)}?`
      : `write \${var.${name}} where it is to stand, or declare it under vars:`,
  });
}

function filesOf({ project, overlay }: Environment, pipeline: Tree): readonly Tree[] {
  return [
    pipeline,
    ...project ? [project.file] : [],
    ...project?.connections ? [project.connections] : [],
    ...overlay ? [overlay.tree] : [],
  ];
}

function declaredIn({ root }: Tree): readonly string[] {
  const vars = valueAt(root, "/vars");
  return isMap(vars) ? Object.keys(vars) : [];
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`\\bvars?\\.${RegExp.escape(name)}(?![\\w-])|\\bvars?\\[["']${RegExp.escape(name)}["']\\]`).test(
    text,
  );
}
