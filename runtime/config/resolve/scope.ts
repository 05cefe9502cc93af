import type { Environment } from "../environment.ts";
import { isSecretName, type Secrets } from "../secrets.ts";
import { type Namespace, parseTemplate, type Reference } from "../template.ts";
import { isMap, member, scalarText, type Tree, valueAt } from "../tree/tree.ts";
import { secretNames, secretValue } from "./secret_value.ts";

/** What a reference stands for. `hollow`: it hangs on a secret that is not set. */
export interface Resolved {
  readonly text: string;
  readonly hollow: boolean;
}

/** Where references find their values. */
export interface Scope {
  find(reference: Pick<Reference, "namespace" | "name">): Resolved | undefined;
  /** Names that there are, for "did you mean". */
  names(namespace: Namespace): readonly string[];
}

/** What a scope is made of, beside the environment. */
export interface ScopeOptions {
  readonly secrets: Secrets;
  /** Files whose `vars` count, the strongest first. Flags beat them all, and then the chosen environment. */
  readonly files: readonly Tree[];
  /** False where the variables of the chosen environment do not count: in themselves. */
  readonly overlaid?: boolean;
}

/**
 * The scope of a file. A variable's own references see only weaker files and the environment, those of the environment no
 * environment, so they cannot go round in a circle.
 */
export function scopeOf(environment: Environment, { secrets, files, overlaid = true }: ScopeOptions): Scope {
  const overlay = overlaid ? environment.overlay?.tree : undefined;
  const all = overlay ? [overlay, ...files] : files;
  const run: Readonly<Record<string, string>> = { id: environment.run.id, started_at: environment.run.startedAt };
  const lookups = {
    env: (name: string) => environment.env[name],
    run: (name: string) => run[name],
    secret: (name: string) => {
      const value = secretValue(name, environment);
      if (value !== undefined) secrets.add(value);
      return value;
    },
  };

  function variable(name: string): Resolved | undefined {
    const flag = environment.vars.get(name);
    if (flag !== undefined) return { text: flag, hollow: false };
    for (const file of all) {
      const text = scalarText(file, member("/vars", name));
      if (text === undefined) continue;
      const weaker = file === overlay
        ? { files, overlaid: false }
        : { files: files.slice(files.indexOf(file) + 1), overlaid };
      const expanded = expandText(text, scopeOf(environment, { secrets, ...weaker }));
      if (isSecretName(name)) secrets.add(expanded.text);
      return expanded;
    }
  }

  return {
    names(namespace) {
      if (namespace === "env") return Object.keys(environment.env);
      if (namespace === "run") return Object.keys(run);
      if (namespace === "secret") return secretNames(environment);
      return [...environment.vars.keys(), ...all.flatMap((file) => Object.keys(varsOf(file)))];
    },
    find({ namespace, name }) {
      if (namespace === "var") return variable(name);
      const text = lookups[namespace](name);
      return text === undefined ? undefined : { text, hollow: false };
    },
  };
}

/** What became of a text, and the references that found nothing. */
export interface ExpandedText extends Resolved {
  readonly unset: readonly Reference[];
}

/** Puts values in the place of references. One without a value leaves nothing there; as in a shell, `:-` also covers the empty text. */
export function expandText(text: string, scope: Scope): ExpandedText {
  const unset: Reference[] = [];
  let hollow = false;
  const parts = parseTemplate(text).map((piece) => {
    if (typeof piece === "string") return piece;
    if ("problem" in piece) return piece.source;
    const value = scope.find(piece);
    if (piece.fallback !== undefined && !value?.text) return piece.fallback;
    if (!value) unset.push(piece);
    hollow ||= value?.hollow ?? piece.namespace === "secret";
    return value?.text ?? "";
  });
  return { text: parts.join(""), hollow, unset };
}

function varsOf(file: Tree): object {
  const vars = valueAt(file.root, "/vars");
  return isMap(vars) ? vars : {};
}
