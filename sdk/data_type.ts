/** Kinds of type that need no parameter. */
// deno-fmt-ignore
export type SimpleKind =
  | "bool" | "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64" | "float32" | "float64"
  | "text" | "bytes" | "date" | "time" | "timetz" | "interval" | "uuid" | "json";

/**
 * The closed list of types that a schema can hold.
 * A decimal without `precision` has no bound. `precision` of timestamps is the number of digits of a second's fraction, 0 to 9.
 * `other` is a native type of the source, carried as text.
 */
export type DataType =
  | { readonly kind: SimpleKind }
  | { readonly kind: "decimal"; readonly precision?: number; readonly scale?: number }
  | { readonly kind: "timestamp" | "timestamptz"; readonly precision: number }
  | { readonly kind: "list"; readonly of: DataType }
  | { readonly kind: "struct"; readonly fields: Schema }
  | { readonly kind: "other"; readonly native: string };

/** A column of a stream. `name` is exact, as the source has it. */
export interface Column {
  readonly name: string;
  readonly type: DataType;
  /** False where the source promises that there is no NULL. Default true. */
  readonly nullable?: boolean;
  /** The source's own type, for a target of the same kind of system. */
  readonly native?: { readonly system: string; readonly type: string };
  /** What the source says of it in words. */
  readonly comment?: string;
}

/** Columns in their order. */
export type Schema = readonly Column[];

/** The text of a type, as documentation and messages print it: `decimal(18,2)`, `list<int64>`. */
export function typeText(type: DataType): string {
  switch (type.kind) {
    case "decimal":
      return type.precision === undefined ? "decimal" : `decimal(${type.precision},${type.scale ?? 0})`;
    case "timestamp":
    case "timestamptz":
      return type.precision === 6 ? type.kind : `${type.kind}(${type.precision})`;
    case "list":
      return `list<${typeText(type.of)}>`;
    case "struct":
      return `struct<${type.fields.map((f) => `${f.name}: ${typeText(f.type)}`).join(", ")}>`;
    case "other":
      return type.native;
    default:
      return type.kind;
  }
}
