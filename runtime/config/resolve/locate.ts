import { resolve } from "node:path";
import { schemeOf } from "../url.ts";

/** What a text that names an end is. A path that exists comes before the name of a connection. */
export type Located =
  | { readonly kind: "url"; readonly scheme: string }
  | { readonly kind: "path"; readonly shadows: boolean; readonly isThere: boolean }
  | { readonly kind: "connection" }
  | { readonly kind: "unknown" };

/** Where {@linkcode locate} looks. */
export interface LocateOptions {
  /** Folder that relative paths start at. */
  readonly folder: string;
  /** The text is also the name of a connection. */
  readonly isConnection: boolean;
}

const PATH_LIKE = /[/\\*?[]|^-$|\.(csv|tsv|json|ndjson|jsonl|parquet|duckdb|db|ddb|txt)(\.(gz|zst))?$/i;
const DATABASE = /\.(duckdb|db|ddb)$/i;

export async function locate(text: string, { folder, isConnection }: LocateOptions): Promise<Located> {
  const scheme = schemeOf(text);
  if (scheme) return { kind: "url", scheme };
  if (await exists(resolve(folder, text))) return { kind: "path", shadows: isConnection, isThere: true };
  if (isConnection) return { kind: "connection" };
  return PATH_LIKE.test(text) ? { kind: "path", shadows: false, isThere: false } : { kind: "unknown" };
}

/** The connector of a bare path. */
export function connectorOfPath(path: string): "duckdb" | "file" {
  return DATABASE.test(path) ? "duckdb" : "file";
}

/** What was meant by a text that is nearly a URL of one of these schemes; nothing for any other text. */
export function meantUrl(text: string, schemes: readonly string[]): string | undefined {
  const [, jdbc, scheme, rest] = /^(jdbc:)?([a-z][a-z0-9+.-]*):\/{0,2}(.*)$/is.exec(text) ?? [];
  if (scheme === undefined || !schemes.includes(scheme.toLowerCase())) return undefined;
  if (jdbc === undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return undefined;
  const isAbsolute = jdbc === undefined && /^[^/]*:\/[^/]/.test(text); // duckdb:/data/x.duckdb
  return `${scheme.toLowerCase()}://${isAbsolute ? "/" : ""}${rest}`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    return error instanceof Deno.errors.PermissionDenied;
  }
}
