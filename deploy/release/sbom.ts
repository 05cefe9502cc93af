/** Writes the bill of materials of the binary, in CycloneDX form: `./task sbom -- --arch x64 -o sbom.json`. */
import { parseArgs } from "node:util";

/** A package of deno.lock. */
interface Locked {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

/** What is read of deno.lock. */
export interface Lock {
  readonly npm: Readonly<Record<string, Locked>>;
  readonly workspace: { readonly dependencies: readonly string[] };
}

export type Arch = "x64" | "arm64";

/** What a bill is made for. */
export interface SbomOptions {
  readonly version: string;
  readonly arch: Arch;
  /** When the release was made, in ISO form. */
  readonly at: string;
}

/** A package in the bill. */
export interface Component {
  readonly type: "library";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes: readonly { readonly alg: "SHA-512"; readonly content: string }[];
}

/** Packages that build or test dteg, and are not in the binary. */
const BESIDE = /^(@types\/|esbuild$|fast-check$|typescript$)/;

/** The bill of materials of a binary: every package of the lock file that the binary carries, and who wants whom. */
export function makeSbom(lock: Lock, { version, arch, at }: SbomOptions) {
  const roots = lock.workspace.dependencies.map((one) => one.replace(/^npm:/, ""))
    .filter((id) => !BESIDE.test(nameOf(id)));
  const found = reached(roots, lock, { arch });
  const self = `pkg:generic/dteg@${version}`;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: at,
      component: { type: "application", "bom-ref": self, name: "dteg", version, purl: `${self}?arch=${arch}&os=linux` },
    },
    components: found.map((id) => componentOf(id, lock)),
    dependencies: [
      { ref: self, dependsOn: roots.map(purlOf) },
      ...found.map((id) => ({
        ref: purlOf(id),
        dependsOn: wantedBy(id, lock).filter((one) => found.includes(one)).map(purlOf),
      })),
    ],
  };
}

/** All that is wanted from the roots on for one machine, by name. */
function reached(roots: readonly string[], lock: Lock, { arch }: Pick<SbomOptions, "arch">): readonly string[] {
  const found = new Set<string>(), waiting = [...roots];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const { os, cpu } = lockedOf(id, lock);
    const fits = (os?.includes("linux") ?? true) && (cpu?.includes(arch) ?? true) && !id.includes("-musl@");
    if (!fits || found.has(id)) continue;
    found.add(id);
    waiting.push(...wantedBy(id, lock));
  }
  return [...found].toSorted();
}

function wantedBy(id: string, lock: Lock): readonly string[] {
  const { dependencies = [], optionalDependencies = [] } = lockedOf(id, lock);
  return [...dependencies, ...optionalDependencies].map((wanted) => idOf(wanted, lock))
    .filter((id) => !BESIDE.test(nameOf(id))); // types that a package wants are not carried either
}

/** The lock file leaves the version out where there is only one. */
function idOf(wanted: string, { npm }: Lock): string {
  if (Object.hasOwn(npm, wanted)) return wanted;
  const id = Object.keys(npm).find((one) =>
    one === wanted || one.startsWith(`${wanted}@`) || one.startsWith(`${wanted}_`)
  );
  if (id === undefined) {
    throw new Error(`deno.lock has no package ${JSON.stringify(wanted)}: run \`deno install\` again`);
  }
  return id;
}

function lockedOf(id: string, { npm }: Lock): Locked {
  const key = Object.keys(npm).find((one) => one === id || one.startsWith(`${id}_`));
  if (key === undefined) throw new Error(`deno.lock has no package ${JSON.stringify(id)}: run \`deno install\` again`);
  return npm[key];
}

function componentOf(id: string, lock: Lock): Component {
  const [, base64] = lockedOf(id, lock).integrity.split("sha512-");
  const content = [...atob(base64)].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  return {
    type: "library",
    "bom-ref": purlOf(id),
    name: nameOf(id),
    version: versionOf(id),
    purl: purlOf(id),
    hashes: [{ alg: "SHA-512", content }],
  };
}

function nameOf(id: string): string {
  return id.slice(0, id.indexOf("@", 1));
}

function versionOf(id: string): string {
  return id.slice(id.indexOf("@", 1) + 1).replace(/_.*$/, "");
}

function purlOf(id: string): string {
  return `pkg:npm/${nameOf(id).replace("@", "%40")}@${versionOf(id)}`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args.filter((arg) => arg !== "--"),
    options: { output: { type: "string", short: "o" }, arch: { type: "string" } },
  });
  const { output, arch } = values;
  if (output === undefined || arch !== "x64" && arch !== "arm64") {
    throw new Error("wanted -o FILE and --arch x64 or arm64");
  }
  const root = new URL("../../", import.meta.url);
  const read = async (name: string) => JSON.parse(await Deno.readTextFile(new URL(name, root)));
  const { version } = await read("deno.json");
  const sbom = makeSbom(await read("deno.lock"), { version, arch, at: new Date().toISOString() });
  await Deno.writeTextFile(output, `${JSON.stringify(sbom, null, 2)}\n`);
  console.log(`${output}: ${sbom.components.length} packages`);
}
