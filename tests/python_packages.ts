import { installDebian } from "./debian_packages.ts";

/** Clients that dteg does not use, to read back what it wrote. */
const WHEELS = ["duckdb==1.5.5", "pyarrow==26.0.1"];

/** The Python that has the clients. */
export const pythonWithClients = (): Promise<string> => pythonWith(WHEELS, { folder: "python" });

/** A Python that has the wheels, in a folder of this checkout; made where it is missing. */
export async function pythonWith(
  wheels: readonly string[],
  { folder: name }: { readonly folder: string },
): Promise<string> {
  const folder = new URL(`../.build/${name}`, import.meta.url).pathname;
  const python = `${folder}/bin/python`;
  const done = await Deno.readTextFile(`${folder}/wheels`).catch(() => undefined);
  if (done === wheels.join(" ")) return python;
  if (!await succeeds("python3", ["-c", "import ensurepip"])) await installDebian(["python3", "python3-venv"]);
  console.log(`installing ${wheels.join(" ")}`);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", ...wheels];
  if (!await succeeds("python3", ["-m", "venv", "--clear", folder]) || !await succeeds(python, install)) {
    throw new Error(`the tests want Python 3 with ${wheels.join(" and ")}: pip could not install them`);
  }
  await Deno.writeTextFile(`${folder}/wheels`, wheels.join(" "));
  return python;
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: [...args], stdout: "null" }).spawn().status).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
