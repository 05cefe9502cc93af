import type { TProperties } from "@sinclair/typebox";
import { DtegError } from "../../../sdk/mod.ts";
import { hooksOf } from "../around/hooks.ts";
import { afterOf } from "../around/order.ts";
import { retryOf } from "../around/retry.ts";
import { timezoneOf } from "../around/timezone.ts";
import { coerce, nullWords } from "../form/coerce.ts";
import { type KnownConnector, propertiesOf } from "../form/known_connector.ts";
import { endSchema, pipelineObject } from "../form/pipeline_schema.ts";
import { validate } from "../form/validate.ts";
import { inPipeline, templatesOf } from "../liquid/liquid_scope.ts";
import { projectSettings } from "../overlay/project_settings.ts";
import type { Pipeline } from "../pipeline.ts";
import { throwAll } from "../read.ts";
import type { Secrets } from "../secrets.ts";
import { applySet } from "../tree/set.ts";
import { isMap, type Tree } from "../tree/tree.ts";
import { collectSecrets } from "./collect_secrets.ts";
import { type EndContext, type ResolvedEnd, resolveEnd } from "./end.ts";
import { expandTree } from "./expand.ts";
import { expandText, type Scope, scopeOf } from "./scope.ts";
import { settingsOf } from "./settings.ts";
import { resolveStreams } from "./streams.ts";
import { unusedVars } from "./unused_vars.ts";

/** A pipeline and what a person should know about its file. */
export interface Loaded {
  readonly pipeline: Pipeline;
  /** Each begins with FILE:LINE:COL where it has a place. */
  readonly warnings: readonly string[];
  /** Names of --var that neither the pipeline nor its project uses. */
  readonly unusedVars: readonly string[];
}

/** What assembling takes beside the tree. */
export interface AssembleOptions extends EndContext {
  /** Name when the tree does not say. */
  readonly name: (ends: { readonly source: string; readonly destination: string }) => string;
}

/** Makes a pipeline of a tree: --set, templates, form, ends, rules. Throws all errors at once, with secrets masked. */
export async function assemble(given: Tree, options: AssembleOptions): Promise<Loaded> {
  const { environment, secrets, strictSecrets } = options;
  const { project } = environment;
  collectSecrets(given, secrets);
  for (const { keys, value } of environment.sets) {
    collectSecrets({ ...given, root: { [keys.at(-1) ?? ""]: value } }, secrets);
  }
  const set = environment.sets.reduce(applySet, given);
  const shared = project ? projectSettings(project.file, options) : undefined;

  const weaker = project ? [project.file] : [];
  const outer = scopeOf(environment, { secrets, files: weaker });
  const inner = scopeOf(environment, { secrets, files: [set, ...weaker] });
  const scopeFor = (pointer: string) => {
    if (set.path === null) return undefined; // what was typed as a flag has been through a shell
    if (!pointer.startsWith("/vars/")) return inner;
    return environment.vars.has(pointer.slice("/vars/".length)) ? undefined : outer;
  };
  const templates = set.path === null ? undefined : await templatesOf(set, {
    environment,
    scope: inner,
    name: nameIn(set, inner) ?? options.name({ source: "", destination: "" }),
    applies: inPipeline,
  });
  const expanded = expandTree(set, scopeFor, { strictSecrets, templates });
  collectSecrets(expanded.tree, secrets);

  const source = await resolveEnd(expanded, "source", options);
  const destination = await resolveEnd(expanded, "destination", options);
  const schema = schemaOf(streamSettings(source, options.connectors));
  const coerced = { ...expanded.tree, root: coerce(schema, expanded.tree.root, { pointers: expanded.whole }) };
  const tree = nullWords(schema, coerced);
  const wrong = [...expanded.errors, ...validate(schema, tree, { ignore: expanded.hollow })];
  const { settings, errors: settingErrors } = settingsOf(tree);
  const { streams, exclude, errors: streamErrors } = resolveStreams(tree);
  const { timezone, errors: zoneErrors } = timezoneOf(tree);
  const rules = elsewhere(wrong, [...settingErrors, ...streamErrors, ...zoneErrors]);
  throwMasked([...shared?.errors ?? [], ...wrong, ...source.errors, ...destination.errors, ...rules], secrets);

  const ends = requireEnds(source, destination);
  const { name, on_error, tags } = isMap(tree.root) ? tree.root : {};
  const found = [...shared?.warnings ?? [], ...expanded.warnings, ...source.warnings, ...destination.warnings];
  return {
    pipeline: {
      name: typeof name === "string"
        ? name
        : options.name({ source: ends.source.label, destination: ends.destination.label }),
      ...(environment.overlay && { environment: environment.overlay.name }),
      path: given.path,
      ...ends,
      streams,
      ...(exclude.length > 0 && { exclude }),
      settings: { ...shared?.settings, ...settings, ...shared?.overlay },
      onError: on_error === "stop" ? "stop" : "continue",
      tags: Array.isArray(tags) ? tags.map(String) : [],
      ...(timezone !== undefined && { timezone }),
      ...retryOf(tree.root),
      ...hooksOf(tree),
      ...afterOf(tree.root),
    },
    unusedVars: unusedVars(environment, given),
    warnings: [...new Set(found.map((warning) => secrets.mask(located(warning))))],
  };
}

function nameIn({ root }: Tree, scope: Scope): string | undefined {
  return isMap(root) && typeof root.name === "string" ? expandText(root.name, scope).text : undefined;
}

function schemaOf(settings: TProperties) {
  return pipelineObject({
    source: endSchema("Where rows come from."),
    destination: endSchema("Where rows go."),
    settings,
  });
}

/** Where the source's connector is not known, a stream may have the settings of any. */
function streamSettings({ connector }: ResolvedEnd, connectors: readonly KnownConnector[]): TProperties {
  const candidates = connector ? [connector] : connectors;
  return Object.assign({}, ...candidates.map(({ stream }) => propertiesOf(stream)));
}

/** Of faults in meaning those that do not stand where a fault in form stands. */
function elsewhere(form: readonly DtegError[], meaning: readonly DtegError[]): DtegError[] {
  const taken = new Set(form.map(({ line, col }) => `${line}:${col}`));
  return meaning.filter(({ line, col }) => !taken.has(`${line}:${col}`));
}

function requireEnds(
  { end: source }: ResolvedEnd,
  { end: destination }: ResolvedEnd,
): Pick<Pipeline, "source" | "destination"> {
  if (!source || !destination) throw new TypeError("an end without an error is resolved");
  return { source, destination };
}

function located({ path, line, col, message }: DtegError): string {
  return path ? `${path}:${line}:${col}: ${message}` : message;
}

/** Throws the errors with every secret masked in what they say. */
export function throwMasked(errors: readonly DtegError[], secrets: Secrets): void {
  const mask = (text: string | undefined) => text === undefined ? undefined : secrets.mask(text);
  throwAll(errors.map((error) => {
    const { code, message, hint, excerpt } = error;
    return new DtegError(code, secrets.mask(message), {
      ...error,
      cause: error.cause,
      hint: mask(hint),
      excerpt: mask(excerpt),
    });
  }));
}
