import { type Document, isAlias, isScalar, isSeq, type ParsedNode, type Scalar, type YAMLMap } from "yaml";
import { type Fault, fault, isMap, member, type Place, type Plain, type Tree } from "./tree.ts";

/** How deep values may stand in each other, and how many values aliases may add. */
const MAX_DEPTH = 32;
const MAX_ALIASED = 10_000;

type Node = ParsedNode | null;

/** The values of a document with the place of each. Aliases are expanded within limits; `<<` takes over what is not said anew. */
export function fromDocument(document: Document.Parsed, empty: Tree): Tree {
  const places = new Map<string, Place>();
  const anchors = new Map<string, Node>();
  let aliased = 0;

  function stop(node: Node, problem: Omit<Fault, "span">): never {
    throw fault(empty, "", { ...problem, span: node?.range ? [node.range[0], node.range[1]] : [0, 0] });
  }

  function convert(node: Node, pointer: string, inAlias: Node): Plain {
    if (node === null) return null;
    if (pointer.split("/").length > MAX_DEPTH + 1) {
      stop(node, { code: "pipeline.too_large", message: `values stand more than ${MAX_DEPTH} deep in each other` });
    }
    if (inAlias !== null && ++aliased > MAX_ALIASED) {
      stop(inAlias, {
        code: "pipeline.too_large",
        message: `the aliases of the file expand to more than ${MAX_ALIASED} values`,
      });
    }
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) {
        stop(node, {
          code: "pipeline.syntax",
          message: `*${node.source} is an alias, and no anchor &${node.source} stands before it`,
          hint: "put a value that begins with * in quotes",
        });
      }
      return convert(target, pointer, inAlias ?? node);
    }
    if (node.anchor) anchors.set(node.anchor, node);
    const span = [node.range[0], node.range[1]] as const;
    places.set(pointer, { ...places.get(pointer), value: span, plain: isScalar(node) && node.type === "PLAIN" });
    if (isScalar(node)) return scalar(node, empty.text.slice(...span));
    if (isSeq(node)) return node.items.map((item, at) => convert(item as Node, member(pointer, at), inAlias));
    return mapping(node, pointer, inAlias);
  }

  function mapping(node: YAMLMap, pointer: string, inAlias: Node): Plain {
    const own: Record<string, Plain> = {};
    const taken: Record<string, Plain> = {};
    for (const pair of node.items) {
      const key = keyText(pair.key as Node);
      const at = member(pointer, key);
      if (key === "<<") {
        const place = places.get(pointer);
        const value = convert(pair.value as Node, pointer, inAlias);
        if (place) places.set(pointer, place);
        for (const part of [value].flat().toReversed()) {
          if (!isMap(part)) {
            stop(pair.value as Node, {
              code: "pipeline.invalid",
              message: "<< takes over a mapping or a list of them",
            });
          }
          Object.assign(taken, part);
        }
      } else {
        const { range } = pair.key as ParsedNode;
        places.set(at, { key: [range[0], range[1]], value: [range[0], range[1]] });
        own[key] = convert(pair.value as Node, at, inAlias);
      }
    }
    return { ...taken, ...own };
  }

  function keyText(node: Node): string {
    if (!isScalar(node)) {
      stop(node, { code: "pipeline.syntax", message: "a key is a list, a mapping or an alias, wanted text" });
    }
    const text = node.type === "PLAIN" ? empty.text.slice(node.range[0], node.range[1]) : String(node.value);
    if (text === "__proto__") {
      stop(node, { code: "pipeline.unknown_key", message: `the key ${text} is not allowed anywhere` });
    }
    return text;
  }

  const root = convert(document.contents, "", null);
  return { ...empty, root, places };
}

/** A number that JavaScript cannot hold exactly stays the text that it was. */
function scalar({ value }: Scalar, source: string): Plain {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : source;
  }
  if (typeof value === "number") return Number.isFinite(value) ? value : source;
  return typeof value === "string" || typeof value === "boolean" ? value : null;
}
