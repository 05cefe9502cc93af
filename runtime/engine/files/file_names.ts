import { type FilesBatch, quoteText } from "../../../sdk/mod.ts";

/** A path as a literal that DuckDB does not take for a pattern. */
export function globSafe(path: string): string {
  return quoteText(path.replace(/[[*?]/g, "[$&]"));
}

/** A file by what the user calls it. */
export interface NamedFile {
  readonly path: string;
  readonly name: string;
}

/** Name of the column in which a reader gives the path of a row's file; no file has one of that name. */
export const FILE_COLUMN = "dteg:file";

/** SQL that gives the name that the user knows a file by; `ref` is its path. */
export function fileNames(ref: string, files: readonly NamedFile[]): string {
  const changed = files.filter(({ path, name }) => path !== name);
  if (changed.length === 0) return ref;
  const cases = changed.map(({ path, name }) => `WHEN ${quoteText(path)} THEN ${quoteText(name)}`);
  return `CASE ${ref} ${cases.join(" ")} ELSE ${ref} END`;
}

/** The files of a batch. */
export function namedFiles({ paths, names }: FilesBatch): readonly NamedFile[] {
  return paths.map((path, index) => ({ path, name: names[index] }));
}

/** The name that the user knows a file by. */
export const nameOf = (batch: FilesBatch, path: string) => batch.names[batch.paths.indexOf(path)] ?? path;
