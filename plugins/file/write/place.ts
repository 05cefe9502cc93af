import { dirname, join, resolve } from "node:path";
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
  const isThere = statOf(path)?.isDirectory === true;
  if (!path.endsWith("/")) {
    if (!isThere) return { kind: "file", path: realFile(path, config) };
    if (splitName(path).format) {
      throw misplaced(config, { wanted: "file", hint: "end it with / to write into the folder" });
    }
  }
  if (statOf(path.replace(/\/+$/, ""))?.isFile) {
    throw misplaced(config, { wanted: "folder", hint: "leave the / out to write the file" });
  }
  return { kind: "folder", path: path.replace(/\/+$/, "") || "/" };
}

/** Where a link leads to; the link stays. What is neither file nor folder is refused, since a rename would take its place. */
function realFile(path: string, config: FileConfig): string {
  const info = statOf(path);
  if (!info) return danglingLink(path) ?? path;
  if (info.isFile) return Deno.realPathSync(path);
  throw new DtegError("target.special", `cannot write "${config.path}": a device, pipe or socket stands there`, {
    path: config.path,
    hint: "name a file, or write to standard output with --to -",
  });
}

function danglingLink(path: string): string | undefined {
  try {
    return resolve(dirname(path), Deno.readLinkSync(path));
  } catch {
    return undefined; // no link: nothing is there
  }
}

function misplaced(
  { path }: FileConfig,
  { wanted, hint }: { readonly wanted: "file" | "folder"; readonly hint: string },
): DtegError {
  const other = wanted === "file" ? "folder" : "file";
  return new DtegError("target.is_folder", `cannot write "${path}": a ${other} stands there, wanted a ${wanted}`, {
    path,
    hint,
  });
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
