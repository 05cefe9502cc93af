import { type DtegError, INTERVAL_MARK, nearest } from "../../../sdk/mod.ts";
import { hasTemplate, renderText, type Templates } from "../liquid/liquid_scope.ts";
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
  readonly templates?: Templates;
}

/** Replaces the references in each text of a tree. `scopeFor` names the scope of a place; nothing: the text stays as it is. */
export function expandTree(
  tree: Tree,
  scopeFor: (pointer: string) => Scope | undefined,
  options: ExpandOptions,
): Expanded {
  const { strictSecrets, under = "", templates } = options;
  const [whole, hollow] = [new Set<string>(), new Set<string>()];
  const [errors, warnings]: [DtegError[], DtegError[]] = [[], []];
  const root = mapScalars(tree.root, (scalar, pointer) => {
    const scope = pointer === under || pointer.startsWith(`${under}/`) ? scopeFor(pointer) : undefined;
    if (tree.places.get(pointer)?.set !== undefined && typeof scalar === "string") whole.add(pointer);
    if (typeof scalar !== "string" || !scope) return scalar;
    const template = templates?.applies(pointer) && hasTemplate(scalar) ? templates : undefined;
    if (!template && !scalar.includes("${")) return scalar;
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
    if (!template) return expanded.text;
    const rendered = renderText(scalar, { templates: template, scope });
    if ("text" in rendered) {
      if (rendered.text.includes(INTERVAL_MARK) && !pointer.endsWith("/sql")) {
        errors.push(misplacedInterval(tree, pointer));
      }
      return rendered.text;
    }
    hollow.add(pointer);
    const { fault: { code, message, hint }, source, nth } = rendered;
    errors.push(fault(tree, pointer, { code, message, hint, span: spanOf(tree, pointer, { source, nth }) }));
    return scalar;
  });
  return { tree: { ...tree, root }, whole, hollow, errors, warnings };
}

function syntax(tree: Tree, pointer: string, { source, problem, meant }: BadReference): DtegError {
  return fault(tree, pointer, {
    code: "template.syntax",
    message: `${source} ${problem}`,
    hint: meant
      ? `did you mean ${meant}?`
      : "a default stands after :- as in ${env.X:-default}; for a literal ${ write $${",
    span: spanOf(tree, pointer, { source }),
  });
}

function misplacedInterval(tree: Tree, pointer: string): DtegError {
  return fault(tree, pointer, {
    code: "template.syntax",
    message: "{{ interval }} is the condition on the cursor of a query: it stands only in `sql`",
    hint: "a table's cursor adds its condition by itself",
  });
}

interface Missing {
  readonly reference: Reference;
  readonly scope: Scope;
}

function unset(tree: Tree, pointer: string, { reference, scope }: Missing): DtegError {
  const { namespace, name } = reference;
  const near = nearest(name, scope.names(namespace));
  const hints = {
    env: `set it, or give a default: \${env.${name}:-default}`,
    var: `add it under vars:, or give --var ${name}=VALUE`,
    secret: `set ${secretVariable(name)}, or write it to .dteg/secrets/${name}`,
    run: "use ${run.id} or ${run.started_at}",
  };
  return fault(tree, pointer, {
    code: "template.unset",
    message: `${namespace}.${name} is not set`,
    hint: near ? `did you mean \${${namespace}.${near}}? Else ${hints[namespace]}` : hints[namespace],
    span: spanOf(tree, pointer, reference),
  });
}

/** Where a reference stands in the file: found in the text of its scalar, since quotes and escapes shift places. */
function spanOf(
  tree: Tree,
  pointer: string,
  { source, nth = 0 }: { readonly source: string; readonly nth?: number },
) {
  const value = tree.places.get(pointer)?.value;
  const text = value && source ? tree.text.slice(...value) : "";
  let at = source ? text.indexOf(source) : -1;
  for (let found = 0; found < nth && at >= 0; found++) at = text.indexOf(source, at + 1);
  return value && at >= 0 ? [value[0] + at, value[0] + at + source.length] as const : undefined;
}
