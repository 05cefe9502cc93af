import type { DtegError } from "../../../sdk/mod.ts";
import { nearest } from "../nearest.ts";
import { type BadReference, parseTemplate, type Reference } from "../template.ts";
import { fault, mapScalars, type Tree } from "../tree/tree.ts";
import { expandText, type Scope } from "./scope.ts";
import { secretVariable } from "./secret_value.ts";

/** A tree after its references were replaced. */
export interface Expanded {
  readonly tree: Tree;
  /** Texts that were one reference and nothing else; they may turn into numbers. */
  readonly whole: ReadonlySet<string>;
  /** Texts of which a reference has no value, so that nothing more can be said about them. */
  readonly hollow: ReadonlySet<string>;
  readonly errors: readonly DtegError[];
  readonly warnings: readonly DtegError[];
}

export interface ExpandOptions {
  /** A secret that is not set is an error; else a warning. */
  readonly strictSecrets: boolean;
  /** Only values under this pointer are looked at. */
  readonly under?: string;
}

/** Replaces the references in each text of a tree. `scopeFor` names the scope of a place; nothing: the text stays as it is. */
export function expandTree(
  tree: Tree,
  scopeFor: (pointer: string) => Scope | undefined,
  options: ExpandOptions,
): Expanded {
  const { strictSecrets, under = "" } = options;
  const [whole, hollow] = [new Set<string>(), new Set<string>()];
  const [errors, warnings]: [DtegError[], DtegError[]] = [[], []];
  const root = mapScalars(tree.root, (scalar, pointer) => {
    const scope = pointer === under || pointer.startsWith(`${under}/`) ? scopeFor(pointer) : undefined;
    if (tree.places.get(pointer)?.set !== undefined && typeof scalar === "string") whole.add(pointer);
    if (typeof scalar !== "string" || !scope || !scalar.includes("${")) return scalar;
    const pieces = parseTemplate(scalar);
    if (pieces.length === 1 && typeof pieces[0] === "object") whole.add(pointer);
    const bad = pieces.filter((piece) => typeof piece === "object" && "problem" in piece);
    for (const piece of bad) errors.push(syntax(tree, pointer, piece));
    const expanded = expandText(scalar, scope);
    if (expanded.hollow || expanded.unset.length + bad.length > 0) hollow.add(pointer);
    for (const reference of expanded.unset) {
      const error = unset(tree, pointer, { reference, scope });
      (reference.namespace === "secret" && !strictSecrets ? warnings : errors).push(error);
    }
    return expanded.text;
  });
  return { tree: { ...tree, root }, whole, hollow, errors, warnings };
}

function syntax(tree: Tree, pointer: string, { at, source, problem }: BadReference): DtegError {
  return fault(tree, pointer, {
    code: "template.syntax",
    message: `${source} ${problem}`,
    hint: "a default stands after :- as in ${env.X:-default}; for a literal ${ write $${",
    span: spanOf(tree, pointer, { at, source }),
  });
}

interface Missing {
  readonly reference: Reference;
  readonly scope: Scope;
}

function unset(tree: Tree, pointer: string, { reference, scope }: Missing): DtegError {
  const { namespace, name } = reference;
  const near = namespace === "var"
    ? nearest(name, scope.vars)
    : namespace === "run"
    ? nearest(name, ["id", "started_at"])
    : undefined;
  const hints = {
    env: `set it, or give a default: \${env.${name}:-default}`,
    var: near ? `did you mean \${var.${near}}?` : `add it under vars:, or give --var ${name}=VALUE`,
    secret: `set ${secretVariable(name)}, or write it to .dteg/secrets/${name}`,
    run: `use \${run.${near ?? "id"}}`,
  };
  return fault(tree, pointer, {
    code: "template.unset",
    message: `${namespace}.${name} is not set`,
    hint: hints[namespace],
    span: spanOf(tree, pointer, reference),
  });
}

/** Where a reference stands in the file: found in the text of its scalar, since quotes and escapes shift places. */
function spanOf(tree: Tree, pointer: string, { source }: { readonly at: number; readonly source: string }) {
  const value = tree.places.get(pointer)?.value;
  const at = value ? tree.text.slice(...value).indexOf(source) : -1;
  return value && at >= 0 ? [value[0] + at, value[0] + at + source.length] as const : undefined;
}
