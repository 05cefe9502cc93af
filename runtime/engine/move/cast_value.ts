import { type Column, type DataType, DtegError, typeText } from "../../../sdk/mod.ts";
import { faultChecks, instead } from "../check/fault_checks.ts";
import type { Check } from "../check/judged_query.ts";
import type { Action } from "../check/loss_rules.ts";
import { refuse } from "./duck_error.ts";
import { typeWord } from "../text/type_word.ts";
import { duckType, isWide } from "./duck_type.ts";
import { parseText, textChecks } from "../text/parse_text.ts";
import { csvText } from "./text_form.ts";

/** True when two types are the same in the stage. */
export function sameType(a: DataType, b: DataType): boolean {
  return typeText(a) === typeText(b);
}

/** A column that is to become another type. */
export interface CastColumn extends Column {
  /** SQL of its value. */
  readonly ref: string;
  /** What becomes of a value that the type does not hold exactly. Default: the query stops. */
  readonly action?: Action;
}

/**
 * SQL that gives a column as another type, or stops the query at the first value that the type does not hold exactly: what comes back
 * from the cast must be the value that went in. With another action than `fail` the query goes on; {@linkcode castChecks} tells where.
 */
export function castValue(column: CastColumn, type: DataType): string {
  const { ref, action = "fail" } = column;
  if (sameType(column.type, type)) return ref;
  const from = column.type;
  if (type.kind === "text" || type.kind === "other") return csvText(from, ref);
  if (isText(from)) return parseText({ name: column.name, ref, type, rule: "value", action });
  if (isWide(type)) return csvText(from, ref);
  if (isZoned(from) !== isZoned(type) && isTime(from) && isTime(type)) throw zoneError(column, type);
  if (type.kind === "json" && (from.kind === "list" || from.kind === "struct")) {
    return `CAST(${csvText(from, ref)} AS JSON)`;
  }
  const { value, exact } = tried(ref, { from, to: type });
  const stop = refuse({ kind: "value", column: column.name, type: typeWord(type) }, ref);
  const rest = instead(action, { stop, near: value });
  return `CASE WHEN ${ref} IS NULL THEN NULL WHEN ${exact} THEN ${value} ELSE ${rest} END`;
}

/** The looks at a column that tell where {@linkcode castValue} found a fault and did not stop the query. */
export function castChecks({ name, type: from, ref, action = "fail" }: CastColumn, type: DataType): readonly Check[] {
  if (action === "fail" || sameType(from, type) || type.kind === "text" || type.kind === "other") return [];
  if (isText(from)) return textChecks({ name, ref, type, rule: "value", action });
  if (isWide(type) || (type.kind === "json" && (from.kind === "list" || from.kind === "struct"))) return [];
  const bad = (raw: string) => `(${raw} IS NOT NULL AND NOT (${tried(raw, { from, to: type }).exact}))`;
  return faultChecks({ column: name, wanted: typeWord(type), action, bad });
}

/** SQL of a cast that may fail, and of its proof. */
function tried(ref: string, { from, to }: { readonly from: DataType; readonly to: DataType }) {
  const value = `TRY_CAST(${ref} AS ${duckType(to)})`;
  return { value, exact: `TRY_CAST(${value} AS ${duckType(from)}) IS NOT DISTINCT FROM ${ref}` };
}

function isText(type: DataType): boolean {
  return type.kind === "text" || type.kind === "other" || isWide(type);
}

const isZoned = ({ kind }: DataType) => kind === "timestamptz" || kind === "timetz";
const isTime = (type: DataType) => isZoned(type) || ["date", "time", "timestamp"].includes(type.kind);

/** A cast would take some zone for granted. */
function zoneError({ name, type: from }: Column, type: DataType): DtegError {
  const [a, b] = isZoned(from) ? ["has a zone", "has none"] : ["has no zone", "has one"];
  return new DtegError(
    "schema.lossy",
    `column "${name}" is ${typeText(from)}, which ${a}: it cannot become ${typeText(type)}, which ${b}`,
    { column: name, hint: `leave the type out, or take text: columns: { ${name}: { type: text } }` },
  );
}
