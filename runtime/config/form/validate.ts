import type { TSchema } from "@sinclair/typebox";
import { Value, type ValueError, ValueErrorType } from "@sinclair/typebox/value";
import { type DtegError, type ErrorCode, nearest } from "../../../sdk/mod.ts";
import { isSecretName } from "../secrets.ts";
import { type Fault, fault, keysOf, type Tree, valueAt } from "../tree/tree.ts";
import { noteOf } from "./note.ts";
import { choices, found, list, subject, wanted } from "./wanted.ts";

/** Where and how {@linkcode validate} looks. */
export interface ValidateOptions {
  /** The value to look at. */
  readonly pointer?: string;
  /** Code of all errors but those of words for later, in place of the `pipeline.*` codes. */
  readonly code?: ErrorCode;
  /** What unknown keys are said to be keys of, where the schema has no title. */
  readonly title?: string;
  /** Values that are not known yet, so that nothing can be said about them. */
  readonly ignore?: ReadonlySet<string>;
}

interface Found extends Fault {
  readonly pointer: string;
  /** The value is of another kind altogether, so this branch of a union was hardly meant. */
  readonly alien?: boolean;
  /** The key that an unknown one was meant to be, or that is missing: of both only the first is told. */
  readonly meant?: string;
}

/** Each way in which a value of a tree is not what the schema wants, as an error with its place. */
export function validate(schema: TSchema, tree: Tree, options: ValidateOptions = {}): DtegError[] {
  const { pointer = "", code, title, ignore } = options;
  const named = title && !schema.title ? { ...schema, title } : schema;
  const faults = faultsOf(Value.Errors(named, valueAt(tree.root, pointer)), pointer).filter((f) =>
    !ignore?.has(f.pointer)
  );
  return faults.map(({ pointer: at, ...problem }) =>
    fault(tree, at, { ...problem, code: problem.code === "usage" ? "usage" : code ?? problem.code })
  );
}

function faultsOf(errors: Iterable<ValueError>, base: string): Found[] {
  const byPointer = new Map<string, Found>();
  for (const error of errors) {
    for (const problem of faultOf(error, base)) {
      const key = problem.code === "pipeline.missing_key" ? `${problem.pointer}?${problem.message}` : problem.pointer;
      if (!byPointer.has(key) && error.value !== undefined || problem.code === "pipeline.missing_key") {
        byPointer.set(key, problem);
      }
    }
  }
  const all = [...byPointer.values()];
  const mistyped = new Set(
    all.flatMap((f) => f.code === "pipeline.unknown_key" && f.meant ? [`${parentOf(f.pointer)}/${f.meant}`] : []),
  );
  return all.filter((f) => f.code !== "pipeline.missing_key" || !mistyped.has(`${f.pointer}/${f.meant}`));
}

function faultOf(error: ValueError, base: string): Found[] {
  const pointer = base + error.path;
  switch (error.type) {
    case ValueErrorType.ObjectAdditionalProperties:
      return [unknownKey(error.schema, { pointer, value: error.value })];
    case ValueErrorType.ObjectRequiredProperty: {
      const parent = parentOf(pointer);
      const key = keysOf(pointer).at(-1) ?? "";
      return [{
        code: "pipeline.missing_key",
        pointer: parent,
        meant: key,
        message: `${parent === "" ? "the file" : subject(parent)} lacks the key ${JSON.stringify(key)}`,
        hint: `add it: ${error.schema.description ? lower(error.schema.description) : wanted(error.schema)}`,
      }];
    }
    case ValueErrorType.Union:
      return choices(error.schema) ? [wrongValue(error, pointer)] : bestBranch(error, { pointer, base });
    default:
      return [wrongValue(error, pointer)];
  }
}

/** The branch of a union that the value was most likely meant for: of its kind, and with the fewest faults. */
function bestBranch(
  error: ValueError,
  { pointer, base }: { readonly pointer: string; readonly base: string },
): Found[] {
  const branches = error.errors.map((branch) => faultsOf(branch, base)).filter((faults) =>
    !faults.some((f) => f.alien && f.pointer === pointer)
  );
  const [best] = branches.toSorted((a, b) => a.length - b.length);
  return best?.length ? best : [wrongValue(error, pointer)];
}

function unknownKey(schema: TSchema, { pointer, value }: { readonly pointer: string; readonly value: unknown }): Found {
  const key = keysOf(pointer).at(-1) ?? "";
  const owner = schema.title ?? "this mapping";
  const later = noteOf(schema).later?.[key];
  const wrongForm = later?.form?.(value);
  if (wrongForm) return { code: "pipeline.invalid", pointer, message: wrongForm };
  if (later) {
    return {
      code: "usage",
      pointer,
      on: "key",
      message: `this version does not have \`${key}\` yet`,
      hint: "leave it out",
    };
  }
  const known = Object.keys(schema.properties ?? {});
  const near = nearest(key, known);
  const other = noteOf(schema).unknownKey ?? (known.length ? `it may have ${list(known)}` : "leave it out");
  return {
    code: "pipeline.unknown_key",
    pointer,
    on: "key",
    meant: near,
    message: `${owner} has no key ${JSON.stringify(key)}`,
    hint: near ? `did you mean ${JSON.stringify(near)}?` : other,
  };
}

const ALIEN: ReadonlySet<ValueErrorType> = new Set([
  ValueErrorType.Object,
  ValueErrorType.Array,
  ValueErrorType.String,
  ValueErrorType.Number,
  ValueErrorType.Integer,
  ValueErrorType.Boolean,
  ValueErrorType.Null,
]);

/** What a text or list of the right kind lacks. */
function extent({ maxLength, maxItems }: TSchema, type: ValueErrorType): string {
  if (type === ValueErrorType.StringMinLength || type === ValueErrorType.ArrayMinItems) return " that is not empty";
  if (type === ValueErrorType.StringMaxLength) {
    return ` of at most ${maxLength} ${maxLength === 1 ? "character" : "characters"}`;
  }
  return type === ValueErrorType.ArrayMaxItems ? ` of at most ${maxItems} items` : "";
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function wrongValue({ schema, value, type }: ValueError, pointer: string): Found {
  const words = choices(schema);
  const note = noteOf(schema);
  const near = typeof value === "string" && nearest(value, words ?? note.words ?? []);
  return {
    code: note.code ?? "pipeline.invalid",
    pointer,
    alien: ALIEN.has(type),
    message: `${subject(pointer)} is ${found(value, pointer)}, wanted ${wanted(schema)}${extent(schema, type)}`,
    hint: near ? `did you mean ${near}?` : textHint(schema, { value, pointer }),
  };
}

function textHint(schema: TSchema, { value, pointer }: { readonly value: unknown; readonly pointer: string }) {
  if (schema.type !== "string") return undefined;
  if (typeof value === "number" || typeof value === "boolean") {
    return `put it in quotes${keysOf(pointer).some(isSecretName) ? "" : `: "${value}"`}`;
  }
  return value === null ? "give it a value, put a word such as null in quotes, or leave the key out" : undefined;
}

function parentOf(pointer: string): string {
  return pointer.slice(0, pointer.lastIndexOf("/"));
}
