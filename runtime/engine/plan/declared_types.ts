import type { DataType, Existing, FilesBatch } from "../../../sdk/mod.ts";
import type { PipelineStream } from "../../config/pipeline.ts";
import type { KnownTypes } from "../text/rule_for.ts";

/** Types of columns by their name in the source, and the names of those that only the target has said. */
export type DeclaredTypes = Required<KnownTypes>;

interface Aim {
  /** The format says the types of its columns itself. */
  readonly isTyped: boolean;
  readonly existing?: Existing;
  /** Names that the target's columns got before, by their name in the source. */
  readonly before?: Readonly<Record<string, string>>;
}

/**
 * What the columns of files are read as: what the stream declares, else, where rows come into a table that stays, what the table has.
 * So a day's file in which a text column happens to hold numbers only fits the table of the days before.
 */
export function declaredTypes(
  { columns, write }: Pick<PipelineStream, "columns"> & Partial<Pick<PipelineStream, "write">>,
  { isTyped, existing, before = {} }: Aim,
): DeclaredTypes {
  // a mask works on what stands in the file, so that it makes the same of it whatever else stands there
  const said = columns.flatMap(({ name, type, mask }) => {
    const declared = type ?? (mask && mask !== "null" && !isTyped ? TEXT : undefined);
    return declared ? [[name, declared] as const] : [];
  });
  if (!existing || (write === "replace" && !existing.isKept)) {
    return { declared: new Map(said), fromTable: new Set() };
  }
  const sourceOf = new Map([
    ...Object.entries(before).map(([name, target]) => [target, name] as const),
    ...columns.flatMap(({ name, as }) => as ? [[as, name] as const] : []),
  ]);
  const masked = new Set(columns.filter(({ mask }) => mask && mask !== "null").map(({ name }) => name));
  const found = existing.columns.flatMap(({ name, type }) => {
    const from = sourceOf.get(name) ?? name;
    return type && canDeclare(type) && !masked.has(from) ? [[from, type] as const] : [];
  });
  const declared = new Map([...found, ...said]);
  const isSaid = new Set(said.map(([name]) => name));
  return { declared, fromTable: new Set([...declared.keys()].filter((name) => !isSaid.has(name))) };
}

/** True for files whose format says the types of its columns. */
export function isTyped({ format }: FilesBatch): boolean {
  return format === "parquet";
}

const TEXT: DataType = { kind: "text" };
const PLAIN: ReadonlySet<DataType["kind"]> = new Set([
  ...["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"] as const,
  ...["decimal", "float32", "float64", "text", "bytes", "date", "time"] as const,
  ...["timestamp", "timestamptz", "interval", "uuid", "json"] as const,
]);

function canDeclare(type: DataType): boolean {
  return PLAIN.has(type.kind);
}
