import type { Connector } from "../../../sdk/mod.ts";
import { type Declared, schemeOf } from "../../config/mod.ts";
import { lineAndColumn } from "../../config/tree/excerpt.ts";
import { isMap, valueAt } from "../../config/tree/tree.ts";

/** The file and line that a connection is declared at; null where it is a variable. */
export function connectionPlace({ tree, pointer }: Declared): { path: string | null; line: number | null } {
  const start = tree.places.get(pointer)?.key?.[0];
  return { path: tree.path, line: start === undefined ? null : lineAndColumn(tree.text, start).line };
}

/** The connector of a connection, as far as its declaration says it without its templates. */
export function connectorOfDeclared(
  { tree, pointer }: Declared,
  connectors: readonly Pick<Connector, "name" | "schemes">[],
): string | null {
  const value = valueAt(tree.root, pointer);
  const word = isMap(value) ? value.use : schemeOf(String(value));
  const found = connectors.find(({ name, schemes }) => name === word || schemes.some((scheme) => scheme === word));
  return found?.name ?? null;
}
