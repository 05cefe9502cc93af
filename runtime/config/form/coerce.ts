import type { TSchema } from "@sinclair/typebox";
import { keysOf, mapScalars, type Plain, type Tree } from "../tree/tree.ts";

export interface CoerceOptions {
  /** The texts that may be turned: those that came whole from a template, a flag or an option of a URL. */
  readonly pointers: ReadonlySet<string>;
}

/** The value with those texts turned into numbers and truth values that stand where the schema wants them and nothing else. */
export function coerce(schema: TSchema, value: Plain, { pointers }: CoerceOptions): Plain {
  if (pointers.size === 0) return value;
  return mapScalars(value, (scalar, pointer) => {
    if (typeof scalar !== "string" || !pointers.has(pointer)) return scalar;
    return fromText(schemasAt(schema, keysOf(pointer)), scalar);
  });
}

/** The tree with a plain `null`, which YAML takes for no value, as the word that it is where the schema has such a word. */
export function nullWords(schema: TSchema, tree: Tree): Tree {
  const root = mapScalars(tree.root, (scalar, pointer) => {
    if (scalar !== null) return scalar;
    const place = tree.places.get(pointer)?.value;
    const isWritten = place === undefined || tree.text.slice(...place) === "null";
    return isWritten && schemasAt(schema, keysOf(pointer)).some((one) => one.const === "null") ? "null" : null;
  });
  return { ...tree, root };
}

/** The schemas that a value at some keys may fit. */
function schemasAt(schema: TSchema, [key, ...rest]: readonly string[]): TSchema[] {
  if (Array.isArray(schema.anyOf)) {
    return schema.anyOf.flatMap((branch) => schemasAt(branch, key === undefined ? [] : [key, ...rest]));
  }
  if (key === undefined) return [schema];
  const patterns: TSchema[] = Object.values(schema.patternProperties ?? {});
  const inner: TSchema | undefined = schema.properties?.[key] ?? patterns[0] ?? schema.items;
  return inner ? schemasAt(inner, rest) : [];
}

function fromText(schemas: readonly TSchema[], text: string): Plain {
  if (schemas.some((schema) => schema.type === "string")) return text;
  for (const { type } of schemas) {
    if (type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
    const number = Number(text);
    if (
      (type === "integer" || type === "number") && /^-?\d+(\.\d+)?$/.test(text) &&
      Math.abs(number) <= Number.MAX_SAFE_INTEGER
    ) {
      return number;
    }
  }
  return text;
}
