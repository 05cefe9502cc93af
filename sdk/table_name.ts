import { DtegError } from "./error.ts";

/** The exact name of a table or stream. Parts are never folded; the text form quotes odd ones. */
export interface TableName {
  readonly catalog?: string;
  readonly schema?: string;
  readonly name: string;
}

const PLAIN = /^[\p{L}\p{N}_$-]+$/u;

/**
 * The text form: parts joined by dots, odd parts in double quotes.
 *
 * @example
 * ```ts
 * import { formatName } from "./table_name.ts";
 * console.log(formatName({ schema: "raw", name: "a.b" })); // raw."a.b"
 * ```
 */
export function formatName(table: TableName): string {
  const parts = [table.catalog, table.schema, table.name].filter((part) => part !== undefined);
  return parts.map((part) => PLAIN.test(part) ? part : `"${part.replaceAll('"', '""')}"`).join(".");
}

/**
 * Reads the text form. Throws a DtegError `pipeline.invalid` when quotes do not close or there are more than three parts.
 *
 * @example
 * ```ts
 * import { parseName } from "./table_name.ts";
 * console.log(parseName('raw."a.b"').name); // a.b
 * ```
 */
export function parseName(text: string): TableName {
  const parts: string[] = [];
  const pattern = /"((?:[^"]|"")*)"(?=\.|$)|([^".][^.]*)(?=\.|$)/y;
  for (let at = 0; at <= text.length; at++) { // the dot between two parts is stepped over
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) throw invalid(text);
    parts.push(match[1] !== undefined ? match[1].replaceAll('""', '"') : match[2]);
    at = pattern.lastIndex;
  }
  const [name, schema, catalog] = parts.toReversed();
  if (parts.length > 3 || parts.some((part) => part === "")) throw invalid(text);
  return { ...(catalog !== undefined && { catalog }), ...(schema !== undefined && { schema }), name };
}

function invalid(text: string): DtegError {
  return new DtegError(
    "pipeline.invalid",
    `cannot read the name ${JSON.stringify(text)}: wanted name, schema.name or catalog.schema.name`,
    {
      hint: 'put a part with odd characters in double quotes: schema."odd.name"',
    },
  );
}

/** True when both name the same table exactly. */
export function sameName(a: TableName, b: TableName): boolean {
  return a.name === b.name && a.schema === b.schema && a.catalog === b.catalog;
}

/**
 * The one of `tables` that a name means: itself, or the only one that ends in its parts. Throws `stream.not_found` or
 * `stream.ambiguous`.
 *
 * @example
 * ```ts
 * import { findTable } from "./table_name.ts";
 * console.log(findTable({ name: "orders" }, [{ schema: "raw", name: "orders" }]).schema); // raw
 * ```
 */
export function findTable(wanted: TableName, tables: readonly TableName[]): TableName {
  const exact = tables.find((table) => sameName(table, wanted));
  if (exact) return exact;
  const fits = tables.filter((table) =>
    table.name === wanted.name && (wanted.schema === undefined || table.schema === wanted.schema) &&
    (wanted.catalog === undefined || table.catalog === wanted.catalog)
  );
  if (fits.length === 1) return fits[0];
  if (fits.length === 0) throw new DtegError("stream.not_found", `there is no stream ${formatName(wanted)}`);
  throw new DtegError("stream.ambiguous", `${formatName(wanted)} may be ${fits.map(formatName).join(" or ")}`, {
    hint: `write it with its schema: ${formatName(fits[0])}`,
  });
}
