import { basename, dirname, join } from "node:path";
import { DtegError, type Host, type TableName } from "../../../sdk/mod.ts";
import { FILE_FORMATS, type FormatName, type Packing, splitName, unknownFormat } from "../format.ts";
import type { FileConfig } from "../mod.ts";
import { fromFolder, statOf } from "../paths.ts";

/** Where a destination's files go. */
export type Place =
  | { readonly kind: "stdout" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "folder"; readonly path: string };

/** How they are written. */
export interface Writing {
  readonly format: FormatName;
  readonly packing: Packing;
}

/** A path that ends with `/`, or at which a folder stands, is a folder. */
export function placeOf(config: FileConfig, host: Host): Place {
  if (config.path === "-") return { kind: "stdout" };
  const path = fromFolder(host.folder, config.path);
  const isFolder = path.endsWith("/") || statOf(path)?.isDirectory === true;
  if (!isFolder) return { kind: "file", path };
  if (statOf(path.replace(/\/+$/, ""))?.isFile) {
    throw new DtegError("target.is_folder", `"${config.path}" means a folder, and a file stands there`, {
      path: config.path,
    });
  }
  return { kind: "folder", path: path.replace(/\/+$/, "") || "/" };
}

/** Format and compression of what is written. Standard output gets CSV where nothing is said. */
export function writingOf(config: FileConfig, place: Place): Writing {
  const named = place.kind === "file" ? splitName(place.path) : undefined;
  const format = config.format ?? named?.format ?? (place.kind === "stdout" ? "csv" : undefined);
  if (!format) {
    if (place.kind === "file") throw unknownFormat(config.path);
    throw new DtegError("file.unknown_format", `"${config.path}" is a folder: its files' format is not said`, {
      path: config.path,
      hint: `declare it (format: parquet), or use a URL such as parquet://${config.path}; formats are ${
        FILE_FORMATS.join(", ")
      }`,
    });
  }
  const said = config.compression === "gzip" || config.compression === "zstd" ? config.compression : undefined;
  return { format, packing: format === "parquet" ? "none" : said ?? named?.packing ?? "none" };
}

/** The folder of a stream in a destination folder. A name cannot leave it. */
export function streamFolder(folder: string, table: TableName): string {
  const text = [table.catalog, table.schema, table.name].filter((part) => part !== undefined).join(".");
  const safe = text.replace(/[/\0]/g, "_").replace(/^[._]+/, (start) => "-".repeat(start.length));
  return join(folder, safe || "-");
}

/** A file of a load before it is committed: hidden, and named so that what a dead run left can be told. */
export function stagedPath(
  target: string,
  { load, kind }: { readonly load: string; readonly kind: "file" | "folder" },
): string {
  const name = `._dteg_${Deno.pid}_${load}`;
  return kind === "folder" ? join(target, name) : join(dirname(target), `${name}_${basename(target)}`);
}

/** Removes staged files that runs left which are no longer alive. */
export function removeDead(folder: string): void {
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for (const name of names) {
    const pid = /^\._dteg_(\d+)_/.exec(name)?.[1];
    if (pid && statOf(`/proc/${pid}`) === undefined) Deno.removeSync(join(folder, name));
  }
}
