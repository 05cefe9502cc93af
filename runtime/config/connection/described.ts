import type { Environment } from "../environment.ts";
import { connectorOf, type KnownConnector } from "../form/known_connector.ts";
import { collectSecrets } from "../resolve/collect_secrets.ts";
import { connectorOfPath } from "../resolve/locate.ts";
import { expandText, scopeOf } from "../resolve/scope.ts";
import { isSecretName, type Secrets } from "../secrets.ts";
import { parseTemplate } from "../template.ts";
import { isMap, mapScalars, type PlainMap, valueAt } from "../tree/tree.ts";
import { formatUrl, hidePasswords, schemeOf } from "../url.ts";
import type { Declared } from "./declared.ts";

/** A connection as it may be shown. */
export interface Described {
  /** Name of its connector; null where it is none of this version. */
  readonly connector: string | null;
  /** A URL or path without secrets. What is not set stays as it was written. */
  readonly url: string;
}

/** What {@linkcode describeConnection} looks things up in. */
export interface DescribeOptions {
  readonly environment: Environment;
  readonly connectors: readonly KnownConnector[];
  readonly secrets: Secrets;
}

/** What a person may see of a connection. It looks up references, opens nothing, and finds no fault. */
export function describeConnection(
  declared: Declared,
  { environment, connectors, secrets }: DescribeOptions,
): Described {
  const { tree, pointer, from } = declared;
  const { project } = environment;
  const scope = scopeOf(environment, { secrets, files: project ? [project.file] : [] });
  const one = { ...tree, root: { [declared.name]: valueAt(tree.root, pointer) ?? null } };
  collectSecrets(one, secrets);
  const root = from === "variable"
    ? one.root
    : mapScalars(one.root, (scalar) =>
      typeof scalar !== "string" ? scalar : parseTemplate(scalar).map((piece) => {
        if (typeof piece === "string") return piece;
        if ("problem" in piece || piece.namespace === "secret") return piece.source;
        const { text, unset } = expandText(piece.source, scope);
        return unset.length > 0 ? piece.source : text;
      }).join(""));
  collectSecrets({ ...tree, root }, secrets);
  const value = isMap(root) ? root[declared.name] : null;
  const word = isMap(value) ? String(value.use) : schemeOf(String(value)) ?? connectorOfPath(String(value));
  const url = isMap(value) ? urlOf(value, word) : String(value);
  return {
    connector: connectorOf(connectors, word)?.name ?? null,
    url: hidePasswords(secrets.mask(withoutOptions(url))),
  };
}

/** The URL that single settings come to. */
function urlOf({ use: _, config, ...single }: PlainMap, word: string): string {
  const all: PlainMap = { ...single, ...(isMap(config) ? config : {}) };
  const text = (key: string) => all[key] === undefined || all[key] === null ? undefined : String(all[key]);
  const url = text("url");
  if (url !== undefined) return url;
  const path = text("path");
  if (path !== undefined) return path;
  const port = Number(text("port"));
  return formatUrl({
    scheme: word,
    user: text("user"),
    host: text("host"),
    ...(port > 0 && { port }),
    path: text("database") ?? "",
    options: {},
  });
}

/** Secret options of a URL are left out. */
function withoutOptions(url: string): string {
  return url.replace(
    /([?&])([a-z_.-]+)=([^&]*)/gi,
    (all, mark, name) => isSecretName(name) ? `${mark}${name}=***` : all,
  );
}
