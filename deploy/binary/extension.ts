import { existsSync } from "node:fs";
import { createHash } from "node:crypto";
import { DUCKDB_EXTENSIONS, type ExtensionSource } from "./versions.ts";

/** An extension of DuckDB that the binary carries. */
export interface Extension {
  readonly name: string;
  readonly path: string;
}

/** What DuckDB's repository calls a machine. */
const PLATFORM = { x86_64: "linux_amd64", aarch64: "linux_arm64" } as const;

/** The extensions for this build, in `folder`. One that cannot be had is told and left out. */
export async function getExtensions(folder: string): Promise<readonly Extension[]> {
  const found: Extension[] = [];
  for (const source of DUCKDB_EXTENSIONS) {
    const path = await getExtension(source, folder);
    if (path) found.push({ name: source.name, path });
    else console.log(`${cannotBeHad(source.name)}; built without it`);
  }
  return found;
}

/** The words for an extension that neither place has. */
export const cannotBeHad = (name: string) =>
  `extension ${name}: cannot be had here (wants python3 with pip, or DuckDB's repository)`;

/**
 * Path of an extension in `folder`, fetched where it is not there yet: from its Python wheel, or from DuckDB's own repository. Undefined where
 * it cannot be had; throws where it is another file than wanted.
 */
export async function getExtension(
  { name, wheel, site, sha256 }: ExtensionSource,
  folder: string,
): Promise<string | undefined> {
  const { arch } = Deno.build;
  const path = `${folder}/${name}.duckdb_extension`;
  if (existsSync(path)) return path;
  const bytes = await fromWheel(wheel) ?? await fromSite(`${site}${PLATFORM[arch]}/${name}.duckdb_extension.gz`);
  if (!bytes) return undefined;
  const sum = createHash("sha256").update(bytes).digest("hex");
  if (sum !== sha256[arch]) throw new Error(`extension ${name} has the sum ${sum}, wanted ${sha256[arch]}`);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(`${path}.part`, bytes);
  await Deno.rename(`${path}.part`, path);
  return path;
}

async function fromWheel(wheel: string): Promise<Uint8Array | undefined> {
  const temp = await Deno.makeTempDir({ prefix: "dteg-wheel-" });
  try {
    const python = (...args: string[]) =>
      new Deno.Command("python3", { args, cwd: temp, stdout: "null", stderr: "null" }).output();
    const got = await python(
      "-m",
      "pip",
      "download",
      "--quiet",
      "--disable-pip-version-check",
      "--no-deps",
      "--dest",
      ".",
      wheel,
    );
    if (!got.success) return undefined;
    const [file] = [...Deno.readDirSync(temp)].filter(({ name }) => name.endsWith(".whl"));
    await python("-m", "zipfile", "-e", file.name, "content");
    return await findExtension(`${temp}/content`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined; // no python3
    throw error;
  } finally {
    await Deno.remove(temp, { recursive: true });
  }
}

async function findExtension(folder: string): Promise<Uint8Array | undefined> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const found = isDirectory
      ? await findExtension(`${folder}/${name}`)
      : name.endsWith(".duckdb_extension")
      ? await Deno.readFile(`${folder}/${name}`)
      : undefined;
    if (found) return found;
  }
  return undefined;
}

async function fromSite(url: string): Promise<Uint8Array | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) });
    if (!answer.ok || !answer.body) return undefined;
    return new Uint8Array(await new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
  } catch {
    return undefined; // out of reach
  }
}
