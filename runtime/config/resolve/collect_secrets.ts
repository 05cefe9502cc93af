import { isSecretName, type Secrets } from "../secrets.ts";
import { keysOf, scalars, type Tree } from "../tree/tree.ts";

/** Adds what a file holds in plain text: passwords in URLs, and values whose key calls them secret. */
export function collectSecrets(tree: Tree, secrets: Secrets): void {
  for (const [pointer, scalar] of scalars(tree.root)) {
    if (typeof scalar !== "string" && typeof scalar !== "number") continue;
    const text = String(scalar);
    secrets.addUrl(text);
    const reference = text.includes("${") || text.includes("://");
    if (isSecretName(keysOf(pointer).at(-1) ?? "") && !reference) secrets.add(text);
  }
}
