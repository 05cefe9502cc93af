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
