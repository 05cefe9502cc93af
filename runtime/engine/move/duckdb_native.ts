import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { DtegError } from "../../../sdk/mod.ts";
import { cacheFolder } from "../../config/folders.ts";
import { cacheError, unpackedFolder } from "./native_cache.ts";
import type { PackedLibraries } from "./packed_library.ts";

type Addon = Readonly<Record<string, unknown>>;

let addon: Addon | undefined;
let loading: Promise<void> | undefined;

/** DuckDB's API. The only door to it: in the binary the first call unpacks (once a machine and user) and loads its library. */
export async function openDuckDB(): Promise<typeof import("./duckdb_api.ts")> {
  if (Deno.build.standalone) await (loading ??= loadAddon());
  return await import("./duckdb_api.ts");
}

/** The private folder for DuckDB's files: the binary's unpacked libraries, from source the cache folder. */
export async function nativeFolder(): Promise<string> {
  return await folderOf((name) => !name.endsWith(EXTENSION));
}

const EXTENSION = ".duckdb_extension";

/** The folder with those of the packed files that are wanted. What is wanted apart is unpacked apart, when it is first used. */
async function folderOf(wanted: (name: string) => boolean): Promise<string> {
  const cache = await cacheFolder(Deno.env.toObject());
  if (!Deno.build.standalone) return cache;
  const beside = import.meta.dirname!;
  const all: PackedLibraries = JSON.parse(await Deno.readTextFile(`${beside}/native.json`));
  const files = all.files.filter(({ name }) => wanted(name));
  if (files.length === 0) return cache;
  const hash = createHash("sha256").update(files.map(({ sha256 }) => sha256).join()).digest("hex");
  return await unpackedFolder({ hash, files }, { cache, beside });
}

/** The file of an extension that dteg carries; from source that which the build has put into `.build/extensions`. */
export async function extensionFile(extension: string): Promise<string> {
  const file = `${extension}${EXTENSION}`;
  const folder = Deno.build.standalone
    ? await folderOf((name) => name === file)
    : `${import.meta.dirname}/../../../.build/extensions`;
  const path = `${folder}/${file}`;
  if (existsSync(path)) return path;
  throw new DtegError("usage", `this build of dteg does not have DuckDB's extension ${extension}`, {
    hint: Deno.build.standalone ? "use a released binary" : "run ./task build once: it fetches the extension",
  });
}

async function loadAddon(): Promise<void> {
  const folder = await nativeFolder();
  try {
    addon = createRequire(`${folder}/`)(`${folder}/duckdb.node`);
  } catch (error) {
    throw cacheError(folder, error);
  }
}

/** The addon that openDuckDB() has loaded, for the module that stands for `@duckdb/node-bindings` in the bundle. */
export function loadedAddon(): Addon {
  if (!addon) throw new Error("DuckDB was imported before openDuckDB() had loaded its library");
  return addon;
}
