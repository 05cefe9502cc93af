import type { Environment } from "../environment.ts";
import { connectorWords, type KnownConnector } from "../form/known_connector.ts";
import { subtree } from "../tree/subtree.ts";
import { isMap, member, type Tree, valueAt } from "../tree/tree.ts";
import { schemeOf } from "../url.ts";

/** A connection as it is declared, before its templates. */
export interface Declared {
  readonly name: string;
  /** Of the chosen environment in dteg.yaml, of connections.yaml, or a variable that holds a URL. The first wins. */
  readonly from: "environment" | "file" | "variable";
  readonly tree: Tree;
  /** Where it stands in the tree. */
  readonly pointer: string;
  /** Folder that its relative paths start at. */
  readonly folder: string;
}

/** Every connection, each name once: that which wins. */
export function declaredConnections(
  environment: Environment,
  connectors: readonly KnownConnector[],
): readonly Declared[] {
  const found = new Map<string, Declared>();
  for (const one of [...fromFiles(environment), ...fromVariables(environment, connectors)]) {
    if (!found.has(one.name)) found.set(one.name, one);
  }
  return [...found.values()];
}

/** The connection of a name; `shop_db` is also the variable SHOP_DB. */
export function findConnection(
  name: string,
  environment: Environment,
  { connectors }: { readonly connectors: readonly KnownConnector[] },
): Declared | undefined {
  const all = declaredConnections(environment, connectors);
  const upper = name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
  return all.find((one) => one.name === name) ??
    all.find((one) => one.from === "variable" && one.name === upper);
}

function fromFiles({ project, overlay }: Environment): Declared[] {
  if (!project) return [];
  const { folder } = project;
  const declare = (tree: Tree, from: "environment" | "file"): Declared[] =>
    Object.keys(isMap(tree.root) ? tree.root : {}).map((name) => ({
      name,
      from,
      tree,
      pointer: member("", name),
      folder,
    }));
  return [
    ...(overlay && isMap(valueAt(overlay.tree.root, "/connections"))
      ? declare(subtree(overlay.tree, "/connections"), "environment")
      : []),
    ...(project.connections ? declare(project.connections, "file") : []),
  ];
}

function fromVariables({ env, folder }: Environment, connectors: readonly KnownConnector[]): Declared[] {
  const schemes = new Set(connectorWords(connectors));
  return Object.entries(env).flatMap(([name, value]): Declared[] => {
    const scheme = schemeOf(value);
    if (!scheme || !schemes.has(scheme) || name.startsWith("DTEG_")) return [];
    const tree: Tree = { path: null, text: "", root: { [name]: value }, places: new Map() };
    return [{ name, from: "variable", tree, pointer: member("", name), folder }];
  });
}
