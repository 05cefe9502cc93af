import type { Column, Schema, Stream } from "../../../sdk/mod.ts";

const CHANGED =
  /(^|_)(update|updated|modif|modified|modification|chang|changed|last_?change)(_?(at|on|date|time|ts|timestamp|datetime))?$/i;
const MADE =
  /(^|_)(creat|created|creation|insert|inserted|loaded|ingested|recorded|occurred|event)_?(at|on|date|time|ts|timestamp|datetime)?$/i;

/**
 * Columns that a load could go on from, the likeliest first: times of the last change, times with an index, times of the making, and
 * numbers that only grow.
 */
export function cursorCandidates(schema: Schema, hints: CursorHints): readonly string[] {
  const ranked = schema.flatMap((column) => {
    const rank = rankOf(column, hints);
    return rank === undefined ? [] : [{ name: column.name, rank }];
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ name }) => name);
}

/** What a source knows of a table beside its columns. */
type CursorHints = Pick<Stream, "primaryKey" | "indexed" | "counted">;

function rankOf({ name, type }: Column, { primaryKey = [], indexed = [], counted = [] }: CursorHints) {
  const isKey = primaryKey.length === 1 && primaryKey[0] === name;
  switch (type.kind) {
    case "timestamp":
    case "timestamptz":
    case "date":
      if (CHANGED.test(snake(name))) return 0;
      if (indexed.includes(name)) return 1;
      return MADE.test(snake(name)) ? 2 : undefined;
    case "int16":
    case "int32":
    case "int64":
    case "uint32":
    case "uint64":
      return counted.includes(name) || isKey ? 3 : undefined;
    default:
      return undefined;
  }
}

/** `updatedAt` as `updated_At`. */
const snake = (name: string) => name.replace(/([a-z])([A-Z])/g, "$1_$2");
