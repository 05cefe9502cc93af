import type { TSchema } from "@sinclair/typebox";
import { hidePasswords } from "../url.ts";
import { isSecretName } from "../secrets.ts";
import { keysOf } from "../tree/tree.ts";
import { noteOf } from "./note.ts";

/** What a schema wants, as a message says it. */
export function wanted(schema: TSchema): string {
  const { wanted: words } = noteOf(schema);
  if (words) return words;
  if (Array.isArray(schema.anyOf)) return list([...new Set(schema.anyOf.map(wanted))]);
  if (schema.const !== undefined) return String(schema.const);
  switch (schema.type) {
    case "string":
      return schema.pattern ? `text of the form ${schema.pattern}` : "text";
    case "integer":
      return `a whole number${bounds(schema)}`;
    case "number":
      return `a number${bounds(schema)}`;
    case "boolean":
      return "true or false";
    case "null":
      return "null";
    case "array":
      return `a list${schema.items ? ` (each ${wanted(schema.items)})` : ""}`;
    default:
      return schema.type === "object" ? "a mapping" : "another value";
  }
}

/** The words that a schema allows, when it is a choice of words. */
export function choices(schema: TSchema): string[] | undefined {
  const all: TSchema[] = Array.isArray(schema.anyOf) ? schema.anyOf : [schema];
  const branches = all.filter(({ type }) => type !== "null");
  return branches.every((branch) => branch.const !== undefined)
    ? branches.map((branch) => String(branch.const))
    : undefined;
}

/** What was found, as a message says it. A value that its key calls a secret is not shown. */
export function found(value: unknown, pointer: string): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (keysOf(pointer).some(isSecretName)) return typeof value === "string" ? "text" : `a ${typeof value}`;
  return typeof value === "string" ? JSON.stringify(short(hidePasswords(value))) : `the ${typeof value} ${value}`;
}

/** What a pointer names, as a message says it: `"write"`, `item 2 of "key"`. */
export function subject(pointer: string): string {
  const keys = keysOf(pointer);
  const last = keys.at(-1);
  if (last === undefined) return "the file";
  const item = /^\d+$/.test(last) && keys.length > 1;
  return item
    ? `item ${Number(last) + 1} of ${subject(pointer.slice(0, pointer.lastIndexOf("/")))}`
    : JSON.stringify(last);
}

/** `a, b or c`. */
export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function bounds({ minimum, maximum }: TSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  return minimum !== undefined ? ` from ${minimum} up` : maximum !== undefined ? ` up to ${maximum}` : "";
}
