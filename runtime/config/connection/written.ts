import { Document, isMap, isNode, isScalar, parseDocument } from "yaml";
import { DtegError } from "../../../sdk/mod.ts";
import { parseTree } from "../read.ts";

/** An entry to write into a YAML file. */
export interface NewEntry {
  /** The keys that lead to it. */
  readonly keys: readonly string[];
  readonly value: string | Readonly<Record<string, string | number>>;
  /** The file, for errors. */
  readonly path: string;
}

/** The text of a YAML file with an entry set; comments, order and the form of all else stay. */
export function withEntry(text: string, { keys, value, path }: NewEntry): string {
  parseTree(text, path); // a file that cannot be read is told as any other
  const document = parseDocument(text);
  const { contents } = document;
  const isPlain = contents === null || isMap(contents) && !contents.flow;
  if (keys.length === 1 && isPlain && !document.has(keys[0])) return appended(text, { [keys[0]]: value });
  for (let depth = 1; depth < keys.length; depth++) { // `prod:` alone is empty, and no mapping to put something into
    const above = keys.slice(0, depth);
    if (document.hasIn(above) && document.getIn(above) === null) replaceAt(document, above, {});
  }
  try {
    replaceAt(document, keys, value);
  } catch (cause) {
    const where = keys.slice(0, -1).join(".") || "the file";
    throw new DtegError("pipeline.invalid", `nothing can be added to ${where}: it is no mapping`, { path, cause });
  }
  return document.toString({ lineWidth: 0 });
}

/** Sets a value; the comments of the one that it replaces stay. */
function replaceAt(document: Document, keys: readonly string[], value: NewEntry["value"]): void {
  const old = document.getIn(keys, true);
  const node = document.createNode(value);
  if (isNode(old) && old.comment) {
    if (isScalar(node)) node.comment = old.comment;
    else node.commentBefore = old.comment;
  }
  document.setIn(keys, node);
}

function appended(text: string, entry: object): string {
  const more = new Document(entry).toString({ lineWidth: 0 });
  return text === "" || text.endsWith("\n") ? text + more : `${text}\n${more}`;
}
