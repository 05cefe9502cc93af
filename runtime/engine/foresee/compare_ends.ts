import { type Column, formatName, typeText } from "../../../sdk/mod.ts";
import type { FoundStream } from "../ask/find_streams.ts";

/** A column that two streams do not have alike. */
export interface ColumnDifference {
  readonly column: string;
  readonly change: "added" | "dropped" | "type";
  readonly from: string | null;
  readonly to: string | null;
}

/** A stream of one end beside that of the other. `added`: only the first end has it; `dropped`: only the second. */
export interface StreamDifference {
  readonly name: string;
  /** Its name at the second end, where both have it. */
  readonly other: string | null;
  readonly status: "same" | "changed" | "added" | "dropped";
  readonly columns: readonly ColumnDifference[];
}

/** Compares the streams of two ends: by their whole names, else by the last part where it is the only one. */
export function compareStreams(
  first: readonly FoundStream[],
  second: readonly FoundStream[],
): readonly StreamDifference[] {
  const free = new Set(second);
  const pairs = first.map((stream) => {
    const other = second.find((one) => formatName(one.name) === formatName(stream.name)) ??
      onlyOne(second.filter((one) => one.name.name === stream.name.name));
    if (other) free.delete(other);
    return { stream, other };
  });
  return [
    ...pairs.map(({ stream, other }): StreamDifference => {
      const name = formatName(stream.name);
      if (!other) return { name, other: null, status: "added", columns: [] };
      const columns = compareColumns(stream, other);
      return { name, other: formatName(other.name), status: columns.length ? "changed" : "same", columns };
    }),
    ...[...free].map(({ name }): StreamDifference => ({
      name: formatName(name),
      other: null,
      status: "dropped",
      columns: [],
    })),
  ];
}

function onlyOne<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

function compareColumns({ schema }: FoundStream, { schema: other }: FoundStream): readonly ColumnDifference[] {
  const typeOf = ({ type }: Column) => typeText(type);
  return [
    ...schema.flatMap((column): ColumnDifference[] => {
      const found = other.find(({ name }) => name === column.name);
      const to = typeOf(column);
      if (!found) return [{ column: column.name, change: "added", from: null, to }];
      const from = typeOf(found);
      return from === to ? [] : [{ column: column.name, change: "type", from, to }];
    }),
    ...other.filter(({ name }) => !schema.some((column) => column.name === name)).map((column) => ({
      column: column.name,
      change: "dropped" as const,
      from: typeOf(column),
      to: null,
    })),
  ];
}
