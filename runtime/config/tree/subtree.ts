import { type Place, type Plain, type Tree, valueAt } from "./tree.ts";

/** A part of a tree as a tree of its own, whose places are still those of the file. */
export function subtree(tree: Tree, pointer: string): Tree {
  const places = new Map<string, Place>();
  for (const [at, place] of tree.places) {
    if (at === pointer || at.startsWith(`${pointer}/`)) places.set(at.slice(pointer.length), place);
  }
  const root: Plain = valueAt(tree.root, pointer) ?? null;
  return { ...tree, root, places };
}
