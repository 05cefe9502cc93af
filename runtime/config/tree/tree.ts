import { DtegError, type ErrorCode } from "../../../sdk/mod.ts";
import { excerpt, lineAndColumn } from "./excerpt.ts";

/** A value as YAML has it. */
export type Plain = string | number | boolean | null | readonly Plain[] | PlainMap;
export interface PlainMap {
  readonly [key: string]: Plain;
}

/** Where a value stands: offsets in the file's text, or the --set that gave it. */
export interface Place {
  readonly key?: readonly [start: number, end: number];
  readonly value?: readonly [start: number, end: number];
  /** A scalar without quotes, whose text in the file may say more than its value: `007`. */
  readonly plain?: boolean;
  readonly set?: string;
}

/** Values with their places. Places are found by JSON pointer. */
export interface Tree {
  /** The file as the user named it; null for values that came from flags. */
  readonly path: string | null;
  readonly text: string;
  readonly root: Plain;
  readonly places: ReadonlyMap<string, Place>;
}

/** What {@linkcode fault} may be told. */
export interface FaultOptions {
  readonly hint?: string;
  /** What the caret stands under. */
  readonly on?: "key" | "value";
  /** A part of the value, as offsets in the file's text. */
  readonly span?: readonly [start: number, end: number];
  readonly cause?: unknown;
}

/** What is wrong, and where. */
export interface Fault extends FaultOptions {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The error of a fault at a place of a tree, with path, line, column and excerpt where the tree is a file. */
export function fault(
  tree: Tree,
  pointer: string,
  { code, message, hint, on = "value", span, cause }: Fault,
): DtegError {
  const place = nearestPlace(tree, pointer);
  if (place?.set !== undefined) return new DtegError(code, `${message} (from --set ${place.set})`, { hint, cause });
  if (tree.path === null) return new DtegError(code, message, { hint, cause });
  const [start, end] = span ?? (on === "key" ? place?.key : undefined) ?? place?.value ?? [0, 0];
  return new DtegError(code, message, {
    hint,
    cause,
    path: tree.path,
    ...lineAndColumn(tree.text, start),
    excerpt: excerpt(tree.text, start, { end }),
  });
}

/** The place of a pointer, or of the nearest value around it. */
export function nearestPlace(tree: Tree, pointer: string): Place | undefined {
  for (let at = pointer;; at = at.slice(0, at.lastIndexOf("/"))) {
    const place = tree.places.get(at);
    if (place || at === "") return place;
  }
}

/** The pointer of a member. */
export function member(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The keys of a pointer, from the root. */
export function keysOf(pointer: string): string[] {
  return pointer.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The value at a pointer; undefined where there is none. */
export function valueAt(root: Plain, pointer: string): Plain | undefined {
  let value: Plain | undefined = root;
  for (const key of keysOf(pointer)) {
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/** The text of a scalar: without quotes as the file has it, so that `007` stays `007`. */
export function scalarText(tree: Tree, pointer: string): string | undefined {
  const value = valueAt(tree.root, pointer);
  if (value === undefined || value === null || typeof value === "object") return undefined;
  const place = tree.places.get(pointer);
  return typeof value !== "string" && place?.plain && place.value ? tree.text.slice(...place.value) : String(value);
}

export function isMap(value: unknown): value is PlainMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Each scalar of a value with its pointer. */
export function* scalars(
  value: Plain,
  pointer = "",
): Generator<[pointer: string, scalar: string | number | boolean | null]> {
  if (typeof value !== "object" || value === null) yield [pointer, value];
  else for (const [key, inner] of Object.entries(value)) yield* scalars(inner as Plain, member(pointer, key));
}

/** The value with each scalar replaced. */
export function mapScalars(root: Plain, change: (scalar: Plain, pointer: string) => Plain): Plain {
  const visit = (value: Plain, pointer: string): Plain => {
    if (Array.isArray(value)) return value.map((inner, at) => visit(inner, member(pointer, at)));
    if (!isMap(value)) return change(value, pointer);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner, member(pointer, key))]));
  };
  return visit(root, "");
}
