import { basename, join } from "node:path";
import { quoteName, type Schema, type TableName, targetType, type TypeRow } from "../../../sdk/mod.ts";
import type { FileConfig } from "../mod.ts";
import { type Place, streamFolder, type Writing } from "./place.ts";

interface Where {
  readonly place: Place;
  readonly writing: Writing;
  readonly config: FileConfig;
}

/** A file that a load writes, in words: its format, its place and its columns. */
export function planFile(
  { place, writing: { format, packing }, config }: Where,
  { table, schema, types }: { readonly table: TableName; readonly schema: Schema; readonly types: readonly TypeRow[] },
): string {
  const columns = schema.map((column) => `  ${quoteName(column.name)} ${targetType(types, column).to(column.type)}`);
  const what = `${format}${packing === "none" ? "" : `, ${packing}`}`;
  return `${what}: ${pathOf(place, { table, config })} (\n${columns.join(",\n")}\n)`;
}

function pathOf(place: Place, { table, config }: { readonly table: TableName; readonly config: FileConfig }): string {
  if (place.kind === "stdout") return "standard output";
  if (place.kind === "file") return config.path;
  return join(config.path, basename(streamFolder(place.path, table)), "/");
}
