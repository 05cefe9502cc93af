import type { DtegError } from "../../../sdk/mod.ts";
import { coerce } from "../form/coerce.ts";
import { CONNECTION_SCHEMA, projectObject } from "../form/pipeline_schema.ts";
import { validate } from "../form/validate.ts";
import type { Settings } from "../pipeline.ts";
import { collectSecrets } from "../resolve/collect_secrets.ts";
import type { EndContext } from "../resolve/end.ts";
import { expandTree } from "../resolve/expand.ts";
import { scopeOf } from "../resolve/scope.ts";
import { settingsOf } from "../resolve/settings.ts";
import { scalars, type Tree } from "../tree/tree.ts";

/** What a project says for each of its pipelines. */
export interface ProjectSettings {
  /** Of the project; a pipeline's own win. */
  readonly settings: Settings;
  /** Of the chosen environment; they win over a pipeline's. */
  readonly overlay: Settings;
  readonly errors: readonly DtegError[];
  readonly warnings: readonly DtegError[];
}

const SCHEMA = projectObject(CONNECTION_SCHEMA);

/** Reads dteg.yaml. Of its environments the form of all is checked, and the references of the chosen one are looked up. */
export function projectSettings(file: Tree, { environment, secrets, strictSecrets }: EndContext): ProjectSettings {
  collectSecrets(file, secrets);
  const chosen = environment.overlay?.pointer;
  const plain = scopeOf(environment, { secrets, files: [] });
  const own = scopeOf(environment, { secrets, files: [file], overlaid: false });
  const full = scopeOf(environment, { secrets, files: [file] });
  const scopeFor = (pointer: string) => {
    const [, variable] = /\/vars\/(.*)$/.exec(pointer) ?? [];
    if (variable !== undefined && environment.vars.has(variable)) return undefined;
    if (chosen !== undefined && pointer.startsWith(`${chosen}/vars/`)) return own;
    if (chosen !== undefined && pointer.startsWith(`${chosen}/settings/`)) return full;
    if (pointer.startsWith("/environments/")) return undefined; // a connection is looked at where it is used
    return pointer.startsWith("/vars/") ? plain : full;
  };
  const expanded = expandTree(file, scopeFor, { strictSecrets });
  const asWritten = [...scalars(file.root)].filter(([pointer, text]) =>
    typeof text === "string" && text.includes("${") && scopeFor(pointer) === undefined
  );
  const ignore = new Set([...expanded.hollow, ...asWritten.map(([pointer]) => pointer)]);
  const tree = { ...expanded.tree, root: coerce(SCHEMA, expanded.tree.root ?? {}, { pointers: expanded.whole }) };
  const wrong = [...expanded.errors, ...validate(SCHEMA, tree, { ignore })];
  const { settings, errors } = settingsOf(tree);
  const overlay = chosen === undefined ? { settings: {}, errors: [] } : settingsOf(tree, chosen);
  return {
    settings,
    overlay: overlay.settings,
    errors: wrong.length > 0 ? wrong : [...errors, ...overlay.errors],
    warnings: expanded.warnings,
  };
}
