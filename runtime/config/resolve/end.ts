import { dirname, resolve } from "node:path";
import { DtegError, nearest } from "../../../sdk/mod.ts";
import { declaredConnections, findConnection } from "../connection/declared.ts";
import { canTunnel, sshSettings } from "../connection/ssh_settings.ts";
import type { Environment } from "../environment.ts";
import { connectorOf, connectorWords, type KnownConnector } from "../form/known_connector.ts";
import { LATER_CONNECTORS } from "../form/later_words.ts";
import { CONNECTION_SCHEMA, endSchema } from "../form/pipeline_schema.ts";
import { validate } from "../form/validate.ts";
import { inConnections, templatesOf } from "../liquid/liquid_scope.ts";
import type { End } from "../pipeline.ts";
import type { Secrets } from "../secrets.ts";
import { fault, isMap, member, type PlainMap, valueAt } from "../tree/tree.ts";
import { checkConfig } from "./connector_config.ts";
import { type Expanded, expandTree } from "./expand.ts";
import { connectorOfPath, locate, meantUrl } from "./locate.ts";
import { hidePasswords } from "../url.ts";
import { collectSecrets } from "./collect_secrets.ts";
import { scopeOf } from "./scope.ts";

/** What ends are resolved with. */
export interface EndContext {
  readonly environment: Environment;
  readonly connectors: readonly KnownConnector[];
  readonly secrets: Secrets;
  readonly strictSecrets: boolean;
}

export type Role = "source" | "destination";

/** An end, as far as it could be resolved. */
export interface ResolvedEnd {
  readonly end?: End;
  readonly connector?: KnownConnector;
  readonly errors: readonly DtegError[];
  readonly warnings: readonly DtegError[];
}

interface Place {
  readonly expanded: Expanded;
  readonly pointer: string;
  /** Folder that relative paths start at. */
  readonly folder: string;
  readonly role: Role;
}

/** Resolves `source` or `destination` of a pipeline; of one whose form is wrong nothing. */
export async function resolveEnd(expanded: Expanded, role: Role, context: EndContext): Promise<ResolvedEnd> {
  const { tree } = expanded;
  const { folder } = context.environment;
  const pointer = `/${role}`;
  const at = { expanded, pointer, role, folder: tree.path === null ? folder : dirname(resolve(folder, tree.path)) };
  const value = valueAt(tree.root, pointer);
  if (validate(endSchema(""), tree, { pointer, ignore: expanded.hollow }).length > 0) return nothing; // told with the rest of the form
  if (typeof value === "string") return await fromText(context, at, value);
  if (!isMap(value)) return nothing;
  if (typeof value.connection === "string") {
    return fromConnection(context, { ...at, pointer: `${pointer}/connection` }, value.connection);
  }
  return fromMapping(context, at, value);
}

const nothing: ResolvedEnd = { errors: [], warnings: [] };
const failed = (error: DtegError): ResolvedEnd => ({ errors: [error], warnings: [] });

async function fromText(context: EndContext, place: Place, text: string): Promise<ResolvedEnd> {
  const { expanded: { tree, hollow }, pointer, folder } = place;
  if (hollow.has(pointer)) return { ...nothing, end: { connector: "", config: {}, label: "", folder } };
  const { environment, connectors } = context;
  const isConnection = findConnection(text, environment, { connectors }) !== undefined;
  const located = await locate(text, { folder, isConnection });
  if (located.kind === "connection") return fromConnection(context, place, text);
  if (located.kind === "unknown") {
    return failed(fault(tree, pointer, {
      code: "connection.unknown",
      message: `${JSON.stringify(text)} is neither a file that exists nor the name of a connection`,
      hint: nearHint(nearest(text, namesOf(context))) ??
        "a folder's path ends in /; a file's in .csv, .json, .parquet or .duckdb",
    }));
  }
  const meant = located.kind === "path" && !located.isThere ? meantUrl(text, connectorWords(connectors)) : undefined;
  if (meant) {
    return failed(fault(tree, pointer, {
      code: "url.invalid",
      message: `${JSON.stringify(hidePasswords(text))} is no URL, and there is no such file`,
      hint: `did you mean ${hidePasswords(meant)}?`,
    }));
  }
  const word = located.kind === "url" ? located.scheme : connectorOfPath(text);
  const resolved = withConnector(context, place, { word, config: { url: text }, pointerOf: () => pointer });
  if (located.kind !== "path" || !located.shadows) return resolved;
  const shadow = fault(tree, pointer, {
    code: "connection.unknown",
    message: `${JSON.stringify(text)} is the path of a file and the name of a connection; the file is taken`,
    hint: "rename one of them",
  });
  return { ...resolved, warnings: [...resolved.warnings, shadow] };
}

async function fromConnection(
  context: EndContext,
  { expanded: { tree }, pointer, role }: Place,
  name: string,
): Promise<ResolvedEnd> {
  const { environment, connectors, secrets, strictSecrets } = context;
  const declared = findConnection(name, environment, { connectors });
  if (!declared) {
    const names = namesOf(context);
    const known = names.length > 0
      ? `there are ${names.join(", ")}`
      : "declare it in connections.yaml beside dteg.yaml";
    return failed(fault(tree, pointer, {
      code: "connection.unknown",
      message: `there is no connection ${JSON.stringify(name)}`,
      hint: nearHint(nearest(name, names)) ?? known,
    }));
  }
  const { pointer: under, folder, from } = declared;
  const scope = from === "variable" // its text is a value, no template
    ? undefined
    : scopeOf(environment, { secrets, files: environment.project ? [environment.project.file] : [] });
  const one = { ...declared.tree, root: { [name]: valueAt(declared.tree.root, under) ?? null } };
  const templates = scope && await templatesOf(one, { environment, scope, applies: inConnections });
  const expanded = expandTree(declared.tree, () => scope, { strictSecrets, under, templates });
  collectSecrets(expanded.tree, secrets);
  const { errors, warnings } = expanded;
  const wrong = errors.length > 0
    ? errors
    : validate(CONNECTION_SCHEMA, expanded.tree, { pointer: under, ignore: expanded.hollow });
  if (wrong.length > 0) return { errors: wrong, warnings };
  const place: Place = { expanded, pointer: under, folder, role };
  const value = valueAt(expanded.tree.root, under);
  const resolved = isMap(value) ? fromMapping(context, place, value) : fromUrlOrPath(context, place, String(value));
  return {
    ...resolved,
    ...(resolved.end && { end: { ...resolved.end, label: name } }),
    warnings: [...warnings, ...resolved.warnings],
  };
}

function fromUrlOrPath(context: EndContext, place: Place, text: string): ResolvedEnd {
  const { pointer, expanded, folder } = place;
  if (expanded.hollow.has(pointer)) return { ...nothing, end: { connector: "", config: {}, label: "", folder } };
  const word = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1].toLowerCase() ?? connectorOfPath(text);
  return withConnector(context, place, { word, config: { url: text }, pointerOf: () => pointer });
}

/** `{ use, config }`, or in connections.yaml `{ use, …settings }`. */
function fromMapping(context: EndContext, place: Place, { use, config, ...single }: PlainMap): ResolvedEnd {
  const inner = isMap(config) ? config : {};
  const pointerOf = (key: string) =>
    member(key in inner || !(key in single) ? `${place.pointer}/config` : place.pointer, key);
  return withConnector(context, place, { word: String(use), config: { ...single, ...inner }, pointerOf });
}

interface Written {
  readonly word: string;
  readonly config: PlainMap;
  readonly pointerOf: (key: string) => string;
}

function withConnector(context: EndContext, place: Place, written: Written): ResolvedEnd {
  const { expanded, pointer, role, folder } = place;
  const connector = connectorOf(context.connectors, written.word);
  if (!connector) return failed(unknownConnector(context, place, written.word));
  if (!connector[role]) {
    return failed(fault(expanded.tree, pointer, {
      code: role === "source" ? "connector.no_source" : "connector.no_destination",
      message: `the connector ${connector.name} cannot be ${role === "source" ? "read from" : "written to"}`,
      hint: `use another connector as ${role}`,
    }));
  }
  const { ssh: through, ...own } = written.config;
  const tunnels = through !== undefined && canTunnel(connector);
  const tunnel = tunnels
    ? sshSettings({ source: expanded, pointer: written.pointerOf("ssh"), folder, environment: context.environment })
    : { ssh: undefined, errors: [] };
  const settings = tunnels ? own : written.config;
  const { config, errors, label } = checkConfig(connector, { ...written, config: settings, source: expanded, pointer });
  return {
    connector,
    errors: [...errors, ...tunnel.errors],
    warnings: [],
    end: {
      connector: connector.name,
      config,
      label: label ?? connector.name,
      folder,
      ...(tunnel.ssh && { ssh: tunnel.ssh }),
    },
  };
}

function unknownConnector({ connectors }: EndContext, { expanded: { tree }, pointer }: Place, word: string): DtegError {
  const at = valueAt(tree.root, `${pointer}/use`) === undefined ? pointer : `${pointer}/use`;
  const words = connectorWords(connectors);
  const later = LATER_CONNECTORS.has(word);
  return fault(tree, at, {
    code: "usage",
    message: later
      ? `this version does not have the connector ${word} yet`
      : `there is no connector ${JSON.stringify(word)}`,
    hint: /^https?$/.test(word)
      ? "fetch it first: curl -fsSL URL | dteg run --from - --to TARGET"
      : (later ? undefined : nearHint(nearest(word, words))) ?? `this version has ${words.join(", ")}`,
  });
}

function namesOf({ environment, connectors }: EndContext): string[] {
  return declaredConnections(environment, connectors).map(({ name }) => name);
}

function nearHint(word: string | undefined): string | undefined {
  return word && `did you mean ${word}?`;
}
