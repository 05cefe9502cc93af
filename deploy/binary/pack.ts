import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, zstdCompressSync } from "node:zlib";
import { getExtensions } from "./extension.ts";
import type { PackedLibraries, PackedLibrary } from "../../runtime/engine/move/packed_library.ts";

/** Where packed libraries stand in the binary. `between`: after the runtime, before Deno's data; `include`: embedded files. */
export type LibraryPlace = "between" | "include";

export interface PackOptions {
  readonly place: LibraryPlace;
  /** zstd level. */
  readonly level: number;
  /** The runtime base, and where base + libraries go. */
  readonly denort: string;
  readonly base: string;
  /** Folder of the bundle. */
  readonly app: string;
  /** Folder that keeps what was packed for the next build. */
  readonly kept: string;
}

interface Library {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Packs DuckDB's libraries of the checkout `root` into the base or the bundle, and writes their list, native.json, into the bundle. */
export async function packLibraries(root: string, options: PackOptions): Promise<PackedLibraries> {
  const { place, denort, base, app } = options;
  await Deno.copyFile(denort, base);
  let end = (await Deno.stat(base)).size;
  const files: PackedLibrary[] = [];
  for (const library of [...await duckdbLibraries(root), ...await duckdbExtensions(root)]) {
    const packed = await pack(library, options);
    const file = {
      name: library.name,
      sha256: sha256(library.bytes),
      size: library.bytes.length,
      packed: packed.length,
    };
    if (place === "between") {
      await Deno.writeFile(base, packed, { append: true });
      files.push({ ...file, offset: end });
      end += packed.length;
    } else {
      await Deno.writeFile(`${app}/${library.name}.zst`, packed);
      files.push({ ...file, offset: null });
    }
  }
  const hash = sha256(new TextEncoder().encode(files.map((file) => file.name + file.sha256).join()));
  await Deno.writeTextFile(`${app}/native.json`, JSON.stringify({ hash, files } satisfies PackedLibraries));
  return { hash, files };
}

async function duckdbLibraries(root: string): Promise<readonly Library[]> {
  const api = createRequire(`${root}/`).resolve("@duckdb/node-api");
  const bindings = createRequire(api).resolve("@duckdb/node-bindings");
  const arch = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  const addon = createRequire(bindings).resolve(`@duckdb/node-bindings-linux-${arch}/duckdb.node`);
  const folder = addon.slice(0, addon.lastIndexOf("/"));
  const names = ["libduckdb.so", "duckdb.node"];
  return await Promise.all(names.map(async (name) => ({ name, bytes: await Deno.readFile(`${folder}/${name}`) })));
}

async function duckdbExtensions(root: string): Promise<readonly Library[]> {
  const extensions = await getExtensions(`${root}/.build/extensions`);
  return await Promise.all(
    extensions.map(async ({ name, path }) => ({ name: `${name}.duckdb_extension`, bytes: await Deno.readFile(path) })),
  );
}

async function pack({ name, bytes }: Library, { level, kept }: PackOptions): Promise<Uint8Array> {
  const path = `${kept}/${sha256(bytes).slice(0, 16)}-${level}.zst`;
  if (existsSync(path)) return await Deno.readFile(path);
  const packed = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });
  console.log(`packed ${name}: ${megabytes(bytes.length)} to ${megabytes(packed.length)} MB`);
  await Deno.mkdir(kept, { recursive: true });
  await Deno.writeFile(`${path}.part`, packed);
  await Deno.rename(`${path}.part`, path);
  return packed;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
