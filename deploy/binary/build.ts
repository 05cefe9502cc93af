import { parseArgs } from "node:util";
import { bundle } from "./bundle.ts";
import { compile, type Trial, tryOut } from "./compile.ts";
import { type Base, type BaseChoice, findBase } from "./denort.ts";
import { isFresh } from "./fresh.ts";
import { type LibraryPlace, megabytes, packLibraries } from "./pack.ts";

/** Settings of a build. */
export interface BuildOptions {
  readonly output: string;
  readonly base: BaseChoice;
  /** zstd level of the libraries: 9 is quick, 19 for a release. */
  readonly level: number;
  /** `auto`: between the runtime and the data, and embedded where the started binary does not find them there. */
  readonly libraries: LibraryPlace | "auto";
  /** Build only when a source is younger than what is there. */
  readonly ifStale: boolean;
}

/** Builds the binary of the checkout `root`, starts what it made, and prints what it is. */
export async function build(root: string, options: BuildOptions): Promise<void> {
  if (options.ifStale && isFresh(options.output, root)) return;
  const base = await findBase(options.base, { folder: `${root}/.build/base` });
  const stage = await Deno.makeTempDir({ prefix: "dteg-build-" });
  try {
    await bundle(root, { outdir: `${stage}/bundle`, maps: `${root}/dist/maps` });
    const first = options.libraries === "include" ? "include" : "between";
    let made = await make(root, { stage, base, place: first, level: options.level });
    if (!made.duckdb.ok && options.libraries === "auto") {
      console.log(`the binary does not find its libraries between runtime and data: ${made.duckdb.output}`);
      made = await make(root, { stage, base, place: "include", level: options.level });
    }
    for (const trial of [made.version, made.duckdb]) {
      if (!trial.ok) throw new Error(`the binary was made but does not run: ${trial.output}`);
    }
    await install(made.binary, options.output);
    report(options.output, { base, made });
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

interface Made {
  readonly binary: string;
  readonly place: LibraryPlace;
  readonly packed: number;
  readonly version: Trial;
  readonly duckdb: Trial;
}

async function make(
  root: string,
  { stage, base, place, level }: { stage: string; base: Base; place: LibraryPlace; level: number },
): Promise<Made> {
  const app = `${stage}/${place}/app`, binary = `${stage}/${place}/dteg`, cache = `${stage}/${place}/cache`;
  await Deno.mkdir(app, { recursive: true });
  for await (const { name } of Deno.readDir(`${stage}/bundle`)) {
    await Deno.copyFile(`${stage}/bundle/${name}`, `${app}/${name}`);
  }
  const whole = `${stage}/${place}/base`;
  const kept = `${root}/.build/packed`;
  const { files } = await packLibraries(root, { place, level, denort: base.denort, base: whole, app, kept });
  await compile(app, { compiler: base.compiler, base: whole, output: binary });
  return {
    binary,
    place,
    packed: files.reduce((sum, file) => sum + file.packed, 0),
    version: await tryOut(binary, { args: ["version"], cache }),
    duckdb: await tryOut(binary, { args: ["__selfcheck", "duckdb"], cache }),
  };
}

/** A running binary keeps its own file: the new one takes its place by rename. */
async function install(binary: string, output: string): Promise<void> {
  await Deno.mkdir(output.slice(0, output.lastIndexOf("/")), { recursive: true });
  const beside = `${output}.${Deno.pid}.part`;
  await Deno.copyFile(binary, beside);
  await Deno.rename(beside, output);
}

function report(output: string, { base, made }: { base: Base; made: Made }): void {
  console.log(`${output}: ${megabytes(Deno.statSync(output).size)} MB, ${base.from}`);
  console.log(`started: ${made.version.output.split("\n")[0]} (${made.version.seconds.toFixed(2)} s)`);
  console.log(
    `started: ${made.duckdb.output.split("\n")[0].replace(/ from .*/, "")}, unpacked and loaded (${
      made.duckdb.seconds.toFixed(2)
    } s)`,
  );
  if (made.place === "include") {
    const cost = `${megabytes(made.packed)} MB more memory and about ${
      (made.packed / 1e6 * 1.3).toFixed(0)
    } ms more time`;
    console.log(`libraries are embedded the usual way, which costs ${cost} at each start of each process`);
  }
}

function options(args: readonly string[]): BuildOptions {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      output: { type: "string", short: "o", default: "dist/dteg" },
      base: { type: "string", default: "auto" },
      level: { type: "string", default: "9" },
      libraries: { type: "string", default: "auto" },
      "if-stale": { type: "boolean", default: false },
    },
  });
  return {
    output: values.output.startsWith("/") ? values.output : `${Deno.cwd()}/${values.output}`,
    base: oneOf(values.base, ["auto", "official", "package"]),
    level: Number(oneOf(values.level, Array.from({ length: 22 }, (_, i) => `${i + 1}`))),
    libraries: oneOf(values.libraries, ["auto", "between", "include"]),
    ifStale: values["if-stale"],
  };
}

function oneOf<T extends string>(value: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === value);
  if (!found) throw new Error(`"${value}" is not one of ${allowed.join(" ")}`);
  return found;
}

if (import.meta.main) {
  try {
    await build(new URL("../../", import.meta.url).pathname.replace(/\/$/, ""), options(Deno.args));
  } catch (error) {
    console.error(`build: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
