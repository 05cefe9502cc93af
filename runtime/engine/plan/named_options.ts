import type { TableOptions } from "../../../sdk/mod.ts";

/** The `table:` settings with their columns as the target calls them. */
export function namedOptions(options: TableOptions, names: Readonly<Record<string, string>>): TableOptions {
  const { primaryKey, indexes } = options;
  const named = (columns: readonly string[]) =>
    columns.map((column) => Object.hasOwn(names, column) ? names[column] : column);
  return {
    ...options,
    ...(primaryKey && { primaryKey: named(primaryKey) }),
    ...(indexes && { indexes: indexes.map(named) }),
  };
}
