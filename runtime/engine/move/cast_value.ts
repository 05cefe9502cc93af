import { type Column, type DataType, DtegError, typeText } from "../../../sdk/mod.ts";
import { refuse } from "./duck_error.ts";
import { typeWord } from "../text/type_word.ts";
import { duckType, isWide } from "./duck_type.ts";
import { parseText } from "../text/parse_text.ts";
import { csvText } from "./text_form.ts";

/** True when two types are the same in the stage. */
export function sameType(a: DataType, b: DataType): boolean {
  return typeText(a) === typeText(b);
}

/**
 * SQL that gives a column as another type, or stops the query at the first value that the type does not hold exactly: what comes back
 * from the cast must be the value that went in.
 */
export function castValue(column: Column & { readonly ref: string }, type: DataType): string {
  const { ref } = column;
  if (sameType(column.type, type)) return ref;
  const from = column.type;
  if (type.kind === "text" || type.kind === "other") return csvText(from, ref);
  if (isText(from)) return parseText({ name: column.name, ref, type, rule: "value" });
  if (isWide(type)) return csvText(from, ref);
  if (isZoned(from) !== isZoned(type) && isTime(from) && isTime(type)) throw zoneError(column, type);
  if (type.kind === "json" && (from.kind === "list" || from.kind === "struct")) {
    return `CAST(${csvText(from, ref)} AS JSON)`;
  }
  const value = `TRY_CAST(${ref} AS ${duckType(type)})`;
  const exact = `TRY_CAST(${value} AS ${duckType(from)}) IS NOT DISTINCT FROM ${ref}`;
  const stop = refuse({ kind: "value", column: column.name, type: typeWord(type) }, ref);
  return `CASE WHEN ${ref} IS NULL THEN NULL WHEN ${exact} THEN ${value} ELSE ${stop} END`;
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
