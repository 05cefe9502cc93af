import { type FilesBatch, quoteText } from "../../../sdk/mod.ts";

/** A path as a literal that DuckDB does not take for a pattern. */
export function globSafe(path: string): string {
  return quoteText(path.replace(/[[*?]/g, "[$&]"));
}

/** SQL that gives the name that the user knows a file by, where `filename` is its path. */
export function fileNames(files: readonly { readonly path: string; readonly name: string }[]): string {
  const changed = files.filter(({ path, name }) => path !== name);
  if (changed.length === 0) return "filename";
  const cases = changed.map(({ path, name }) => `WHEN ${quoteText(path)} THEN ${quoteText(name)}`);
  return `CASE filename ${cases.join(" ")} ELSE filename END`;
}

/** The name that the user knows a file by. */
export const nameOf = (batch: FilesBatch, path: string) => batch.names[batch.paths.indexOf(path)] ?? path;
